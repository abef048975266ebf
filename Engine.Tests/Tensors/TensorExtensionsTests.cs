using System.Buffers;
using System.Numerics.Tensors;

namespace Engine.Tests.Tensors;

public class TensorExtensionsTests
{
    private static readonly Tensor<float> s_tensor =
        Tensor.Create([.. Enumerable.Range(0, 60).Select(i => (float)i)], [5, 4, 3]);

    [Test]
    public void SpansOfDenseTensorsBeginWhereTheyBegin()
    {
        Assert.That(s_tensor.AsDenseSpan().Length, Is.EqualTo(60));
        ReadOnlySpan<float> rows = s_tensor.Slice([2..4, NRange.All, NRange.All]).AsDenseSpan();
        Assert.That((rows.Length, rows[0], rows[^1]), Is.EqualTo((24, 24f, 47f)));
        ReadOnlySpan<float> narrow = Tensor.Create(new float[] { 1, 2, 3 }, [3, 1]).AsDenseSpan();
        Assert.That((narrow.Length, narrow[^1]), Is.EqualTo((3, 3f)));
    }

    [Test]
    public void StridedSlicesBecomeDenseCopies()
    {
        Tensor<float> strided = s_tensor.Slice([1..3, 1..3, 2..3]);
        Assert.That(strided.IsDense, Is.False);
        Assert.That(strided.ToDense().AsDenseSpan().ToArray(), Is.EqualTo(new float[] { 17, 20, 29, 32 }));
        Assert.That(s_tensor.ToDense(), Is.SameAs(s_tensor));
        Assert.That(
            () => strided.AsDenseSpan().Length,
            Throws.ArgumentException.With.Message.EqualTo("Tensor: expected a dense one, got a strided slice of shape [2, 2, 1]."));
    }
}
