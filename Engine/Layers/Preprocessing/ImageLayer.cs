using System.Numerics;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// A layer that works on each image of a batch by itself. Input <c>[n, height, width, channels]</c>. Threads share the images.
/// </summary>
public abstract class ImageLayer : SimpleLayer
{
    private protected ImageLayer(ulong? seed) => OwnSeed = seed;

    private protected ulong? OwnSeed { get; }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public sealed override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        if (IsIdentity(pass.IsTraining))
        {
            PassOn(x, y);
            return;
        }

        ImageBody<T> body = new(this, [], x, y, Image(pass), pass.RowKeys, pass.Batch, isBackward: false);
        ParallelLoop.Run(ref body, pass.Batch, pass.Threads);
    }

    /// <inheritdoc/>
    public sealed override void Backward<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (dx.IsEmpty)
        {
            return;
        }

        if (IsIdentity(pass.IsTraining))
        {
            PassOn(dy, dx);
            return;
        }

        ImageBody<T> body = new(this, y, dy, dx, Image(pass), pass.RowKeys, pass.Batch, isBackward: true);
        ParallelLoop.Run(ref body, pass.Batch, pass.Threads);
    }

    /// <summary>Whether the layer passes its input on as it is.</summary>
    internal virtual bool IsIdentity(bool isTraining) => false;

    /// <summary>Computes one image of the output.</summary>
    /// <param name="x">The image.</param>
    /// <param name="y">Overwritten; x itself where the layer can run in place.</param>
    /// <param name="image">Sizes of x, and random numbers.</param>
    internal abstract void Transform<T>(ReadOnlySpan<T> x, Span<T> y, in ImagePass image)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Computes the gradient of one image.</summary>
    /// <param name="y">The image of the output; empty unless <see cref="Layer.BackwardReads"/> names it.</param>
    /// <param name="dy">Its gradient.</param>
    /// <param name="dx">Overwritten; dy itself where the layer can run in place.</param>
    /// <param name="image">Sizes of x, and the random numbers of forward.</param>
    internal abstract void TransformGradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in ImagePass image)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The shape of an image of the output; the input's unless overridden.</summary>
    private protected virtual Shape OutputOf(Shape image) => image;

    /// <inheritdoc/>
    protected sealed override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank == 3 ? OutputOf(input) : throw UnexpectedInput(
            "[n, height, width, channels]", input, "Grey images have one channel: put a Reshape before where the axis is missing.");
    }

    private ImagePass Image<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = pass.InputShape();
        return new ImagePass(
            OwnSeed is { } seed ? pass.RandomOf(seed) : pass.Random, 0, pass.IsTraining, shape[0], shape[1], shape[2]);
    }

    private static void PassOn<T>(ReadOnlySpan<T> x, Span<T> y)
    {
        if (!x.Overlaps(y))
        {
            x.CopyTo(y);
        }
    }

    private readonly ref struct ImageBody<T>(
        ImageLayer layer, ReadOnlySpan<T> outputs, ReadOnlySpan<T> source, Span<T> destination, ImagePass image,
        ReadOnlySpan<uint> rowKeys, int batch, bool isBackward) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _outputs = outputs;
        private readonly ReadOnlySpan<T> _source = source;
        private readonly Span<T> _destination = destination;
        private readonly ReadOnlySpan<uint> _rowKeys = rowKeys;
        private readonly ImagePass _image = image;

        public void Run(int part)
        {
            ImagePass image = _image with { Key = _rowKeys.IsEmpty ? (uint)part : _rowKeys[part] };
            int size = _source.Length / batch;
            ReadOnlySpan<T> source = _source.Slice(part * size, size);
            int written = _destination.Length / batch;
            Span<T> destination = _destination.Slice(part * written, written);
            if (isBackward)
            {
                layer.TransformGradient(_outputs.IsEmpty ? [] : _outputs.Slice(part * size, size), source, destination, image);
            }
            else
            {
                layer.Transform(source, destination, image);
            }
        }
    }
}
