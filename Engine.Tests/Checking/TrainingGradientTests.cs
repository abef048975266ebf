using System.Numerics.Tensors;
using Engine.Activations;
using Engine.Data;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Regularizers;
using Stencil = Engine.Tests.Support.Stencil;

namespace Engine.Tests.Checking;

/// <summary>
/// The gradients that a training step follows, as a user sees them: a step of SGD with the rate 1 subtracts exactly the gradient,
/// which is compared with finite differences of the loss that Evaluate gives. Fused losses, penalties, sample weights and loss
/// weights are all in it.
/// </summary>
public class TrainingGradientTests
{
    private const int Samples = 5;
    private const int Classes = 4;

    internal static readonly Loss[] Losses =
    [
        Loss.CategoricalCrossentropy(), Loss.CategoricalCrossentropy(0.1), Loss.CategoricalCrossentropy(fromLogits: true),
        Loss.CategoricalCrossentropy(0.2, fromLogits: true),
        Loss.SparseCategoricalCrossentropy(), Loss.SparseCategoricalCrossentropy(fromLogits: true),
        Loss.BinaryCrossentropy(), Loss.BinaryCrossentropy(0.1), Loss.BinaryCrossentropy(fromLogits: true),
        Loss.BinaryCrossentropy(0.2, fromLogits: true),
        Loss.MeanSquaredError(),
    ];

    private static IEnumerable<(Loss Loss, ActivationFunction Activation)> Pairs =>
        from loss in Losses
        from activation in (ActivationFunction[])(loss switch
        {
            { FromLogits: true } => [ActivationFunction.Linear, ActivationFunction.Tanh],
            { Name: "mean_squared_error" } =>
                [ActivationFunction.Linear, ActivationFunction.ReLU, ActivationFunction.Sigmoid, ActivationFunction.Softmax],
            _ => [ActivationFunction.Softmax, ActivationFunction.Sigmoid],
        })
        select (loss, activation);

    [Test]
    public void AStepFollowsTheGradient(
        [ValueSource(nameof(Pairs))] (Loss Loss, ActivationFunction Activation) pair, [Values] bool isFused, [Values] bool hasSteps)
    {
        // A reshape between the last activation and the loss keeps them from being joined.
        Shape inputShape = hasSteps ? [3, 6] : [6];
        Shape outputShape = hasSteps ? [3, Classes] : [Classes];
        Layer last = new Dense(Classes, pair.Activation, biasInitializer: Initializer.Constant(0.1));
        Layer[] layers = isFused ? [new Input([.. inputShape]), last] : [new Input([.. inputShape]), last, new Reshape([.. outputShape])];
        Sequential model = new(layers) { Precision = Precision.Double, Seed = 5 };
        Dataset data = new([Normal(inputShape, 1)], [Targets(pair.Loss, outputShape, 2)]);
        model.Compile(new SGD(1), pair.Loss);
        Assert.That(model.Compiled.FromLogits[0], Is.EqualTo(isFused && pair.Loss.IsFusedWith(pair.Activation)));
        AssertFollows(model, data);
    }

    [Test]
    public void SampleWeightsScaleTheGradients([ValueSource(nameof(Pairs))] (Loss Loss, ActivationFunction Activation) pair)
    {
        Sequential model = new(new Input(6), new Dense(Classes, pair.Activation)) { Precision = Precision.Double, Seed = 5 };
        Dataset data = new([Normal([6], 1)], [Targets(pair.Loss, [Classes], 2)], (double[])[0.5, 2, 0, 1, 3]);
        model.Compile(new SGD(1), pair.Loss);
        AssertFollows(model, data);
    }

    [Test]
    public void PenaltiesJoinTheGradients()
    {
        Sequential model = new(
            new Input(6),
            new Dense(
                5,
                ActivationFunction.Tanh,
                biasInitializer: Initializer.Constant(0.3),
                kernelRegularizer: Regularizer.L2(0.2),
                biasRegularizer: Regularizer.L1(0.3)),
            new ActivityRegularization(Regularizer.L2(0.4)),
            new Dense(Classes, ActivationFunction.Softmax, kernelRegularizer: Regularizer.L1L2(0.1, 0.2)))
        {
            Precision = Precision.Double,
            Seed = 5,
        };
        Dataset data = new([Normal([6], 1)], [Targets(Losses[0], [Classes], 2)], (double[])[0.5, 2, 0, 1, 3]);
        model.Compile(new SGD(1), Losses[0]);
        AssertFollows(model, data);
    }

