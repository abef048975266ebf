using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Layers;
using Engine.Regularizers;

namespace Engine.Tests.Layers;

/// <summary>DepthwiseConv2D and SeparableConv2D: rows of <see cref="LayerTable"/>.</summary>
internal static class DepthwiseTable
{
    private static readonly Shape s_small = [5, 4, 3];
    private static readonly Shape s_large = [7, 6, 9];

    public static IEnumerable<LayerCase> All => [.. Depthwise, .. Separable];

    private static IEnumerable<LayerCase> Depthwise
    {
        get
        {
            foreach (ActivationFunction activation in LayerTable.Activations)
            {
                yield return Row($"with {activation}", s_small, [3, 3, 3], () => new DepthwiseConv2D((3, 2), activation));
            }

            yield return Row("", s_large, [4, 5, 9], () => new DepthwiseConv2D((4, 2)));
            yield return Row("of one position", [1, 1, 2], [1, 1, 2], () => new DepthwiseConv2D((1, 1)));
            yield return Row(
                "with strides", s_large, [2, 5, 9], () => new DepthwiseConv2D((3, 2), ActivationFunction.ReLU, strides: (3, 1)));
            yield return Row("same", s_small, [5, 4, 3], () => new DepthwiseConv2D((4, 3), padding: Padding.Same));
            yield return Row(
                "same, with strides", s_large, [4, 2, 9],
                () => new DepthwiseConv2D((3, 4), ActivationFunction.ReLU, strides: (2, 3), padding: Padding.Same));
            yield return Row(
                "with a multiplier", s_small, [5, 4, 6],
                () => new DepthwiseConv2D((2, 3), ActivationFunction.Tanh, padding: Padding.Same, depthMultiplier: 2));
            yield return Row("with a multiplier", s_large, [6, 2, 27], () => new DepthwiseConv2D((2, 5), depthMultiplier: 3));
            yield return Row("dilated", s_large, [3, 5, 9], () => new DepthwiseConv2D((3, 2), dilation: (2, 1)));
            yield return Row(
                "dilated, same, without a bias", s_large, [7, 6, 18],
                () => new DepthwiseConv2D(
                    (2, 3), ActivationFunction.Tanh, padding: Padding.Same, depthMultiplier: 2, dilation: (3, 2), useBias: false));
            foreach (Initializer initializer in (Initializer[])[Initializer.HeNormal, Initializer.Constant(0.3)])
            {
                yield return Row(
                    $"from {initializer}", s_small, [4, 3, 3],
                    () => new DepthwiseConv2D((2, 2), depthwiseInitializer: initializer, biasInitializer: initializer));
            }

            foreach (Regularizer regularizer in LayerTable.Regularizers)
            {
                yield return Row(
                    $"with {regularizer}", s_small, [4, 3, 3],
                    () => new DepthwiseConv2D((2, 2), depthwiseRegularizer: regularizer, biasRegularizer: regularizer));
            }

            yield return Row(
                "with constraints", s_small, [4, 3, 3],
                () => new DepthwiseConv2D(
                    (2, 2), depthwiseConstraint: Constraint.MaxNorm(0.9), biasConstraint: Constraint.NonNegative()));
            yield return Row(
                "frozen", s_small, [4, 3, 3], () => new DepthwiseConv2D((2, 2), ActivationFunction.ReLU) { Trainable = false });
            yield return Row("that does not fit", s_large, [7, 1, 9], () => new DepthwiseConv2D((1, 6))) with
            {
                Wrong = [[4, 5, 2]],
                WrongMessage = "depthwise_conv2d (DepthwiseConv2D): expected input of at least [n, 1, 6, channels], got [n, 4, 5, 2]. "
                    + "The window of (1, 6) must fit; pad with Padding.Same, or take a smaller one.",
            };
        }
    }

    private static IEnumerable<LayerCase> Separable
    {
        get
        {
            foreach (ActivationFunction activation in LayerTable.Activations)
            {
                yield return Row($"with {activation}", s_small, [3, 3, 4], () => new SeparableConv2D(4, (3, 2), activation));
            }

            yield return Row("", s_large, [4, 5, 11], () => new SeparableConv2D(11, (4, 2)));
            yield return Row(
                "with strides", s_large, [2, 5, 1], () => new SeparableConv2D(1, (3, 2), ActivationFunction.ReLU, strides: (3, 1)));
            yield return Row("same", s_small, [5, 4, 7], () => new SeparableConv2D(7, (4, 3), padding: Padding.Same));
            yield return Row(
                "with a multiplier", s_small, [5, 4, 5],
                () => new SeparableConv2D(5, (2, 3), ActivationFunction.ReLU, padding: Padding.Same, depthMultiplier: 2));
            yield return Row(
                "dilated, without a bias", s_large, [3, 5, 4], () => new SeparableConv2D(4, (3, 2), dilation: (2, 1), useBias: false));
            foreach (Initializer initializer in (Initializer[])[Initializer.HeNormal, Initializer.Constant(0.3)])
            {
                yield return Row(
                    $"from {initializer}", s_small, [4, 3, 2],
                    () => new SeparableConv2D(
                        2, (2, 2), depthwiseInitializer: initializer, pointwiseInitializer: initializer, biasInitializer: initializer));
            }

            foreach (Regularizer regularizer in LayerTable.Regularizers)
            {
                yield return Row(
                    $"with {regularizer}", s_small, [4, 3, 2],
                    () => new SeparableConv2D(
                        2, (2, 2), depthwiseRegularizer: regularizer, pointwiseRegularizer: regularizer, biasRegularizer: regularizer));
            }

            yield return Row(
                "with constraints", s_small, [4, 3, 2],
                () => new SeparableConv2D(
                    2, (2, 2), depthwiseConstraint: Constraint.MaxNorm(0.9), pointwiseConstraint: Constraint.UnitNorm(),
                    biasConstraint: Constraint.NonNegative()));
            yield return Row(
                "frozen", s_small, [4, 3, 2], () => new SeparableConv2D(2, (2, 2), ActivationFunction.ReLU) { Trainable = false });
            yield return Row("that has one channel", [6, 5, 1], [5, 3, 3], () => new SeparableConv2D(3, (2, 3))) with
            {
                Wrong = [[6, 5]],
                WrongMessage = "separable_conv2d (SeparableConv2D): expected input [n, height, width, channels], got [n, 6, 5]. "
                    + "Where there is one channel only, add a Reshape(6, 5, 1) before it.",
            };
        }
    }

    private static LayerCase Row(string name, Shape input, Shape output, Func<DepthwiseLayer> make)
    {
        string title = make() is DepthwiseConv2D ? "depthwise_conv2d (DepthwiseConv2D)" : "separable_conv2d (SeparableConv2D)";
        return new LayerCase(name, make, [input], output)
        {
            Wrong = [[7]],
            WrongMessage = $"{title}: expected input [n, height, width, channels], got [n, 7]. "
                + "The samples must have 3 axes, the channels last.",
        };
    }
}
