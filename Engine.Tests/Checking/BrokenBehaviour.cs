using Engine.Initializers;
using Engine.Layers;

namespace Engine.Tests.Checking;

// Layers that break what is promised of phases, samples, threads, random numbers and files, each exactly one promise.

internal sealed class DrawsFromElsewhere : Honest
{
    private readonly Random _random = new(1);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        base.Forward(x, y, pass);
        y[0] += T.CreateChecked(_random.NextDouble());
    }
}

internal sealed class OtherMaskInBackward : Honest
{
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        base.Forward(x, y, pass);
        for (int i = 0; pass.IsStochastic && i < y.Length; i++)
        {
            y[i] = pass.Random.Uniform(i) < 0.5 ? T.Zero : y[i];
        }
    }

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: batch * inputs[0].Size);

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        Span<T> masked = pass.Scratch[..dy.Length];
        for (int i = 0; i < dy.Length; i++)
        {
            masked[i] = pass.IsStochastic && pass.Random.Uniform(i + 1) < 0.5 ? T.Zero : dy[i];
        }

        base.Backward(x, y, masked, dx, pass);
    }
}

internal sealed class DrawsByPlace : Honest
{
    public override Reads BackwardReads => Reads.None;

    public override bool DrawsByRow => true;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] * T.CreateChecked(pass.IsStochastic ? 1 + pass.Random.Uniform(i) : 1);
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        Forward(dy, dx, pass);

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}

internal sealed class RandomInInference : Honest
{
    public override Reads BackwardReads => Reads.None;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] * T.CreateChecked(1 + pass.Random.Uniform(i));
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        Forward(dy, dx, pass);

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}

/// <summary>y = x minus the batch's mean, in inference too.</summary>
internal sealed class MixesSamples : SimpleLayer
{
    public override Reads BackwardReads => Reads.None;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        T mean = T.Zero;
        foreach (T value in x)
        {
            mean += value / T.CreateChecked(x.Length);
        }

        for (int i = 0; i < y.Length; i++)
        {
            y[i] = x[i] - mean;
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            Forward(dy, dx, pass);
        }
    }

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}

internal sealed class WritesStateInInference : SimpleLayer
{
    private Parameter? _count;

    public override Reads BackwardReads => Reads.None;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        pass.State(_count!)[0] += T.One;
        x.CopyTo(y);
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        dy.CopyTo(dx);

    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        _count = parameters.Add("count", [1], Initializer.Zeros, trains: false);
        return input;
    }
}

internal sealed class DependsOnThreads : Honest
{
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        base.Forward(x, y, pass);
        y[0] += T.CreateChecked(1e-3 * (pass.Threads - 1));
    }
}

/// <summary>y = factor · x; with a factor that a file may lose, by not writing it or by not reading it.</summary>
internal sealed class Factor(double factor, bool isWritten) : SimpleLayer
{
    public override Reads BackwardReads => Reads.None;

    public override void Describe(ConfigurationWriter writer)
    {
        if (isWritten)
        {
            writer.Write("factor", factor);
        }
    }

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) =>
        System.Numerics.Tensors.TensorPrimitives.Multiply(x, T.CreateChecked(factor), y);

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            Forward(dy, dx, pass);
        }
    }

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}
