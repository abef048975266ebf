using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>The layers of preprocessing and augmentation: rows of <see cref="LayerTable"/>.</summary>
internal static class PreprocessingTable
{
    private static readonly Shape[] Images = [[5, 7, 1], [4, 6, 3]];

    public static IEnumerable<LayerCase> All =>
    [
        .. Affine, .. Flips, .. Values, .. Crops, .. Erasings, .. Rescalings, .. Resizings, .. Normalizations, .. Whitenings,
    ];

    private static IEnumerable<LayerCase> Affine
    {
        get
        {
            foreach (Shape input in Images)
            {
                foreach (FillMode mode in Enum.GetValues<FillMode>())
                {
                    foreach (Interpolation reading in Enum.GetValues<Interpolation>())
                    {
                        string name = $"by {mode} and {reading}";
                        yield return Random(name, input, () => new RandomTranslation(0.4, 0.3, mode, reading));
                        yield return Random(name, input, () => new RandomRotation(0.2, mode, reading));
                        yield return Random(name, input, () => new RandomZoom(0.5, null, mode, reading));
                    }
                }

                yield return Random("of pairs", input, () => new RandomTranslation((-0.1, 0.4), (0.2, 0.3)));
                yield return Random("of a pair", input, () => new RandomRotation((0.1, 0.3)));
                yield return Random("of pairs", input, () => new RandomZoom((-0.4, 0.2), (0.1, 0.5)));
                yield return Random(
                    "with a value", input, () => new RandomTranslation(0.5, 0.5, FillMode.Constant, seed: 1ul << 63, fillValue: 0.7));
                yield return Random(
                    "with a value", input, () => new RandomRotation(0.5, FillMode.Constant, seed: 5, fillValue: 0.7));
                yield return Random(
                    "with a value", input, () => new RandomZoom(0.5, 0.9, FillMode.Constant, seed: 5, fillValue: -0.7));
            }
        }
    }

    private static IEnumerable<LayerCase> Flips =>
        from input in Images
        from mode in Enum.GetValues<FlipMode>()
        from seed in (ulong?[])[null, 3]
        select Random($"{mode} with {seed}", input, () => new RandomFlip(mode, seed));

    // Inputs are normal numbers: ranges that clip some of them.
    private static IEnumerable<LayerCase> Values
    {
        get
        {
            foreach (Shape input in Images)
            {
                yield return Random("of 0.4", input, () => new RandomContrast(0.4));
                yield return Random("of a pair", input, () => new RandomContrast((0.2, 0.6), (-1, 1.2)));
                yield return Random("with a seed", input, () => new RandomContrast(0.3, (-9, 9), seed: 7));
                yield return Random("of 0.001", input, () => new RandomBrightness(0.001));
                yield return Random("of a pair", input, () => new RandomBrightness((-0.1, 0.3), (-1, 1.2)));
                yield return Random("with a seed", input, () => new RandomBrightness(0.2, (-9, 9), seed: 7));
            }
        }
    }

    private static IEnumerable<LayerCase> Crops
    {
        get
        {
            foreach (Shape input in Images)
            {
                foreach ((int height, int width) in ((int, int)[])[(3, 4), (2, 5), (4, 1)])
                {
                    Shape output = [height, width, input[2]];
                    yield return new LayerCase($"to {height} and {width}", () => new RandomCrop(height, width), [input], output)
                    {
                        Wrong = [[height - 1, 9, 2]],
                        WrongMessage = $"random_crop (RandomCrop): expected input of at least [n, {height}, {width}, channels], "
                            + $"got [n, {height - 1}, 9, 2]. Put a Resizing layer before to enlarge small images.",
                        IsSameInAllPhases = false,
                    };
                    yield return new LayerCase($"to {height} and {width}", () => new CenterCrop(height, width), [input], output)
                    {
                        Wrong = [[height - 1, 8, 2]],
                        WrongMessage = $"center_crop (CenterCrop): expected input of at least [n, {height}, {width}, channels], "
                            + $"got [n, {height - 1}, 8, 2]. Put a Resizing layer before to enlarge small images.",
                    };
                }

                yield return Random("with a seed", input, () => new RandomCrop(2, 3, seed: 11), [2, 3, input[2]]);
                yield return Random("of all", input, () => new RandomCrop(input[0], input[1]));
            }
        }
    }

