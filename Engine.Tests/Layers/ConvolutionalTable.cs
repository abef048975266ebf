using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Layers;
using Engine.Regularizers;

namespace Engine.Tests.Layers;

/// <summary>The layers of convolution: rows of <see cref="LayerTable"/>.</summary>
internal static class ConvolutionalTable
{
    private static readonly ActivationFunction s_relu = ActivationFunction.ReLU;
    private static readonly Initializer s_normal = Initializer.RandomNormal(0.2), s_bias = Initializer.Constant(0.3);
    private static readonly Regularizer s_l1 = Regularizer.L1(0.03), s_l2 = Regularizer.L2(0.02);

    // Norms over all that one filter sees, and over its last axis only.
    private static readonly Constraint s_maxNorm = Constraint.MaxNorm(0.7, [0, 1, 2]), s_nonNegative = Constraint.NonNegative();

    public static IEnumerable<LayerCase> All => [.. Conv1Ds, .. Conv2Ds, .. Conv3Ds, .. Conv2DTransposes, .. DepthwiseTable.All];

    private static IEnumerable<LayerCase> Conv1Ds
    {
        get
        {
            yield return Row("of 3", [11, 2], [9, 5], () => new Conv1D(5, 3));
            yield return Row("of 1", [7, 3], [7, 4], () => new Conv1D(4, 1, ActivationFunction.Tanh));
            yield return Row("with relu", [11, 2], [9, 5], () => new Conv1D(5, 3, s_relu));
            yield return Row("with stride 3", [11, 2], [3, 5], () => new Conv1D(5, 4, strides: 3));
            yield return Row("with dilation 3", [11, 2], [5, 5], () => new Conv1D(5, 3, dilation: 3));
            foreach (Padding padding in (Padding[])[Padding.Same, Padding.Causal])
            {
                yield return Row($"of padding {padding}", [7, 3], [7, 4], () => new Conv1D(4, 4, s_relu, padding: padding));
                yield return Row(
                    $"of padding {padding}, stride 2, dilation 2", [9, 3], [5, 4],
                    () => new Conv1D(4, 3, strides: 2, padding: padding, dilation: 2));
            }

            yield return new LayerCase("in 3 groups", () => new Conv1D(9, 2, groups: 3), [[7, 6]], [6, 9])
            {
                Wrong = [[7, 4]],
                WrongMessage = "conv1d (Conv1D): expected input with a number of channels that the 3 groups divide, "
                    + "got [n, 7, 4]. The last axis is that of the channels.",
            };
            yield return new LayerCase("that must fit", () => new Conv1D(3, 3, dilation: 2), [[5, 2]], [1, 3])
            {
                Wrong = [[4, 2]],
                WrongMessage = "conv1d (Conv1D): expected input of at least [n, 5, channels], got [n, 4, 2]. "
                    + "The window of 5 must fit; pad with Padding.Same, or take a smaller one.",
            };
            yield return Row("without a bias", [7, 3], [6, 4], () => new Conv1D(4, 2, useBias: false));
            yield return Row(
                "with all options", [7, 3], [6, 4],
                () => new Conv1D(
                    4, 2, s_relu, 1, Padding.Valid, 1, 1, true, s_normal, s_bias, s_l1, s_l2, s_nonNegative, s_nonNegative));
        }
    }

    private static IEnumerable<LayerCase> Conv2Ds
    {
        get
        {
            foreach (ActivationFunction activation in LayerTable.Activations)
            {
                yield return Row($"with {activation}", [5, 7, 2], [3, 6, 3], () => new Conv2D(3, (3, 2), activation));
            }

            yield return Row("of 1 × 1", [5, 4, 3], [5, 4, 7], () => new Conv2D(7, (1, 1), s_relu));
            yield return Row("of 1 × 1 in groups", [5, 4, 6], [5, 4, 4], () => new Conv2D(4, (1, 1), s_relu, groups: 2));
            yield return Row("with strides", [7, 9, 2], [3, 3, 5], () => new Conv2D(5, (3, 2), s_relu, strides: (2, 3)));
            yield return Row(
                "with strides beyond the window", [7, 9, 2], [4, 3, 3], () => new Conv2D(3, (1, 2), strides: (2, 3)));
            yield return Row("with dilation", [7, 9, 2], [3, 6, 3], () => new Conv2D(3, (3, 2), dilation: (2, 3)));
            yield return Row("of 3 × 3", [6, 9, 5], [4, 7, 7], () => new Conv2D(7, (3, 3), s_relu));
            yield return Row(
                "of 3 × 3, no Winograd", [6, 9, 5], [6, 9, 7],
                () => new Conv2D(7, (3, 3), padding: Padding.Same, useWinograd: false));
            yield return Row("of padding Same", [5, 7, 2], [5, 7, 3], () => new Conv2D(3, (4, 3), s_relu, padding: Padding.Same));
            yield return Row(
                "of padding Same, strides, dilation", [7, 6, 2], [4, 3, 3],
                () => new Conv2D(3, (3, 2), strides: (2, 2), padding: Padding.Same, dilation: (1, 2)));
            yield return new LayerCase("in 2 groups", () => new Conv2D(4, (2, 3), s_relu, groups: 2), [[4, 5, 6]], [3, 3, 4])
            {
                Wrong = [[4, 5, 3]],
                WrongMessage = "conv2d (Conv2D): expected input with a number of channels that the 2 groups divide, "
                    + "got [n, 4, 5, 3]. The last axis is that of the channels.",
            };
            yield return new LayerCase("that must fit", () => new Conv2D(3, (3, 5)), [[4, 5, 2]], [2, 1, 3])
            {
                Wrong = [[4, 4, 2]],
                WrongMessage = "conv2d (Conv2D): expected input of at least [n, 3, 5, channels], got [n, 4, 4, 2]. "
                    + "The window of (3, 5) must fit; pad with Padding.Same, or take a smaller one.",
            };
            yield return new LayerCase("of images", () => new Conv2D(2, (3, 2)), [[4, 5, 1]], [2, 4, 2])
            {
                Wrong = [[28, 28]],
                WrongMessage = "conv2d (Conv2D): expected input [n, height, width, channels], got [n, 28, 28]. "
                    + "Where there is one channel only, add a Reshape(28, 28, 1) before it.",
            };
            yield return Row("without a bias", [4, 5, 2], [3, 3, 3], () => new Conv2D(3, (2, 3), s_relu, useBias: false));
            yield return Row("frozen", [4, 5, 2], [3, 3, 3], () => new Conv2D(3, (2, 3), s_relu) { Trainable = false });
            foreach (Initializer initializer in LayerTable.Initializers)
            {
                yield return Row(
                    $"from {initializer}", [4, 5, 2], [3, 3, 3], () => new Conv2D(3, (2, 3), kernelInitializer: initializer));
            }

            yield return Row(
                "with a constraint over all that a filter sees", [4, 5, 2], [3, 3, 3],
                () => new Conv2D(3, (2, 3), kernelConstraint: s_maxNorm));
            yield return Row(
                "with all options", [5, 4, 2], [4, 2, 3],
                () => new Conv2D(
                    3, (2, 3), s_relu, (1, 1), Padding.Valid, (1, 1), 1, true, s_normal, s_bias, s_l1, s_l2, s_nonNegative,
                    s_nonNegative));
        }
    }

