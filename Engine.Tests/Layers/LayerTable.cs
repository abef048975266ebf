using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Layers;
using Engine.Regularizers;

namespace Engine.Tests.Layers;

/// <summary>
/// Every public layer, with every option it has, at two shapes at least. Sizes are odd and differ on every axis. A layer that is
/// missing here fails CompletenessTests.
/// </summary>
internal static class LayerTable
{
    private static readonly Shape[] OneOrTwoAxes = [[7], [5, 3]];

    public static readonly ActivationFunction[] Activations =
    [
        ActivationFunction.Linear, ActivationFunction.ReLU, ActivationFunction.LeakyReLU(), ActivationFunction.LeakyReLU(0.3),
        ActivationFunction.ELU(), ActivationFunction.ELU(1.7), ActivationFunction.SELU, ActivationFunction.GELU,
        ActivationFunction.Sigmoid, ActivationFunction.Tanh, ActivationFunction.Softmax, ActivationFunction.Softplus,
        ActivationFunction.SiLU, ActivationFunction.ReLU6, ActivationFunction.HardSigmoid,
    ];

    public static readonly Initializer[] Initializers =
    [
        Initializer.Zeros, Initializer.Ones, Initializer.Constant(0.3), Initializer.GlorotUniform, Initializer.GlorotNormal,
        Initializer.HeUniform, Initializer.HeNormal, Initializer.LecunUniform, Initializer.LecunNormal,
        Initializer.RandomNormal(0.2), Initializer.RandomUniform(0.3), Initializer.TruncatedNormal(0.4),
        Initializer.VarianceScaling(1.5, FanMode.FanOut, RandomDistribution.Normal), Initializer.Orthogonal(1.1),
    ];

    public static readonly Regularizer[] Regularizers =
        [Regularizer.L1(0.03), Regularizer.L2(0.02), Regularizer.L1L2(0.01, 0.05)];

    public static readonly Constraint[] Constraints =
        [Constraint.MaxNorm(1.5), Constraint.NonNegative(), Constraint.UnitNorm(), Constraint.MaxNorm(0.9, [-1])];

    public static IEnumerable<LayerCase> All =>
    [
        .. Denses, .. Dropouts, .. RegularizingTable.All, .. ActivationLayers, .. Reshapes, .. Merges, .. ActivityRegularizations,
        .. SparsityTable.All,
        .. ConvolutionalTable.All, .. PoolingTable.All, .. NormalizingTable.All, .. PreprocessingTable.All,
        .. DropoutFamilyTable.All, .. SequenceTable.All, .. AttentionTable.All, .. RecurrentTable.All, .. BidirectionalTable.All,
    ];

    private static IEnumerable<LayerCase> Denses
    {
        get
        {
            Shape[] inputs = [[7], [5, 3], [3, 2, 9], [1]];
            foreach (ActivationFunction activation in Activations)
            {
                yield return Dense($"with {activation}", inputs[0], 5, () => new Dense(5, activation));
                yield return Dense($"with {activation}", inputs[1], 7, () => new Dense(7, activation));
            }

            foreach (Shape input in inputs)
            {
                yield return Dense("of one unit", input, 1, () => new Dense(1));
                yield return Dense("without a bias", input, 5, () => new Dense(5, ActivationFunction.Tanh, useBias: false));
                yield return Dense(
                    "with relu, without a bias", input, 11, () => new Dense(11, ActivationFunction.ReLU, useBias: false));
            }

            foreach (Initializer initializer in Initializers)
            {
                yield return Dense($"from {initializer}", inputs[0], 5, () => new Dense(5, kernelInitializer: initializer));
            }

            yield return Dense(
                "with a bias from 0.3", inputs[1], 5, () => new Dense(5, biasInitializer: Initializer.Constant(0.3)));
            foreach (Regularizer regularizer in Regularizers)
            {
                yield return Dense(
                    $"with {regularizer} on the kernel", inputs[0], 5, () => new Dense(5, kernelRegularizer: regularizer));
                yield return Dense(
                    $"with {regularizer} on the bias", inputs[1], 3, () => new Dense(3, biasRegularizer: regularizer));
            }

            foreach (Constraint constraint in Constraints)
            {
                yield return Dense(
                    $"with {constraint} on the kernel", inputs[0], 5, () => new Dense(5, kernelConstraint: constraint));
                yield return Dense(
                    $"with {constraint} on the bias", inputs[1], 3, () => new Dense(3, biasConstraint: constraint));
            }

            yield return Dense("frozen", inputs[0], 5, () => new Dense(5, ActivationFunction.ReLU) { Trainable = false });
        }
    }

