using Engine.Layers;

namespace Engine.Tests.Checking;

// Layers that break what is promised of memory, each exactly one promise.

internal sealed class ForgetsTheLastOutput : Honest
{
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => base.Forward(x[..^1], y[..^1], pass);
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
