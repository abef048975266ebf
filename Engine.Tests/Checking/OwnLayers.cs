using System.Numerics.Tensors;
using Engine.Initializers;
using Engine.Layers;

namespace Engine.Tests.Checking;

/// <summary>y = x + f(x): a wrapper that keeps its child's output.</summary>
internal sealed class Residual(Layer child) : SimpleLayer
{
    public override IReadOnlyList<Layer> Children { get; } = [child];

    public override Reads BackwardReads => child.ReadsAsChild & Reads.Input;

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) =>
        new(Kept: batch * inputs[0].Size, Scratch: batch * inputs[0].Size);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        Span<T> f = pass.Kept[..x.Length];
        pass.Forward(0, x, f, pass.Batch);
        TensorPrimitives.Add(x, f, y);
    }

    // dx = dy + f'(x) dy
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        Span<T> df = dx.IsEmpty ? [] : pass.Scratch[..dy.Length];
        pass.Backward(0, x, pass.Kept[..dy.Length], dy, df, pass.Batch);
        if (!dx.IsEmpty)
        {
            TensorPrimitives.Add(dy, df, dx);
        }
    }

    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        Shape output = BuildChild(child, input)[0];
        return output == input ? input : throw UnexpectedInput($"that {child.Kind} keeps the shape of", input);
    }
}

/// <summary>y = f(f(x)): a wrapper that lists one child twice, so that it can run twice in a step.</summary>
internal sealed class Twice(Layer child) : SimpleLayer
{
    public override IReadOnlyList<Layer> Children { get; } = [child, child];

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) =>
        new(Kept: batch * inputs[0].Size, Scratch: batch * inputs[0].Size);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        Span<T> h = pass.Kept[..x.Length];
        pass.Forward(0, x, h, pass.Batch);
        pass.Forward(1, h, y, pass.Batch);
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        Span<T> h = pass.Kept[..dy.Length];
        Span<T> dh = pass.Scratch[..dy.Length];
        pass.Backward(1, h, y, dy, dh, pass.Batch);
        pass.Backward(0, x, h, dh, dx, pass.Batch);
    }

    protected override Shape Build(Shape input, ParameterFactory parameters) => BuildChild(child, input)[0];
}

/// <summary>The same child on each step of <c>[n, steps, features]</c>: a child with a batch of its own, n · steps.</summary>
internal sealed class PerStep(Layer child) : SimpleLayer
{
    public override IReadOnlyList<Layer> Children { get; } = [child];

    public override Reads BackwardReads => child.ReadsAsChild;

    public override ChildUse UseOfChild(int child, ReadOnlySpan<Shape> inputs, int batch) =>
        new([[inputs[0][1]]], batch * inputs[0][0]);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) =>
        pass.Forward(0, x, y, pass.Batch * pass.InputShape()[0]);

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        pass.Backward(0, x, y, dy, dx, pass.Batch * pass.InputShape()[0]);

    protected override Shape Build(Shape input, ParameterFactory parameters) => input.Rank == 2
        ? [input[0], BuildChild(child, [input[1]])[0][0]]
        : throw UnexpectedInput("[n, steps, features]", input);
}

/// <summary>Two outputs of one input: 3x and x².</summary>
internal sealed class TripleAndSquare : Layer
{
    public override Reads BackwardReads => Reads.Input;

    public override void Forward<T>(in Pass<T> pass)
    {
        TensorPrimitives.Multiply(pass.Input(), T.CreateChecked(3), pass.Output(0));
        TensorPrimitives.Multiply(pass.Input(), pass.Input(), pass.Output(1));
    }

    // dx = 3 dy₀ + 2 x dy₁
    public override void Backward<T>(in Pass<T> pass)
    {
        Span<T> dx = pass.InputGradient();
        for (int i = 0; i < dx.Length; i++)
        {
            dx[i] = (T.CreateChecked(3) * pass.OutputGradient(0)[i])
                + (T.CreateChecked(2) * pass.Input()[i] * pass.OutputGradient(1)[i]);
        }
    }

    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters) => [inputs[0], inputs[0]];
}

/// <summary>y = x³, with 3x² kept for backward.</summary>
internal sealed class Cube : SimpleLayer
{
    public override Reads BackwardReads => Reads.None;

    public override bool CanRunInPlace => true;

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Kept: batch * inputs[0].Size);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        Span<T> slope = pass.Kept;
        for (int i = 0; i < x.Length; i++)
        {
            T square = x[i] * x[i];
            slope[i] = T.CreateChecked(3) * square;
            y[i] = square * x[i];
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            TensorPrimitives.Multiply(dy, pass.Kept[..dy.Length], dx);
        }
    }

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}

/// <summary>y = x − m: the batch's mean in training, which also moves an average; that average otherwise.</summary>
internal sealed class Centering : SimpleLayer
{
    public Parameter? Mean { get; private set; }

    public override Reads BackwardReads => Reads.None;

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: inputs[0].Size);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        int size = pass.InputShape().Size;
        ReadOnlySpan<T> mean = pass.Values(Mean!);
        if (pass.IsTraining)
        {
            Span<T> batchMean = pass.Scratch[..size];
            AverageRows(x, batchMean);
            Span<T> state = pass.State(Mean!);
            for (int i = 0; i < size; i++)
            {
                state[i] += T.CreateChecked(0.1) * (batchMean[i] - state[i]);
            }

            mean = batchMean;
        }

        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] - mean[i % size];
        }
    }

    // dx = dy − mean(dy) in training, else dy
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        int size = pass.InputShape().Size;
        Span<T> mean = pass.Scratch[..size];
        mean.Clear();
        if (pass.IsTraining)
        {
            AverageRows(dy, mean);
        }

        for (int i = 0; i < dx.Length; i++)
        {
            dx[i] = dy[i] - mean[i % size];
        }
    }

    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        Mean = parameters.Add("mean", input, Initializer.Zeros, trains: false);
        return input;
    }

    private static void AverageRows<T>(ReadOnlySpan<T> values, Span<T> mean)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        mean.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            mean[i % mean.Length] += values[i];
        }

        TensorPrimitives.Multiply(mean, T.CreateChecked(mean.Length) / T.CreateChecked(values.Length), mean);
    }
}

/// <summary>y = x + x², by way of scratch.</summary>
internal sealed class PlusSquare : SimpleLayer
{
    public override Reads BackwardReads => Reads.Input;

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => new(Scratch: batch * inputs[0].Size);

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        Span<T> square = pass.Scratch[..x.Length];
        TensorPrimitives.Multiply(x, x, square);
        TensorPrimitives.Add(x, square, y);
    }

    // dx = dy (1 + 2x)
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            Span<T> slope = pass.Scratch[..x.Length];
            TensorPrimitives.Add(x, x, slope);
            TensorPrimitives.Add(slope, T.One, slope);
            TensorPrimitives.Multiply(dy, slope, dx);
        }
    }

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}

/// <summary>y = x, with the penalty Σ x⁴ / n on it.</summary>
internal sealed class QuarticPenalty : SimpleLayer
{
    public override Reads BackwardReads => Reads.Input;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        x.CopyTo(y);
        double sum = 0;
        foreach (T value in x)
        {
            sum += Math.Pow(double.CreateChecked(value), 4);
        }

        pass.AddPenalty(sum / pass.Batch);
    }

    // dx = dy + 4x³ / n
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        for (int i = 0; i < dx.Length; i++)
        {
            dx[i] = dy[i] + (T.CreateChecked(4.0 / pass.Batch) * x[i] * x[i] * x[i]);
        }
    }

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}
