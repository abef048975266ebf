using Engine.Initializers;
using Engine.Layers;

namespace Engine.Tests.Checking;

/// <summary>y = w x², by the book. Each layer below breaks exactly one promise.</summary>
internal class Honest : SimpleLayer
{
    protected Parameter? Weights { get; private set; }

    public override Reads BackwardReads => Reads.Input;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        ReadOnlySpan<T> w = pass.Values(Weights!);
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = w[i % w.Length] * x[i] * x[i];
        }
    }

    // dx = 2 w x dy, dw = Σ x² dy over the batch
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        ReadOnlySpan<T> w = pass.Values(Weights!);
        Span<T> dw = pass.Gradient(Weights!);
        Clear(dw);
        for (int i = 0; i < dy.Length; i++)
        {
            if (!dw.IsEmpty)
            {
                dw[i % dw.Length] += x[i] * x[i] * dy[i];
            }

            if (!dx.IsEmpty)
            {
                dx[i] = T.CreateChecked(2) * w[i % w.Length] * x[i] * dy[i];
            }
        }
    }

    protected virtual void Clear<T>(Span<T> gradient) => gradient.Clear();

    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        Weights = parameters.Add("weights", input, Initializer.RandomUniform(1));
        return input;
    }
}

internal sealed class InputGradientOffByOnePartInAMillion : Honest
{
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        base.Backward(x, y, dy, dx, pass);
        foreach (ref T gradient in dx)
        {
            gradient *= T.CreateChecked(1 + 1e-6);
        }
    }
}

internal sealed class OneWeightsGradientOffByOnePartInAMillion : Honest
{
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        base.Backward(x, y, dy, dx, pass);
        if (pass.Gradient(Weights!) is { IsEmpty: false } dw)
        {
            dw[2] *= T.CreateChecked(1 - 1e-6);
        }
    }
}

internal sealed class ForgetsTheLastOutput : Honest
{
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => base.Forward(x[..^1], y[..^1], pass);
}

internal sealed class ForgetsTheLastInputGradient : Honest
{
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        Span<T> partial = pass.Scratch[..dy.Length];
        base.Backward(x, y, dy, partial, pass);
        if (!dx.IsEmpty)
        {
            partial[..^1].CopyTo(dx);
        }
    }

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: batch * inputs[0].Size);
}

internal sealed class ReadsScratchFirst : Honest
{
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: 1);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        base.Forward(x, y, pass);
        y[0] += pass.Scratch[0];
    }
}

/// <summary>Takes scratch for kept memory: forward's content is still there while no other layer runs in between.</summary>
internal sealed class KeepsInScratch : Honest
{
    public override Reads BackwardReads => Reads.None;

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: batch * inputs[0].Size);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        base.Forward(x, y, pass);
        x.CopyTo(pass.Scratch);
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        base.Backward(pass.Scratch[..dy.Length], y, dy, dx, pass);
}

/// <summary>Reads what was in its output, in a way that zeros and NaN do not show.</summary>
internal sealed class PeeksAtItsOutput : Honest
{
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        bool isLarge = y[0] > T.CreateChecked(1e6);
        base.Forward(x, y, pass);
        if (isLarge)
        {
            y[0] = T.Zero;
        }
    }
}

internal sealed class ReadsAnInputThatIsNotNamed : Honest
{
    public override Reads BackwardReads => Reads.Output;
}

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

internal sealed class WithoutAGradient : Honest
{
    public override Reads BackwardReads => Reads.None;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = T.CreateChecked(T.Sign(x[i]));
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        dx.Clear();

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}

internal sealed class CoarseInFloat : Honest
{
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        base.Forward(x, y, pass);
        foreach (ref T value in y)
        {
            value = value + T.CreateChecked(1000) - T.CreateChecked(1000);
        }
    }
}

internal sealed class AddsToItsGradient : Honest
{
    protected override void Clear<T>(Span<T> gradient)
    {
    }
}

internal sealed class GivesUpWhenOneGradientIsNotWanted : Honest
{
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty && !pass.Gradient(Weights!).IsEmpty)
        {
            base.Backward(x, y, dy, dx, pass);
        }
    }
}

/// <summary>y = the difference to the element before, which is overwritten already where output and input are one.</summary>
internal sealed class NotInPlace : SimpleLayer
{
    public override Reads BackwardReads => Reads.None;

    public override bool CanRunInPlace => true;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        int size = pass.InputShape().Size;
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = i % size == 0 ? x[i] : x[i] - x[i - 1];
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        int size = pass.InputShape().Size;
        for (int i = 0; i < dx.Length; i++)
        {
            dx[i] = (i + 1) % size == 0 ? dy[i] : dy[i] - dy[i + 1];
        }
    }

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}

/// <summary>Reads its input in backward, so that it runs in place only where no backward follows.</summary>
internal sealed class NotInPlaceInInference : SimpleLayer
{
    public override Reads BackwardReads => Reads.Input;

    public override bool CanRunInPlace => true;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        int size = pass.InputShape().Size;
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] * (i % size == 0 ? x[i] : x[i - 1]);
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        int size = pass.InputShape().Size;
        for (int i = 0; i < dx.Length; i++)
        {
            T next = (i + 1) % size == 0 ? T.Zero : dy[i + 1] * x[i + 1];
            dx[i] = next + (dy[i] * (i % size == 0 ? T.CreateChecked(2) * x[i] : x[i - 1]));
        }
    }

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

/// <summary>Keeps forward's input in a field for backward.</summary>
internal sealed class KeepsACallInAField : Honest
{
    private readonly double[] _x = new double[1 << 18];

    public override Reads BackwardReads => Reads.None;

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: batch * inputs[0].Size);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        base.Forward(x, y, pass);
        for (int i = 0; i < x.Length; i++)
        {
            _x[i] = double.CreateChecked(x[i]);
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        Span<T> kept = pass.Scratch[..dy.Length];
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = T.CreateChecked(_x[i]);
        }

        base.Backward(kept, y, dy, dx, pass);
    }
}

internal sealed class Allocates : Honest
{
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        T[] copy = x.ToArray();
        base.Forward(copy, y, pass);
        GC.KeepAlive(copy);
    }
}

/// <summary>Allocates for the short last batch alone.</summary>
internal sealed class AllocatesForAShortBatch : Honest
{
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (pass.Batch == 2)
        {
            GC.KeepAlive(dy.ToArray());
        }

        base.Backward(x, y, dy, dx, pass);
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
