using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class BroadcastMaskTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T s_scale = T.CreateChecked(1.25);

    private static IEnumerable<TestCaseData> Combinations =>
        from lengths in (int[][])[[37], [5, 11], [3, 7, 10]]
        from full in Enumerable.Range(0, 1 << lengths.Length)
        select new TestCaseData(lengths, lengths.Select((length, axis) => (full >> axis & 1) == 1 ? length : 1).ToArray());

    /// <summary>The naive twin: the place in the mask is that in the sample, with 0 along the axes of length 1.</summary>
    private static T[] Naive(T[] x, T[] mask, int[] lengths, int[] maskLengths)
    {
        T[] y = new T[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int place = 0;
            for (int axis = 0, left = i, size = x.Length; axis < lengths.Length; axis++)
            {
                size /= lengths[axis];
                place = (place * maskLengths[axis]) + (maskLengths[axis] == 1 ? 0 : left / size);
                left %= size;
            }

            y[i] = mask[place] == T.Zero ? T.Zero : x[i] * mask[place];
        }

        return y;
    }

    [TestCaseSource(nameof(Combinations))]
    public void EveryCombinationIsTheNaiveTwin(int[] lengths, int[] maskLengths)
    {
        (T[] x, T[] mask) = Problem(lengths, maskLengths);
        T[] y = new T[x.Length + 1];
        Array.Fill(y, T.CreateChecked(666.666));

        BroadcastMask.Apply(x, mask, y.AsSpan(0, x.Length), lengths, maskLengths);

        Assert.That(y[..^1], Is.EqualTo(Naive(x, mask, lengths, maskLengths)));
        Assert.That(y[^1], Is.EqualTo(T.CreateChecked(666.666)), "written past the end");
    }

    [TestCaseSource(nameof(Combinations))]
    public void InPlaceIsTheSame(int[] lengths, int[] maskLengths)
    {
        (T[] x, T[] mask) = Problem(lengths, maskLengths);
        T[] expected = Naive(x, mask, lengths, maskLengths);

        BroadcastMask.Apply(x, mask, x, lengths, maskLengths);

        Assert.That(x, Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Combinations))]
    public void WhatIsDroppedIsZeroWhateverItWas(int[] lengths, int[] maskLengths)
    {
        (T[] x, T[] mask) = Problem(lengths, maskLengths);
        Array.Fill(mask, T.Zero);
        Array.Fill(x, T.NaN);

        BroadcastMask.Apply(x, mask, x, lengths, maskLengths);

        Assert.That(x, Is.All.EqualTo(T.Zero));
    }

    // Distinct numbers, so that no place can stand for another; a mask of one number keeps.
    private static (T[] X, T[] Mask) Problem(int[] lengths, int[] maskLengths)
    {
        T[] x = [.. Enumerable.Range(1, lengths.Aggregate((a, b) => a * b)).Select(T.CreateChecked)];
        T[] mask = [.. Enumerable.Range(0, maskLengths.Aggregate((a, b) => a * b)).Select(i => i * 7 % 5 < 3 ? s_scale : T.Zero)];
        return (x, mask);
    }
}
