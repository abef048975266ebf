using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Applications;

/// <summary>How pixels of 0 to 255 become what published weights were trained on.</summary>
internal static class ImageScaling
{
    // The means of ImageNet's blue, green and red, as the Caffe models have them.
    private const double Blue = 103.939, Green = 116.779, Red = 123.68;

    /// <summary>Red, green, blue to blue, green, red, each less its mean over ImageNet; not scaled.</summary>
    /// <exception cref="ArgumentException">The pixels are not threes of numbers.</exception>
    public static void ToCaffe<T>(Span<T> pixels, string where)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (pixels.Length % 3 != 0)
        {
            throw new ArgumentException(
                $"{where}: expected pixels of red, green and blue, a multiple of 3 numbers, got {pixels.Length}.",
                nameof(pixels));
        }

        T blue = T.CreateChecked(Blue), green = T.CreateChecked(Green), red = T.CreateChecked(Red);
        for (int i = 0; i < pixels.Length; i += 3)
        {
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (pixels[i + 2] - blue, pixels[i + 1] - green, pixels[i] - red);
        }
    }

    /// <summary>0 to 255 to −1 to 1: x / 127.5 − 1.</summary>
    public static void ToUnit<T>(Span<T> pixels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.Divide(pixels, T.CreateChecked(127.5), pixels);
        TensorPrimitives.Subtract(pixels, T.One, pixels);
    }

    /// <summary>Checks what all of the models ask of their input and of their top.</summary>
    /// <exception cref="ShapeException">The input is no image of that size and of three channels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no class.</exception>
    public static void Check(string model, Shape input, int classes, int least)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != 3 || input[0] < least || input[1] < least || input[2] != 3)
        {
            throw new ShapeException(
                $"{model}: expected an input [height, width, 3] of at least {least} by {least} pixels, got {input}.",
                null,
                input);
        }

        if (classes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(classes), $"{model}: expected at least 1 class, got {classes}.");
        }
    }
}
