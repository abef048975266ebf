using Engine.Activations;
using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>The dropout family beyond Dropout itself: rows of <see cref="LayerTable"/>.</summary>
internal static class DropoutFamilyTable
{
    private const ulong Seed = 2ul << 60;

    private static readonly Shape[] Inputs = [[37], [5, 11]];
    private static readonly Shape[] Images = [[5, 4, 3], [3, 7, 2]];

    public static IEnumerable<LayerCase> All =>
    [
        .. Elementwise, .. NoiseShapes, .. Blocks, .. Connected, .. Concrete,
    ];

    private static IEnumerable<LayerCase> Elementwise
    {
        get
        {
            foreach (Shape input in Inputs)
            {
                foreach (double rate in (double[])[0, 0.1, 0.6, 1])
                {
                    yield return Case(input, rate, () => new AlphaDropout(rate));
                    yield return Case(input, rate, () => new FeatureAlphaDropout(rate));
                    yield return Case(input, rate, () => new VariationalDropout(rate));
                    yield return Case(input, rate, () => new StochasticDepth(rate));
                    if (rate < 1)
                    {
                        yield return Case(input, rate, () => new GaussianDropout(rate));
                        yield return Case(input, rate, () => new GaussianNoise(rate));
                    }
                }

                yield return Case(input, 0.4, () => new AlphaDropout(0.4, seed: Seed));
                yield return Case(input, 0.4, () => new FeatureAlphaDropout(0.4, Seed));
                yield return Case(input, 0.4, () => new VariationalDropout(0.4, seed: Seed));
                yield return Case(input, 0.4, () => new VariationalDropout(0.4, untilRenewed: true));
                yield return Case(input, 0.4, () => new VariationalDropout(0.4, untilRenewed: true, Seed) { Draw = 3 });
                yield return Case(input, 0.4, () => new StochasticDepth(0.4, Seed));
                yield return Case(input, 0.4, () => new GaussianDropout(0.4, Seed));
                yield return Case(input, 0.4, () => new GaussianNoise(0.4, Seed));
            }
        }
    }

    private static IEnumerable<LayerCase> NoiseShapes
    {
        get
        {
            (Shape Input, int?[] NoiseShape, string Text)[] rows =
            [
                ([5, 11], [null, 1, null], "[null, 1, null]"), ([5, 11], [1, 5, 1], "[1, 5, 1]"), ([37], [1, null], "[1, null]"),
            ];
            return rows.Select(row => new LayerCase(
                $"with the noise shape {row.Text}", () => new AlphaDropout(0.3, row.NoiseShape), [row.Input], row.Input)
            {
                Wrong = [[4, 4, 4, 4]],
                WrongMessage = $"alpha_dropout (AlphaDropout): expected input that the noise shape {row.Text} broadcasts to, "
                    + "got [n, 4, 4, 4, 4]. Each length must be null, 1 or the input's.",
                IsSameInAllPhases = false,
            });
        }
    }

    private static IEnumerable<LayerCase> Blocks =>
    [
        Block(Images[0], 2, 0), Block(Images[1], 2, 1), Block(Images[0], 1, 0.3), Block(Images[1], 2, 0.3), Block(Images[0], 3, 0.2),
        Block(Images[1], 9, 0.3), Block(Images[0], 2, 0.3, Seed),
    ];

    private static IEnumerable<LayerCase> Connected
    {
        get
        {
            foreach (double rate in (double[])[0, 0.4, 1])
            {
                yield return Connect(rate, [7], [5], () => new DropConnect(new Dense(5), rate));
                yield return Connect(rate, [5, 3], [5, 4], () => new DropConnect(new Dense(4, ActivationFunction.Tanh), rate));
                yield return Connect(rate, [5, 6, 3], [4, 5, 4], () => new DropConnect(
                    new Conv2D(4, (2, 2), ActivationFunction.ReLU), rate));
            }

            yield return Connect(0.4, [7], [5], () => new DropConnect(
                new Dense(5, ActivationFunction.SiLU), 0.4, ["kernel", "bias"], Seed));
            yield return Connect(0.4, [6, 5, 3], [6, 5, 4], () => new DropConnect(
                new SeparableConv2D(4, (3, 3), padding: Padding.Same), 0.4, ["pointwise_kernel"]));
            yield return Connect(0.4, [4, 3], [5], () => new DropConnect(new LSTM(5), 0.4, ["recurrent_kernel"]));
            yield return Connect(0.4, [4, 3], [4, 5], () => new DropConnect(new TimeDistributed(new Dense(5)), 0.4));
            yield return Connect(0.4, [7], [5], () => new DropConnect(new DropConnect(new Dense(5), 0.2, ["bias"]), 0.4));
        }
    }

    // A temperature of 0.1 bends too sharply for the usual width of the stencil.
    private static IEnumerable<LayerCase> Concrete
    {
        get
        {
            yield return Relaxed([7], [5], () => new ConcreteDropout(new Dense(5)));
            yield return Relaxed([5, 3], [5, 4], () => new ConcreteDropout(new Dense(4, ActivationFunction.Tanh), 0.02, 0.03, 0.4));
            yield return Relaxed([5, 6, 3], [4, 5, 4], () => new ConcreteDropout(
                new Conv2D(4, (2, 2), ActivationFunction.ReLU), 0.02, 0, 0.7, 0.5, Seed));
            yield return Relaxed([7], [5], () => new ConcreteDropout(new Dense(5, ActivationFunction.GELU), 0, 0.03, 0.2, 1, Seed));
            yield return Relaxed([7], [5], () => new ConcreteDropout(new DropConnect(new Dense(5), 0.2), 0.1, 0.03, 0.2, 1, Seed));
        }
    }

    private static LayerCase Case(Shape input, double rate, Func<Layer> make)
    {
        Layer layer = make();
        return new($"of {rate}", make, [input], input)
        {
            Wrong = [input, input],
            WrongMessage = $"{layer.DefaultName} ({layer.Kind}): expected one input, got 2.",
            AllowTrivial = rate == 1 || layer is StochasticDepth,
            IsSameInAllPhases = rate == 0,
        };
    }

    private static LayerCase Block(Shape input, int size, double rate, ulong? seed = null) =>
        new($"of {size} and {rate}{(seed is null ? "" : " with a seed")}", () => new DropBlock2D(size, rate, seed), [input], input)
        {
            Wrong = [[37]],
            WrongMessage = "drop_block2d (DropBlock2D): expected input [n, height, width, channels], got [n, 37]. "
                + "The last axis is that of the channels, the others are height and width.",
            AllowTrivial = rate == 1,
            IsSameInAllPhases = rate == 0,
        };

    private static LayerCase Connect(double rate, Shape input, Shape output, Func<DropConnect> make) =>
        new($"of {rate} around {make().Layer.Kind}", make, [input], output)
        {
            Wrong = [input, input],
            WrongMessage = "drop_connect (DropConnect): expected one input, got 2.",
            AllowTrivial = rate == 1,
            IsSameInAllPhases = rate == 0,
        };

    private static LayerCase Relaxed(Shape input, Shape output, Func<ConcreteDropout> make) =>
        new($"of {make().InitialRate} around {make().Layer.Kind}", make, [input], output)
        {
            Wrong = [Shape.Scalar],
            WrongMessage = "concrete_dropout (ConcreteDropout): expected input [n, ..., channels], got [n]. "
                + "Give the samples at least one axis.",
            IsSameInAllPhases = false,
            Step = 1e-4,
        };
}