    private static IEnumerable<LayerCase> Conv3Ds
    {
        get
        {
            yield return Row("of 2 × 3 × 1", [3, 5, 4, 2], [2, 3, 4, 3], () => new Conv3D(3, (2, 3, 1)));
            yield return Row(
                "with relu and strides", [5, 4, 6, 1], [2, 3, 2, 3], () => new Conv3D(3, (3, 2, 1), s_relu, (2, 1, 3)));
            yield return Row(
                "of padding Same", [2, 3, 4, 2], [2, 3, 4, 3], () => new Conv3D(3, (3, 2, 2), padding: Padding.Same));
            yield return Row("with dilation", [3, 5, 4, 2], [1, 4, 1, 3], () => new Conv3D(3, (2, 2, 2), dilation: (2, 1, 3)));
            yield return Row("in 2 groups", [3, 2, 4, 4], [2, 2, 3, 6], () => new Conv3D(6, (2, 1, 2), groups: 2));
            yield return Row("without a bias", [3, 2, 4, 1], [2, 2, 3, 2], () => new Conv3D(2, (2, 1, 2), useBias: false));
            yield return Row(
                "with all options", [3, 2, 4, 2], [2, 2, 3, 3],
                () => new Conv3D(
                    3, (2, 1, 2), s_relu, (1, 1, 1), Padding.Valid, (1, 1, 1), 1, true, s_normal, s_bias, s_l1, s_l2,
                    s_nonNegative, s_nonNegative));
        }
    }

    private static IEnumerable<LayerCase> Conv2DTransposes
    {
        get
        {
            yield return Row("of 3 × 2", [4, 5, 2], [6, 6, 3], () => new Conv2DTranspose(3, (3, 2)));
            yield return Row("with strides", [4, 3, 2], [9, 9, 3], () => new Conv2DTranspose(3, (3, 2), s_relu, (2, 3)));
            yield return Row(
                "with strides beyond the window", [2, 3, 2], [6, 6, 3], () => new Conv2DTranspose(3, (2, 1), s_relu, (3, 2)));
            yield return Row(
                "of padding Same", [4, 3, 2], [8, 9, 3],
                () => new Conv2DTranspose(3, (3, 4), strides: (2, 3), padding: Padding.Same));
            yield return Row("with dilation", [4, 3, 2], [8, 6, 3], () => new Conv2DTranspose(3, (3, 2), dilation: (2, 3)));
            yield return Row("of 1 × 1", [4, 3, 2], [4, 3, 5], () => new Conv2DTranspose(5, (1, 1), ActivationFunction.Tanh));
            yield return Row(
                "without a bias", [4, 3, 2], [5, 5, 3], () => new Conv2DTranspose(3, (2, 3), s_relu, useBias: false));
            yield return Row(
                "with all options", [4, 3, 2], [5, 5, 3],
                () => new Conv2DTranspose(
                    3, (2, 3), s_relu, (1, 1), Padding.Valid, (1, 1), true, s_normal, s_bias, s_l1, s_l2, s_nonNegative,
                    s_nonNegative));
        }
    }

    private static LayerCase Row(string name, Shape input, Shape output, Func<Layer> make)
    {
        string kind = make().Kind;
        string axes = input.Rank switch { 2 => "steps", 3 => "height, width", _ => "depth, height, width" };
        return new LayerCase(name, make, [input], output)
        {
            Wrong = [[2, 3, 4, 5, 6]],
            WrongMessage = $"{kind.ToLowerInvariant().Replace("transpose", "_transpose", StringComparison.Ordinal)} ({kind}): "
                + $"expected input [n, {axes}, channels], got [n, 2, 3, 4, 5, 6]. "
                + $"The samples must have {input.Rank} axes, the channels last.",
        };
    }
}
