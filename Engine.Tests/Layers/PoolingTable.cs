using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>The layers of pooling, padding, cropping and resizing: rows of <see cref="LayerTable"/>.</summary>
internal static class PoolingTable
{
    // Channels beside the vector widths, no two axes equal.
    private static readonly Shape Steps = [11, 3], MoreSteps = [7, 9];
    private static readonly Shape Image = [7, 6, 3], LargerImage = [4, 5, 9];
    private static readonly Shape Volume = [5, 4, 6, 3], SmallVolume = [4, 5, 7, 2];

    public static IEnumerable<LayerCase> All => [.. Poolings, .. GlobalPoolings, .. Margins, .. UpSamplings];

    private static IEnumerable<LayerCase> Poolings =>
    [
        Row("", () => new MaxPooling1D(), Steps, [5, 3]),
        Row("of 3 at strides of 2", () => new MaxPooling1D(3, 2), Steps, [5, 3]),
        Row("of 3 at strides of 2, same", () => new MaxPooling1D(3, 2, Padding.Same), MoreSteps, [4, 9]),
        Row("of 2 at strides of 3", () => new MaxPooling1D(2, 3), MoreSteps, [2, 9]),
        Row("", () => new MaxPooling2D(), Image, [3, 3, 3]),
        Row("", () => new MaxPooling2D(), LargerImage, [2, 2, 9]),
        Row("of 3 × 2", () => new MaxPooling2D((3, 2)), Image, [2, 3, 3]),
        Row("of 3 × 2 at strides of 2 × 1", () => new MaxPooling2D((3, 2), (2, 1)), LargerImage, [1, 4, 9]),
        Row("of 3 × 2 at strides of 1 × 2, same", () => new MaxPooling2D((3, 2), (1, 2), Padding.Same), Image, [7, 3, 3]),
        Row("of 2 × 2, same", () => new MaxPooling2D((2, 2), padding: Padding.Same), LargerImage, [2, 3, 9]),
        Row("", () => new MaxPooling3D(), Volume, [2, 2, 3, 3]),
        Row("of 1 × 2 × 3 at strides of 2 × 1 × 2", () => new MaxPooling3D((1, 2, 3), (2, 1, 2)), SmallVolume, [2, 4, 3, 2]),
        Row("of 3 × 1 × 2, same", () => new MaxPooling3D((3, 1, 2), padding: Padding.Same), Volume, [2, 4, 3, 3]),
        Row("", () => new AveragePooling1D(), Steps, [5, 3]),
        Row("of 3 at strides of 2", () => new AveragePooling1D(3, 2), Steps, [5, 3]),
        Row("of 3 at strides of 2, same", () => new AveragePooling1D(3, 2, Padding.Same), MoreSteps, [4, 9]),
        Row("of 2 at strides of 3", () => new AveragePooling1D(2, 3), MoreSteps, [2, 9]),
        Row("", () => new AveragePooling2D(), Image, [3, 3, 3]),
        Row("of 3 × 2 at strides of 2 × 1", () => new AveragePooling2D((3, 2), (2, 1)), LargerImage, [1, 4, 9]),
        Row("of 3 × 2 at strides of 1 × 2, same", () => new AveragePooling2D((3, 2), (1, 2), Padding.Same), Image, [7, 3, 3]),
        Row("", () => new AveragePooling3D(), Volume, [2, 2, 3, 3]),
        Row("of 1 × 2 × 3 at strides of 2 × 1 × 2", () => new AveragePooling3D((1, 2, 3), (2, 1, 2)), SmallVolume, [2, 4, 3, 2]),
        Row("of 3 × 1 × 2, same", () => new AveragePooling3D((3, 1, 2), padding: Padding.Same), Volume, [2, 4, 3, 3]),
        new LayerCase("too large", () => new MaxPooling2D((3, 2)), [LargerImage], [1, 2, 9])
        {
            Wrong = [[2, 5, 3]],
            WrongMessage = "max_pooling2d (MaxPooling2D): expected input [n, height, width, channels] that holds a window of 3 × 2, "
                + "got [n, 2, 5, 3]. Use a smaller window, or Padding.Same.",
        },
    ];

