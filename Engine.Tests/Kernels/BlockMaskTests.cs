using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class BlockMaskTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Samples = 11;

    private static readonly RandomSource s_random = new(seed: 5, stream: 6, step: 7);

    /// <summary>The naive twin: each cell asks all corners whose block would cover it.</summary>
    private static T[] Naive(T[] x, (int H, int W, int C) shape, (int H, int W) block, DropoutRate corners, uint[] keys)
    {
        (int height, int width, int channels) = shape;
        int rows = height - block.H + 1, columns = width - block.W + 1, size = height * width * channels;
        T[] y = new T[x.Length];
        for (int n = 0; n < Samples; n++)
        {
            bool[] kept = new bool[size];
            for (int e = 0; e < size; e++)
            {
                int c = e % channels, j = e / channels % width, i = e / channels / width;
                kept[e] = true;
                for (int top = Math.Max(0, i - block.H + 1); top <= Math.Min(i, rows - 1); top++)
                {
                    for (int left = Math.Max(0, j - block.W + 1); left <= Math.Min(j, columns - 1); left++)
                    {
                        int corner = (((top * columns) + left) * channels) + c;
                        kept[e] &= DropoutKernels.Keeps(corners, s_random, keys.Length == 0 ? (uint)n : keys[n], corner);
                    }
                }
            }

            T scale = T.CreateTruncating((double)size / Math.Max(1, kept.Count(k => k)));
            for (int e = 0; e < size; e++)
            {
                y[(n * size) + e] = kept[e] ? x[(n * size) + e] * scale : T.Zero;
            }
        }

        return y;
    }

    private static readonly TestCaseData[] s_problems =
    [
        new((5, 7, 3), (2, 2)), new((8, 6, 5), (3, 4)), new((4, 9, 1), (1, 1)), new((3, 5, 17), (3, 3)), new((6, 4, 8), (2, 4)),
    ];

    [TestCaseSource(nameof(s_problems))]
    public void IsTheNaiveTwinBitForBit((int H, int W, int C) shape, (int H, int W) block)
    {
        int size = shape.H * shape.W * shape.C;
        foreach (uint[] keys in (uint[][])[[], [3, 3, 9, 0, 1, 8, 3, 77, 5, 6, 9]])
        {
            foreach (double gamma in (double[])[0.05, 0.4, 0.98])
            {
                T[] x = new T[Samples * size];
                T[] scratch = new T[BlockMask.ScratchLength(Samples, shape.H, shape.W, shape.C, block.H, block.W)];
                new RandomSource(1, 1).FillNormal(x.AsSpan());
                T[] expected = Naive(x, shape, block, new DropoutRate(gamma), keys);
                foreach (int threads in (int[])[1, 2, 4])
                {
                    T[] y = new T[x.Length];
                    Array.Fill(y, T.CreateChecked(666.666));
                    Array.Fill(scratch, T.NaN);

                    BlockMask.Apply(
                        x, y, shape.H, shape.W, shape.C, block.H, block.W, new DropoutRate(gamma), s_random, keys, scratch, threads);

                    Assert.That(y, Is.EqualTo(expected), $"{gamma}, {threads} threads");
                }

                BlockMask.Apply<T>(
                    x, x, shape.H, shape.W, shape.C, block.H, block.W, new DropoutRate(gamma), s_random, keys, scratch, threads: 1);
                Assert.That(x, Is.EqualTo(expected), "in place");
            }
        }
    }
}