    private static IEnumerable<LayerCase> Erasings
    {
        get
        {
            foreach (Shape input in Images)
            {
                yield return Random("by default", input, () => new RandomErasing());
                yield return Random("of half of the images", input, () => new RandomErasing(0.5, fillValue: 0.3));
                yield return Random("of much", input, () => new RandomErasing(1, (0.4, 0.7), valueRange: (-1, 1), seed: 5));
            }
        }
    }

    private static IEnumerable<LayerCase> Rescalings =>
        from input in (Shape[])[[7], [4, 6, 3]]
        from numbers in ((double Scale, double Offset)[])[(1.0 / 255, 0), (2, -1), (-0.5, 0.3)]
        select new LayerCase($"of {numbers}", () => new Rescaling(numbers.Scale, numbers.Offset), [input], input)
        {
            Wrong = [input, input],
            WrongMessage = "rescaling (Rescaling): expected one input, got 2.",
        };

    private static IEnumerable<LayerCase> Resizings =>
        from input in Images
        from size in ((int Height, int Width)[])[(3, 4), (8, 5), (9, 15), (1, 2)]
        from reading in Enum.GetValues<Interpolation>()
        select Image($"to {size} by {reading}", input, () => new Resizing(size.Height, size.Width, reading), [size.Height, size.Width, input[2]]);

    private static IEnumerable<LayerCase> Normalizations
    {
        get
        {
            foreach (Shape input in (Shape[])[[3], [4, 5, 3]])
            {
                foreach (bool invert in (bool[])[false, true])
                {
                    yield return Normalized(
                        "given", input, () => new Normalization([0.5, -2, 3], [0.25, 4, 2], invert), "[n, ..., 3]");
                    yield return Normalized("of one number", input, () => new Normalization([0.3], [0.5], invert), null);
                    yield return Normalized("adapted", input, () => Adapted(input, invert), "[n, ..., 3]");
                }
            }

            yield return Normalized("of a constant feature", [2], () => new Normalization([0.5, 0.1], [0, 1], true), "[n, ..., 2]");
        }
    }

    private static IEnumerable<LayerCase> Whitenings =>
        from input in (Shape[])[[7], [3, 2, 2]]
        from epsilon in (double[])[1e-6, 0.1]
        select new LayerCase($"of {epsilon}", () => Whitened(input, epsilon), [input], input)
        {
            Wrong = [[4, 4]],
            WrongMessage = $"zca_whitening (ZcaWhitening): expected input with {input.Size} elements a sample, got [n, 4, 4]. "
                + "The layer was adapted to samples of another size.",
        };

    private static Normalization Adapted(Shape input, bool invert)
    {
        Normalization layer = new(invert: invert);
        layer.Adapt(RandomTensor.Normal([.. input.Prepend(9)], seed: 4));
        return layer;
    }

    private static ZcaWhitening Whitened(Shape input, double epsilon)
    {
        ZcaWhitening layer = new(epsilon);
        layer.Adapt(RandomTensor.Normal([.. input.Prepend(60)], seed: 4));
        return layer;
    }

    private static LayerCase Normalized(string name, Shape input, Func<Layer> make, string? expected) => new(name, make, [input], input)
    {
        Wrong = expected is null ? [Shape.Scalar] : [[8]],
        WrongMessage = $"normalization (Normalization): expected input {expected ?? "[n, ..., features]"}, "
            + $"got {(expected is null ? "[n]" : "[n, 8]")}. Mean and variance belong to the features of the last axis.",
    };

    private static LayerCase Random(string name, Shape input, Func<Layer> make, Shape? output = null) =>
        Image(name, input, make, output ?? input) with { IsSameInAllPhases = false };

    private static LayerCase Image(string name, Shape input, Func<Layer> make, Shape output)
    {
        Layer layer = make();
        return new LayerCase(name, make, [input], output)
        {
            Wrong = [[4, 6]],
            WrongMessage = $"{layer.Title}: expected input [n, height, width, channels], got [n, 4, 6]. "
                + "Grey images have one channel: put a Reshape before where the axis is missing.",
        };
    }
}