    private static IEnumerable<LayerCase> GlobalPoolings =>
    [
        Row("", () => new GlobalMaxPooling1D(), Steps, [3]),
        Row("that keeps its axes", () => new GlobalMaxPooling1D(keepDims: true), MoreSteps, [1, 9]),
        Row("", () => new GlobalMaxPooling2D(), Image, [3]),
        Row("that keeps its axes", () => new GlobalMaxPooling2D(keepDims: true), LargerImage, [1, 1, 9]),
        Row("", () => new GlobalMaxPooling3D(), Volume, [3]),
        Row("that keeps its axes", () => new GlobalMaxPooling3D(keepDims: true), SmallVolume, [1, 1, 1, 2]),
        Row("", () => new GlobalAveragePooling1D(), Steps, [3]),
        Row("that keeps its axes", () => new GlobalAveragePooling1D(keepDims: true), MoreSteps, [1, 9]),
        Row("", () => new GlobalAveragePooling2D(), Image, [3]),
        Row("that keeps its axes", () => new GlobalAveragePooling2D(keepDims: true), LargerImage, [1, 1, 9]),
        Row("", () => new GlobalAveragePooling3D(), Volume, [3]),
        Row("that keeps its axes", () => new GlobalAveragePooling3D(keepDims: true), SmallVolume, [1, 1, 1, 2]),
    ];

    private static IEnumerable<LayerCase> Margins =>
    [
        Row("", () => new ZeroPadding1D(), Steps, [13, 3]),
        Row("of 0 and 3", () => new ZeroPadding1D((0, 3)), MoreSteps, [10, 9]),
        Row("", () => new ZeroPadding2D(), Image, [9, 8, 3]),
        Row("of 2 and 1", () => new ZeroPadding2D(2, 1), Image, [11, 8, 3]),
        Row("of 1, 2, 3 and 0", () => new ZeroPadding2D((1, 2), (3, 0)), LargerImage, [7, 8, 9]),
        Row("", () => new ZeroPadding3D(), Volume, [7, 6, 8, 3]),
        Row("of 1, 0, 2, 3, 0 and 1", () => new ZeroPadding3D((1, 0), (2, 3), (0, 1)), SmallVolume, [5, 10, 8, 2]),
        Row("of 1", () => new Cropping1D(1), Steps, [9, 3]),
        Row("of 0 and 3", () => new Cropping1D((0, 3)), MoreSteps, [4, 9]),
        Row("of 2 and 1", () => new Cropping2D(2, 1), Image, [3, 4, 3]),
        Row("of 1, 2, 3 and 0", () => new Cropping2D((1, 2), (3, 0)), LargerImage, [1, 2, 9]),
        Row("of 1", () => new Cropping3D(1), Volume, [3, 2, 4, 3]),
        Row("of 1, 0, 1, 3, 0 and 1", () => new Cropping3D((1, 0), (1, 3), (0, 1)), SmallVolume, [3, 1, 6, 2]),
        new LayerCase("too much", () => new Cropping2D((1, 2), (3, 0)), [LargerImage], [1, 2, 9])
        {
            Wrong = [[3, 5, 9]],
            WrongMessage = "cropping2d (Cropping2D): expected input [n, height, width, channels] of at least 4 × 4, got [n, 3, 5, 9]. "
                + "Crop less.",
        },
    ];

    private static IEnumerable<LayerCase> UpSamplings =>
    [
        Row("", () => new UpSampling1D(), Steps, [22, 3]),
        Row("by 3", () => new UpSampling1D(3), MoreSteps, [21, 9]),
        Row("", () => new UpSampling2D(), Image, [14, 12, 3]),
        Row("by 3 × 2", () => new UpSampling2D((3, 2)), LargerImage, [12, 10, 9]),
        Row("by 2 × 3, bilinear", () => new UpSampling2D((2, 3), Interpolation.Bilinear), Image, [14, 18, 3]),
        Row("by 3 × 1, bilinear", () => new UpSampling2D((3, 1), Interpolation.Bilinear), [2, 1, 9], [6, 1, 9]),
        Row("", () => new UpSampling3D(), [2, 3, 4, 3], [4, 6, 8, 3]),
        Row("by 3 × 1 × 2", () => new UpSampling3D((3, 1, 2)), [2, 3, 1, 5], [6, 3, 2, 5]),
    ];

    /// <summary>A row that is to refuse samples of another rank.</summary>
    private static LayerCase Row(string name, Func<SpatialLayer> make, Shape input, Shape output)
    {
        string kind = make().Kind;
        string layer = $"{make().DefaultName} ({kind})";
        (Shape wrong, string expected, string axes) = input.Rank switch
        {
            2 => (Image, "[n, steps, channels]", "steps"),
            3 => (Shape.Create(28, 27), "[n, height, width, channels]", "height and width"),
            _ => (Image, "[n, depth, height, width, channels]", "depth, height and width"),
        };
        return new LayerCase(name, make, [input], output)
        {
            Wrong = [wrong],
            WrongMessage = $"{layer}: expected input {expected}, got [n, {string.Join(", ", wrong)}]. "
                + $"The last axis is that of the channels, the others are {axes}.",
        };
    }
}
