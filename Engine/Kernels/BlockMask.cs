using System.Numerics;
using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>DropBlock: blocks of neighbouring positions are dropped in each channel, what is left is scaled up.</summary>
internal static class BlockMask
{
    // Samples that have working memory of their own: as many threads can work at once.
    private const int Slots = 8;

    /// <summary>The working memory of <see cref="Apply"/>, in elements.</summary>
    public static int ScratchLength(int batch, int height, int width, int channels, int blockHeight, int blockWidth) =>
        checked(Math.Min(batch, Slots) * SlotLength(height, width, channels, blockHeight, blockWidth));

    /// <summary>
    /// y = x · mask · count / kept, for each sample: the mask is 0 in every block whose corner was drawn, count is the number of
    /// the mask's elements and kept that of its ones.
    /// </summary>
    /// <param name="x">[n, height, width, channels].</param>
    /// <param name="y">As x, overwritten; may be x.</param>
    /// <param name="height">The height of a sample.</param>
    /// <param name="width">The width of a sample.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="blockHeight">The height of a block: 1 to that of the sample.</param>
    /// <param name="blockWidth">The width of a block: 1 to that of the sample.</param>
    /// <param name="corners">The share of the positions where a whole block fits that begin one: neither 0 nor 1.</param>
    /// <param name="random">Draws the corners.</param>
    /// <param name="rowKeys">One key a sample. Empty: its number.</param>
    /// <param name="scratch">As <see cref="ScratchLength"/> says.</param>
    /// <param name="threads">How many threads may work; a sample is one thread's.</param>
    public static void Apply<T>(
        ReadOnlySpan<T> x,
        Span<T> y,
        int height,
        int width,
        int channels,
        int blockHeight,
        int blockWidth,
        DropoutRate corners,
        in RandomSource random,
        ReadOnlySpan<uint> rowKeys,
        Span<T> scratch,
        int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int size = height * width * channels;
        Elementwise.ThrowIfLengthsDiffer(y.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(x.Length % size, 0);
        int batch = x.Length / size;
        int slots = Math.Min(batch, Slots);
        scratch = scratch[..(slots * SlotLength(height, width, channels, blockHeight, blockWidth))];
        var body = new Body<T>
        {
            X = x,
            Y = y,
            Height = height,
            Row = width * channels,
            Size = size,
            Batch = batch,
            Slots = slots,
            BlockHeight = blockHeight,
            CornerRow = (width - blockWidth + 1) * channels,
            Channels = channels,
            Corners = corners,
            Random = random,
            RowKeys = rowKeys,
            Scratch = scratch,
        };
        ParallelLoop.Run(ref body, slots, threads);
    }

    // A mask, and the corners.
    private static int SlotLength(int height, int width, int channels, int blockHeight, int blockWidth) =>
        checked((height * width * channels) + ((height - blockHeight + 1) * (width - blockWidth + 1) * channels));

    // A part is every eighth sample.
    private ref struct Body<T> : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public ReadOnlySpan<T> X;
        public Span<T> Y, Scratch;
        public ReadOnlySpan<uint> RowKeys;
        public RandomSource Random;
        public DropoutRate Corners;
        public int Height, Row, Size, Batch, Slots, BlockHeight, CornerRow, Channels;

        public void Run(int part)
        {
            int length = Scratch.Length / Slots;
            Span<T> mask = Scratch.Slice(part * length, Size);
            Span<T> corners = Scratch.Slice((part * length) + Size, length - Size);
            for (int sample = part; sample < Batch; sample += Slots)
            {
                DropoutKernels.FillMask(corners, Corners, Random, RowKeys.IsEmpty ? (uint)sample : RowKeys[sample]);
                FillBlocks(corners, mask);

                double kept = 0;
                for (int start = 0; start < Size; start += Row)
                {
                    kept += double.CreateTruncating(TensorPrimitives.Sum<T>(mask.Slice(start, Row)));
                }

                double scale = kept == 0 ? 0 : Size / kept;
                Elementwise.Map(
                    X.Slice(sample * Size, Size), mask, Y.Slice(sample * Size, Size), new AffineByMask<T>(scale, 0, 0));
            }
        }

        // 1, or 0 where a block covers the position: the least of 1 and of all corners whose blocks do, which are 0 or at least 1.
        // Along the width in each row of corners, then over the height.
        private readonly void FillBlocks(ReadOnlySpan<T> corners, Span<T> mask)
        {
            mask.Fill(T.One);
            int cornerRows = Height - BlockHeight + 1;
            for (int i = 0; i < cornerRows; i++)
            {
                ReadOnlySpan<T> row = corners.Slice(i * CornerRow, CornerRow);
                for (int shift = 0; shift <= Row - CornerRow; shift += Channels)
                {
                    Span<T> to = mask.Slice((i * Row) + shift, CornerRow);
                    TensorPrimitives.Min(to, row, to);
                }
            }

            // From below, so that a row is spread before it takes in others.
            for (int i = cornerRows - 1; i >= 0; i--)
            {
                ReadOnlySpan<T> row = mask.Slice(i * Row, Row);
                for (int below = i + 1; below < i + BlockHeight; below++)
                {
                    Span<T> to = mask.Slice(below * Row, Row);
                    TensorPrimitives.Min(to, row, to);
                }
            }
        }
    }
}