    private static IEnumerable<LayerCase> Dropouts
    {
        get
        {
            Shape[] inputs = [[37], [5, 11]];
            foreach (double rate in (double[])[0, 0.05, 0.5, 0.95, 1])
            {
                foreach (Shape input in inputs)
                {
                    yield return new LayerCase($"of {rate}", () => new Dropout(rate), [input], input)
                    {
                        Wrong = [input, input],
                        WrongMessage = "dropout (Dropout): expected one input, got 2.",
                        AllowTrivial = rate == 1,
                        IsSameInAllPhases = rate == 0,
                    };
                }
            }

            yield return Noise([5, 11], [null, null, null], "[null, null, null]");
            yield return Noise([5, 11], [null, 1, null], "[null, 1, null]");
            yield return Noise([5, 11], [null, 5, 1], "[null, 5, 1]");
            yield return Noise([5, 11], [1, null, 11], "[1, null, 11]");
            yield return Noise([5, 11], [null, 1, 1], "[null, 1, 1]");
            yield return Noise([5, 11], [1, 1, 1], "[1, 1, 1]");
            yield return Noise([3, 7, 5], [null, 1, null, 1], "[null, 1, null, 1]");
            yield return Noise([3, 7, 5], [1, 3, 1, 5], "[1, 3, 1, 5]");
            yield return Noise([37], [null, null], "[null, null]");
            yield return Noise([37], [1, null], "[1, null]");
            foreach (Shape input in inputs)
            {
                yield return new LayerCase("with a seed", () => new Dropout(0.4, seed: 2ul << 60), [input], input)
                {
                    Wrong = [],
                    WrongMessage = "dropout (Dropout): expected one input, got 0.",
                    IsSameInAllPhases = false,
                };
            }

            yield return new LayerCase("with a seed and a noise shape", () => new Dropout(0.4, [null, 1, null], 5), [[5, 11]], [5, 11])
            {
                Wrong = [[5]],
                WrongMessage = "dropout (Dropout): expected input that the noise shape [null, 1, null] broadcasts to, got [n, 5]. "
                    + "Each length must be null, 1 or the input's.",
                IsSameInAllPhases = false,
            };
        }
    }

    private static IEnumerable<LayerCase> ActivationLayers =>
        from activation in Activations
        from input in OneOrTwoAxes
        select new LayerCase(activation.ToString(), () => new Activation(activation), [input], input)
        {
            Wrong = activation.IsElementwise ? [input, input] : [Shape.Scalar],
            WrongMessage = activation.IsElementwise
                ? "activation (Activation): expected one input, got 2."
                : "activation (Activation): expected input [n, ..., features], got [n]. softmax needs an axis to go over.",
        };

