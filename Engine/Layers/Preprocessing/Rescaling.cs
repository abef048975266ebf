using System.Numerics;
using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>y = scale · x + offset, in every phase. Input and output <c>[n, ...]</c>.</summary>
public sealed class Rescaling : SimpleLayer
{
    private const int PartLength = 16 * 1024;

    /// <summary>Makes the layer.</summary>
    /// <param name="scale">The factor, finite: <c>1.0 / 255</c> takes bytes to 0 to 1.</param>
    /// <param name="offset">What is added after, finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite.</exception>
    public Rescaling(double scale, double offset = 0)
    {
        Scale = Guard.Finite(scale, nameof(Rescaling), nameof(scale));
        Offset = Guard.Finite(offset, nameof(Rescaling), nameof(offset));
    }

    /// <summary>The factor.</summary>
    public double Scale { get; }

    /// <summary>What is added.</summary>
    public double Offset { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("scale", Scale);
        writer.Write("offset", Offset);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => Run(x, y, Offset, pass.Threads);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            Run(dy, dx, 0, pass.Threads);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters) => input;

    private void Run<T>(ReadOnlySpan<T> x, Span<T> y, double offset, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Body<T> body = new(x, y, T.CreateTruncating(Scale), T.CreateTruncating(offset));
        ParallelLoop.Run(ref body, (y.Length + PartLength - 1) / PartLength, threads);
    }

    private readonly ref struct Body<T>(ReadOnlySpan<T> x, Span<T> y, T scale, T offset) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x;
        private readonly Span<T> _y = y;

        public void Run(int part)
        {
            int start = part * PartLength, length = Math.Min(PartLength, _y.Length - start);
            Span<T> y = _y.Slice(start, length);
            TensorPrimitives.Multiply(_x.Slice(start, length), scale, y);
            TensorPrimitives.Add(y, offset, y);
        }
    }
}
