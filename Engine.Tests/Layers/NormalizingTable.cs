using Engine.Constraints;
using Engine.Initializers;
using Engine.Layers;
using Engine.Regularizers;

namespace Engine.Tests.Layers;

/// <summary>The layers of normalization: rows of <see cref="LayerTable"/>.</summary>
internal static class NormalizingTable
{
    private static readonly Shape Features = [7], Image = [5, 3, 9], Channels = [3, 6];

    public static IEnumerable<LayerCase> All => [.. Batches, .. Layers, .. Groups, .. Units];

    private static IEnumerable<LayerCase> Batches =>
    [
        Batch("", Features, () => new BatchNormalization()),
        Batch("", Image, () => new BatchNormalization()),
        Batch("with momentum 0.7 and epsilon 0.1", Channels, () => new BatchNormalization(0.7, 0.1)),
        Batch("without a shift", Channels, () => new BatchNormalization(center: false)),
        Batch("without a scale", Image, () => new BatchNormalization(scale: false)),
        Batch("without both", Features, () => new BatchNormalization(center: false, scale: false)),
        Batch("from 0.3 and 1.7", Image, () => new BatchNormalization(
            betaInitializer: Initializer.Constant(0.3), gammaInitializer: Initializer.Constant(1.7))),
        Batch("with moving averages from elsewhere", Image, () => new BatchNormalization(
            movingMeanInitializer: Initializer.RandomNormal(0.5), movingVarianceInitializer: Initializer.Constant(1.7))),
        Batch("with penalties", Channels, () => new BatchNormalization(
            betaRegularizer: Regularizer.L2(0.02), gammaRegularizer: Regularizer.L1(0.03))),
        Batch("with constraints", Channels, () => new BatchNormalization(
            betaConstraint: Constraint.MaxNorm(1.5), gammaConstraint: Constraint.NonNegative())),
        Batch("frozen", Image, () => new BatchNormalization(
            movingMeanInitializer: Initializer.RandomNormal(0.5), movingVarianceInitializer: Initializer.Constant(1.7))
        {
            Trainable = false,
        }) with { IsSameInAllPhases = true },
    ];

    private static IEnumerable<LayerCase> Layers =>
    [
        Layer("", Features, () => new LayerNormalization()),
        Layer("", Image, () => new LayerNormalization()),
        Layer("over two axes", Image, () => new LayerNormalization([-1, -2])),
        Layer("over all axes", Channels, () => new LayerNormalization([-2, -1])),
        Layer("with epsilon 0.1, without a shift", Channels, () => new LayerNormalization(epsilon: 0.1, center: false)),
        Layer("without a scale", Image, () => new LayerNormalization(scale: false)),
        Layer("from 0.3 and 1.7", Image, () => new LayerNormalization(
            betaInitializer: Initializer.Constant(0.3), gammaInitializer: Initializer.Constant(1.7))),
        Layer("with penalties", Channels, () => new LayerNormalization(
            betaRegularizer: Regularizer.L2(0.02), gammaRegularizer: Regularizer.L1(0.03))),
        Layer("with constraints", Channels, () => new LayerNormalization(
            betaConstraint: Constraint.MaxNorm(1.5), gammaConstraint: Constraint.NonNegative())),
    ];

    private static IEnumerable<LayerCase> Groups =>
    [
        Group("of 3", Image, 3, () => new GroupNormalization(3)),
        Group("of 1", Image, 1, () => new GroupNormalization(1)),
        Group("of 32", [5, 96], 32, () => new GroupNormalization()),
        Group("of one channel", Channels, 0, () => new GroupNormalization(-1)),
        Group("of 2 with epsilon 0.1, without a shift", Channels, 2, () => new GroupNormalization(2, 0.1, center: false)),
        Group("of 3 without a scale", Image, 3, () => new GroupNormalization(3, scale: false)),
        Group("of 2 from 0.3 and 1.7", [6], 2, () => new GroupNormalization(
            2, betaInitializer: Initializer.Constant(0.3), gammaInitializer: Initializer.Constant(1.7))),
        Group("of 2 with penalties", Channels, 2, () => new GroupNormalization(
            2, betaRegularizer: Regularizer.L2(0.02), gammaRegularizer: Regularizer.L1(0.03))),
        Group("of 2 with constraints", Channels, 2, () => new GroupNormalization(
            2, betaConstraint: Constraint.MaxNorm(1.5), gammaConstraint: Constraint.NonNegative())),
    ];

    private static IEnumerable<LayerCase> Units =>
    [
        Unit("", Features, () => new UnitNormalization(), "1"),
        Unit("", Image, () => new UnitNormalization(), "1"),
        Unit("over two axes", Image, () => new UnitNormalization([-2, -1]), "2"),
    ];

    private static LayerCase Batch(string name, Shape input, Func<Layer> make) => new(name, make, [input], input)
    {
        Wrong = [Shape.Scalar],
        WrongMessage = "batch_normalization (BatchNormalization): expected input [n, ..., channels], got [n]. "
            + "Give the samples at least one axis.",
        IsSameInAllPhases = false,
    };

    private static LayerCase Layer(string name, Shape input, Func<LayerNormalization> make) => new(name, make, [input], input)
    {
        Wrong = [Shape.Scalar],
        WrongMessage = $"layer_normalization (LayerNormalization): expected input with at least {make().Axes.Count} axes a sample, "
            + "got [n]. It is normalized over its last axes.",
    };

    private static LayerCase Group(string name, Shape input, int groups, Func<Layer> make) => new(name, make, [input], input)
    {
        Wrong = [groups > 1 ? [4, (groups * 5) - 1] : Shape.Scalar],
        WrongMessage = groups > 1
            ? $"group_normalization (GroupNormalization): expected input [n, ..., channels] with a multiple of {groups} channels, "
                + $"got [n, 4, {(groups * 5) - 1}]. Choose groups that divide the channels."
            : "group_normalization (GroupNormalization): expected input [n, ..., channels], got [n]. Give the samples at least one axis.",
    };

    private static LayerCase Unit(string name, Shape input, Func<Layer> make, string axes) => new(name, make, [input], input)
    {
        Wrong = [Shape.Scalar],
        WrongMessage = $"unit_normalization (UnitNormalization): expected input with at least {axes} axes a sample, got [n]. "
            + "It is normalized over its last axes.",
    };
}
