using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Kernels;

/// <summary>Boxes inside boxes, against loops over single elements.</summary>
[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class MarginKernelsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Test]
    public void PadAndCropAreTheNaiveTwin([Values(1, 2, 4)] int threads, [Values(1, 33)] int channels)
    {
        MarginGeometry g = new(new MarginAxis(3, 1, 0), new MarginAxis(20, 0, 2), new MarginAxis(31, 3, 1), channels);
        const int Batch = 2;
        T[] inner = [.. Enumerable.Range(1, Batch * g.InnerRows * g.InnerRow).Select(T.CreateChecked)];
        T[] expected = new T[Batch * g.OuterRows * g.OuterRow];
        for (int i = 0; i < inner.Length; i++)
        {
            int c = i % channels, w = i / channels % 31, h = i / channels / 31 % 20, d = i / channels / 31 / 20 % 3;
            int n = i / channels / 31 / 20 / 3;
            expected[(((((((n * 4) + d + 1) * 22) + h) * 35) + w + 3) * channels) + c] = inner[i];
        }

        T[] outer = new T[expected.Length];
        Array.Fill(outer, T.NaN);
        MarginKernels.Pad(inner, outer, g, threads);
        Assert.That(outer, Is.EqualTo(expected));

        T[] back = new T[inner.Length];
        Array.Fill(back, T.NaN);
        MarginKernels.Crop(outer, back, g, threads);
        Assert.That(back, Is.EqualTo(inner));
    }
}