    private static IEnumerable<LayerCase> Reshapes
    {
        get
        {
            foreach ((Shape input, Shape output) in ((Shape, Shape)[])[([7], [7]), ([5, 3], [15]), ([3, 2, 7], [42])])
            {
                yield return new LayerCase("", () => new Flatten(), [input], output)
                {
                    Wrong = [input, input],
                    WrongMessage = "flatten (Flatten): expected one input, got 2.",
                };
            }

            foreach (Shape input in (Shape[])[[30], [5, 6]])
            {
                yield return new LayerCase("to [3, 10]", () => new Reshape(3, 10), [input], [3, 10])
                {
                    Wrong = [[7]],
                    WrongMessage = "reshape (Reshape): expected input with 30 elements a sample, got [n, 7]. "
                        + "It cannot take the shape [3, 10].",
                };
                yield return new LayerCase("to [3, -1, 2]", () => new Reshape(3, -1, 2), [input], [3, 5, 2])
                {
                    Wrong = [[7]],
                    WrongMessage = "reshape (Reshape): expected input with 6 elements a sample, or a multiple of it, got [n, 7]. "
                        + "It cannot take the shape [3, -1, 2].",
                };
                yield return new LayerCase("to [-1]", () => new Reshape(-1), [input], [30])
                {
                    Wrong = [input, input],
                    WrongMessage = "reshape (Reshape): expected one input, got 2.",
                };
            }
        }
    }

    private static IEnumerable<LayerCase> Merges
    {
        get
        {
            foreach (Shape input in OneOrTwoAxes)
            {
                yield return new LayerCase("two", () => new Add(), [input, input], input)
                {
                    Wrong = [input, [4]],
                    WrongMessage = $"add (Add): expected input {BatchText(input)}, got [n, 4]. All inputs must have one shape.",
                };
                yield return new LayerCase("three", () => new Add(), [input, input, input], input)
                {
                    Wrong = [input],
                    WrongMessage = "add (Add): expected at least two inputs, got 1.",
                };
            }

            yield return Concatenate(-1, [[7], [3]], [10]);
            yield return Concatenate(-1, [[7], [3], [5]], [15]);
            yield return Concatenate(1, [[7], [3]], [10]);
            yield return Concatenate(-1, [[5, 3], [5, 2]], [5, 5]);
            yield return Concatenate(2, [[5, 3], [5, 2], [5, 7]], [5, 12]);
            yield return Concatenate(1, [[5, 3], [2, 3]], [7, 3]);
            yield return Concatenate(-2, [[5, 3], [2, 3], [1, 3]], [8, 3]);
            yield return Concatenate(2, [[2, 3, 5], [2, 7, 5]], [2, 10, 5]);
            yield return Concatenate(-3, [[2, 3, 5], [7, 3, 5]], [9, 3, 5]);
        }
    }

    private static IEnumerable<LayerCase> ActivityRegularizations =>
        from regularizer in Regularizers
        from input in OneOrTwoAxes
        select new LayerCase($"with {regularizer}", () => new ActivityRegularization(regularizer), [input], input)
        {
            Wrong = [input, input],
            WrongMessage = "activity_regularization (ActivityRegularization): expected one input, got 2.",
        };

    private static LayerCase Dense(string name, Shape input, int units, Func<Dense> make) =>
        new(name, make, [input], Shape.Create([.. input.AsSpan()[..^1], units]))
        {
            Wrong = [Shape.Scalar],
            WrongMessage = "dense (Dense): expected input [n, ..., features], got [n]. Give the samples at least one axis.",
        };

    // A rate at which the one draw of [1, 1, 1] is kept: a check of zeros would show nothing.
    private static LayerCase Noise(Shape input, int?[] noiseShape, string text) =>
        new($"with the noise shape {text}", () => new Dropout(0.3, noiseShape), [input], input)
        {
            Wrong = [[4, 4, 4, 4]],
            WrongMessage = $"dropout (Dropout): expected input that the noise shape {text} broadcasts to, got [n, 4, 4, 4, 4]. "
                + "Each length must be null, 1 or the input's.",
            IsSameInAllPhases = false,
        };

    private static LayerCase Concatenate(int axis, Shape[] inputs, Shape output) =>
        new($"along {axis}", () => new Concatenate(axis), inputs, output)
        {
            Wrong = [inputs[0], [4, 4, 4, 4]],
            WrongMessage = $"concatenate (Concatenate): expected input like {BatchText(inputs[0])} but for axis {axis}, got [n, 4, 4, 4, 4].",
        };

    private static string BatchText(Shape shape) => $"[n, {string.Join(", ", shape)}]";
}
