using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// DropBlock: in training whole squares of each channel of an image are zero, about a share of <see cref="DropoutLayer.Rate"/> of
/// it, and what is left is scaled up; in inference nothing happens. Single cells would tell little apart from their neighbours.
/// </summary>
/// <remarks>
/// <para>
/// Ghiasi, Lin and Le, "DropBlock: a regularization method for convolutional networks", NeurIPS 2018, algorithm 1. Input and output
/// <c>[n, height, width, channels]</c>. Blocks begin with probability γ = rate / size² · height · width / ((height − size + 1)
/// (width − size + 1)), eq. 1, at each position where a whole block fits, in each channel on its own; blocks may overlap, so that
/// somewhat less than the rate is dropped. γ is rounded to a multiple of 2⁻¹⁶. A block larger than the image is cut to it.
/// </para>
/// <para>
/// Survivors of a sample are scaled by count / kept over that sample, as in the paper. So the mean of a constant activation is
/// kept exactly, but E[y] = x does not hold cell by cell: cells at the border lie in fewer blocks, and come out larger on average
/// than those in the middle. With a block size of 1 all cells are alike.
/// </para>
/// </remarks>
public sealed class DropBlock2D : DropoutLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="blockSize">The side of a block, in cells; at least 1. 7 in the paper, on maps of 14 to 28.</param>
    /// <param name="rate">The share to drop, 0 to 1; 0 changes nothing, 1 gives zeros. 0.1 in the paper, best raised slowly: see
    /// <see cref="Callbacks.RateSchedule"/>.</param>
    /// <param name="seed">A seed of its own; if null the masks follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The block size is below 1, or the rate outside [0, 1] or not a number.
    /// </exception>
    public DropBlock2D(int blockSize, double rate, ulong? seed = null)
        : base(rate, seed) => BlockSize = blockSize >= 1 ? blockSize : throw new ArgumentOutOfRangeException(
            nameof(blockSize), $"DropBlock2D: expected a block of at least 1 cell, got {blockSize}.");

    /// <summary>The side of a block, in cells.</summary>
    public int BlockSize { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("block_size", BlockSize);
    }

    /// <inheritdoc/>
    public override bool DrawsByRow => true;

    /// <inheritdoc/>
    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        Shape input = inputs[0];
        return new BufferNeeds(Scratch: BlockMask.ScratchLength(
            batch, input[0], input[1], input[2], Math.Min(BlockSize, input[0]), Math.Min(BlockSize, input[1])));
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => Mask(x, y, pass);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        Mask(dy, dx, pass);

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank == 3 ? input : throw UnexpectedInput(
            "[n, height, width, channels]", input, "The last axis is that of the channels, the others are height and width.");
    }

    // y = x · mask · count / kept; the same for the gradients.
    private void Mask<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (MaskDraws.CopiesUnmasked(x, y, Rate, pass))
        {
            return;
        }

        Shape shape = pass.InputShape();
        (int height, int width) = (shape[0], shape[1]);
        (int blockHeight, int blockWidth) = (Math.Min(BlockSize, height), Math.Min(BlockSize, width));
        double places = (double)(height - blockHeight + 1) * (width - blockWidth + 1);
        double gamma = Rate / ((double)blockHeight * blockWidth) * height * width / places;
        if (Rate == 1 || gamma >= 1)
        {
            y.Clear();
            return;
        }

        BlockMask.Apply(
            x, y, height, width, shape[2], blockHeight, blockWidth, new DropoutRate(gamma), MaskDraws.RandomOf(Seed, pass),
            pass.RowKeys, pass.Scratch, pass.Threads);
    }
}