    [Test]
    public void SeveralOutputsAddTheirGradients([Values] bool isReadElsewhere)
    {
        // A shared layer, two fused losses and a plain one; a softmax that is read elsewhere must not be joined.
        Input input = new(6);
        Dense shared = new(6, ActivationFunction.Tanh, kernelRegularizer: Regularizer.L2(0.1));
        Node hidden = shared.Apply(shared.Apply(input));
        Node classes = new Dense(Classes, ActivationFunction.Softmax).Apply(hidden);
        Node flags = new Dense(3, ActivationFunction.Sigmoid).Apply(isReadElsewhere ? classes : hidden);
        Node numbers = new Dense(2).Apply(hidden);
        Model model = new([input], [classes, flags, numbers]) { Precision = Precision.Double, Seed = 5 };
        Loss[] losses = [Loss.SparseCategoricalCrossentropy(), Loss.BinaryCrossentropy(), Loss.MeanSquaredError()];
        Dataset data = new(
            [Normal([6], 1)],
            [Targets(losses[0], [Classes], 2), Targets(losses[1], [3], 3), Targets(losses[2], [2], 4)],
            (double[])[0.5, 2, 0.1, 1, 3]);
        model.Compile(new SGD(1), losses, lossWeights: [0.3, 2, 0.7]);
        Assert.That(model.Compiled.FromLogits, Is.EqualTo((bool[])[!isReadElsewhere, true, false]));
        AssertFollows(model, data);
    }

    [Test]
    public void OneOutputUnderTwoLossesAddsTheirGradients()
    {
        Input input = new(6);
        Node output = new Dense(Classes, ActivationFunction.Softmax).Apply(input);
        Model model = new([input], [output, output]) { Precision = Precision.Double, Seed = 5 };
        Dataset data = new([Normal([6], 1)], [Targets(Losses[0], [Classes], 2), Targets(Losses[^1], [Classes], 3)]);
        model.Compile(new SGD(1), [Losses[0], Losses[^1]], lossWeights: [0.5, 3]);
        AssertFollows(model, data);
    }

    private static void AssertFollows(Model model, Dataset data)
    {
        Parameter[] parameters = [.. model.TrainableParameters.Distinct()];
        double[][] before = [.. parameters.Select(parameter => parameter.Values<double>().ToArray())];
        PredictOptions options = new() { BatchSize = Samples };
        List<double> numeric = [];
        for (int p = 0; p < parameters.Length; p++)
        {
            numeric.AddRange(Stencil.Gradient(
                w =>
                {
                    parameters[p].SetValues<double>(w);
                    return model.Evaluate(data, options).Loss;
                },
                before[p]));
            parameters[p].SetValues<double>(before[p]);
        }

        History history = model.Fit(data, new FitOptions { Epochs = 1, BatchSize = Samples, Shuffle = false });
        double[] analytic =
            [.. parameters.SelectMany((parameter, p) => before[p].Zip(parameter.Values<double>().ToArray(), (w, moved) => w - moved))];
        Stencil.AssertEqual(analytic, [.. numeric]);
        for (int p = 0; p < parameters.Length; p++)
        {
            parameters[p].SetValues<double>(before[p]);
        }

        Assert.That(history["loss"][0], Is.EqualTo(model.Evaluate(data, options).Loss).Within(1e-14), "the loss of Fit and of Evaluate");
    }

    private static Tensor<double> Normal(Shape shape, ulong seed) =>
        Tensor.ConvertTruncating<float, double>(RandomTensor.Normal([Samples, .. shape], seed));

    // Class numbers, distributions, flags or numbers: what the loss wants.
    private static DataColumn Targets(Loss loss, Shape shape, int seed)
    {
        Random random = new(seed);
        int rows = Samples * (shape.Size / shape[^1]);
        nint[] lengths = [Samples, .. shape.Select(length => (nint)length)];
        if (loss.Name == "sparse_categorical_crossentropy")
        {
            int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.Next(shape[^1]))];
            return Tensor.Create(labels, lengths.AsSpan(0, lengths.Length - 1))!;
        }

        double[] values = [.. Enumerable.Range(0, rows * shape[^1]).Select(_ => random.NextDouble())];
        if (loss.Name == "categorical_crossentropy")
        {
            for (int start = 0; start < values.Length; start += shape[^1])
            {
                double sum = values.AsSpan(start, shape[^1]).ToArray().Sum();
                TensorPrimitives.Divide(values.AsSpan(start, shape[^1]), sum, values.AsSpan(start, shape[^1]));
            }
        }
        else if (loss.Name == "binary_crossentropy")
        {
            values = [.. values.Select(value => Math.Round(value))];
        }

        return Tensor.Create(values, lengths)!;
    }
}
