using Engine.Kernels;

namespace Engine.Tests.Kernels;

/// <summary>Keras's rules of padding, against positions counted one by one.</summary>
public class WindowAxisTests
{
    [Test]
    public void WindowsLieAsKerasLaysThem(
        [Values(1, 2, 5, 10, 11)] int input,
        [Values(1, 2, 3, 5)] int window,
        [Values(1, 2, 3)] int stride,
        [Values(1, 2)] int dilation,
        [Values] Padding padding)
    {
        int extent = ((window - 1) * dilation) + 1;
        if (padding == Padding.Valid && extent > input)
        {
            Assert.That(() => new WindowAxis(input, window, stride, dilation, padding), Throws.TypeOf<ArgumentOutOfRangeException>());
            return;
        }

        WindowAxis axis = new(input, window, stride, dilation, padding);
        int outputs = 0;
        for (int start = -axis.PadBefore; start + extent <= input + axis.PadAfter; start += stride)
        {
            outputs++;
        }

        Assert.That(axis.Output, Is.EqualTo(outputs));
        switch (padding)
        {
            case Padding.Valid:
                Assert.That((axis.PadBefore, axis.PadAfter), Is.EqualTo((0, 0)));
                break;
            case Padding.Same:
                Assert.That(axis.Output, Is.EqualTo((input + stride - 1) / stride));
                Assert.That(axis.PadAfter - axis.PadBefore, Is.InRange(0, 1));
                break;
            default:
                Assert.That((axis.PadBefore, axis.PadAfter), Is.EqualTo((extent - 1, 0)));
                break;
        }
    }
}
