using System.Numerics.Tensors;
using Engine.Activations;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Serialization;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>
/// Rates of the dropout family: ranges, decay over a model, what training makes of a learned one, and whole trainings.
/// </summary>
public sealed class FamilySettingsTests
{
    private static IEnumerable<Func<double, Layer>> WithRates =>
    [
        rate => new AlphaDropout(rate), rate => new FeatureAlphaDropout(rate), rate => new GaussianDropout(rate),
        rate => new DropBlock2D(3, rate), rate => new StochasticDepth(rate), rate => new VariationalDropout(rate),
        rate => new DropConnect(new Dense(2), rate), rate => new Dropout(rate), rate => new SpatialDropout2D(rate),
    ];

    [TestCaseSource(nameof(WithRates))]
    public void ARateOutOfRangeIsRefusedAndLeavesTheOldOne(Func<double, Layer> make)
    {
        Layer layer = make(0.25);
        IHasRate rated = (IHasRate)layer;
        string range = layer is GaussianDropout ? "0 to less than 1" : "0 to 1";
        foreach (double rate in (double[])[-0.1, 1.5, double.NaN])
        {
            string message = FormattableString.Invariant(
                $"{layer.Kind}: expected a rate from {range}, the share that is dropped, got {rate}.");
            Assert.That(() => rated.Rate = rate, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));
            Assert.That(() => make(rate), Throws.TypeOf<ArgumentOutOfRangeException>());
        }

        Assert.That(rated.Rate, Is.EqualTo(0.25));
    }

    [Test]
    public void OptionsOutOfRangeAreRefused()
    {
        Assert.That(() => new DropBlock2D(0, 0.1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "DropBlock2D: expected a block of at least 1 cell, got 0."));
        Assert.That(() => new AlphaDropout(0.1, [null, 0]), Throws.ArgumentException.With.Message.StartsWith(
            "AlphaDropout: expected a noise shape with the batch axis first and lengths of at least 1, got [null, 0]."));
        Assert.That(() => new ConcreteDropout(new Dense(2), initialRate: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message
            .StartsWith("ConcreteDropout: expected an initial rate between 0 and 1, got 0."));
        Assert.That(() => new ConcreteDropout(new Dense(2), temperature: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message
            .StartsWith("ConcreteDropout: expected a temperature above 0, got 0."));
        Assert.That(() => new ConcreteDropout(new Dense(2), weightRegularizer: -1), Throws.TypeOf<ArgumentOutOfRangeException>().With
            .Message.StartsWith("ConcreteDropout: expected a weight regularizer of at least 0, got -1."));
        Assert.That(() => new ConcreteDropout(new Dense(2), dropoutRegularizer: double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("ConcreteDropout: expected a dropout regularizer of at least 0, got NaN."));
    }

    [Test]
    public void LinearDecayGoesFromTheFirstBlockToTheLast()
    {
        Assert.That(
            Enumerable.Range(1, 4).Select(block => StochasticDepth.LinearDecay(block, 4, 0.6)),
            Is.EqualTo(new[] { 0.15, 0.3, 0.45, 0.6 }).Within(1e-15));
        Assert.That(() => StochasticDepth.LinearDecay(0, 4, 0.6), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "StochasticDepth.LinearDecay: expected a block from 1 to 4, got 0."));
        Assert.That(() => StochasticDepth.LinearDecay(1, 4, 1.6), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "StochasticDepth.LinearDecay: expected a final rate from 0 to 1, got 1.6."));
    }

    // Residual blocks, the last in a model of its own: the rates go by their order, not by the order in which they were made.
    [Test]
    public void LinearDecayGoesOverAModel()
    {
        StochasticDepth third = new(0.9), second = new(0.9), first = new(0.9);
        Input x = new(5), inner = new(5);
        Node y = new Add().Apply(first.Apply(new Dense(5).Apply(x)), x);
        y = new Add().Apply(y, second.Apply(new Dense(5).Apply(y)));
        Model block = new(inner, new Add().Apply(inner, third.Apply(new Dense(5).Apply(inner))));
        Model model = new(x, block.Apply(y));

        StochasticDepth.LinearDecay(model, finalRate: 0.6);

        Assert.That(new[] { first.Rate, second.Rate, third.Rate }, Is.EqualTo(new[] { 0.2, 0.4, 0.6 }).Within(1e-15));
        Assert.That(() => StochasticDepth.LinearDecay(model, 2), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(first.Rate, Is.EqualTo(0.2).Within(1e-15), "as it was");
        Assert.That(
            () => StochasticDepth.LinearDecay(new Sequential(new Input(5), new Dense(5))),
            Throws.ArgumentException.With.Message.StartsWith(
                "StochasticDepth.LinearDecay: expected a model with layers of stochastic depth, got sequential (Sequential) with none."));
    }

    // Without data to fit, the entropy's reward drives the rate to 0.5; a loss that every dropped input spoils drives it down.
    [Test]
    public void AConcreteRateIsLearned()
    {
        Tensor<float> x = Samples.Tensor<float>(3, 200, 12);
        Assert.That(Learn(weight: 0, entropy: 1), Is.EqualTo(0.5).Within(0.05));
        Assert.That(Learn(weight: 1, entropy: 0), Is.LessThan(0.06));

        double Learn(double weight, double entropy)
        {
            ConcreteDropout layer = new(new Dense(12), weightRegularizer: 0, dropoutRegularizer: entropy, initialRate: 0.1);
            Sequential model = new(new Input(12), layer) { Seed = 2 };
            model.Compile(new Adam(0.03), Loss.MeanSquaredError());
            float[,] targets = new float[200, 12];
            for (int i = 0; i < 200; i++)
            {
                for (int j = 0; j < 12; j++)
                {
                    targets[i, j] = (float)weight * 5 * x[i, j];
                }
            }

            model.Fit(new Dataset(x, targets), new FitOptions { Epochs = 25, BatchSize = 20, Seed = 3 });
            return layer.Rate;
        }
    }

    [Test]
    public void ALearnedRateMayBeSetAndIsSaved([Values] Precision precision)
    {
        using TempFolder folder = new();
        string path = folder.File("model");
        ConcreteDropout layer = new(new Dense(2), initialRate: 0.1);
        Assert.That(() => layer.Rate = 0.3, Throws.InvalidOperationException.With.Message.EqualTo(
            "concrete_dropout (ConcreteDropout): expected a layer that is part of a model, got one that is not used yet. "
            + "Give the rate as initialRate."));
        Sequential model = new(new Input(7), layer) { Precision = precision };
        layer.Rate = 0.3;
        foreach (double wrong in (double[])[0, 1, double.NaN])
        {
            Assert.That(() => layer.Rate = wrong, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
                FormattableString.Invariant($"ConcreteDropout: expected a rate between 0 and 1, got {wrong}.")));
        }

        model.Save(path);
        ConcreteDropout loaded = (ConcreteDropout)Model.Load(path).Layers[^1];
        Assert.That(loaded.Rate, Is.EqualTo(layer.Rate).And.EqualTo(0.3).Within(1e-7));
        Assert.That(loaded.InitialRate, Is.EqualTo(0.1));
    }

    // All of the family in one model, some steps of training: the same bits on any number of threads. 90 · 576 elements are four
    // parts of a parallel loop over masks or noise, the 576 · 64 of the kernel three.
    [Test]
    public void TheFamilyTrainsToTheSameBitsOnAnyNumberOfThreads()
    {
        Tensor<float> x = Samples.Tensor<float>(3, 90, 6, 6, 2);
        float[] one = Weights(1);
        Assert.That(one, Is.All.Matches<float>(float.IsFinite));
        Assert.That(Weights(2), Is.EqualTo(one));
        Assert.That(Weights(4), Is.EqualTo(one));

        float[] Weights(int threads)
        {
            Sequential model = new(
                new Input(6, 6, 2),
                new DropConnect(new Conv2D(16, (3, 3), padding: Padding.Same), 0.3),
                new GaussianNoise(0.1),
                new DropBlock2D(2, 0.2),
                new FeatureAlphaDropout(0.1),
                new SpatialDropout2D(0.1),
                new Flatten(),
                new AlphaDropout(0.1),
                new GaussianDropout(0.2),
                new VariationalDropout(0.2),
                new StochasticDepth(0.1),
                new Dropout(0.2),
                new DropConnect(new Dense(64, ActivationFunction.SELU), 0.3),
                new ConcreteDropout(new Dense(9)),
                new Dense(3))
            { Seed = 2 };
            model.Compile(new Adam(0.01), Loss.MeanSquaredError());
            model.Fit(
                new Dataset(x, Samples.Tensor<float>(4, 90, 3)),
                new FitOptions { Epochs = 5, BatchSize = 90, Seed = 3, DegreeOfParallelism = threads });
            return Samples.Weights<float>(model);
        }
    }

    [Test]
    public void AWrapperComesBackFromAFileWithItsChild()
    {
        using TempFolder folder = new();
        string path = folder.File("model");
        Dense inner = new(5, ActivationFunction.Tanh) { Name = "inner", Trainable = false };
        Sequential model = new(new Input(7), new ConcreteDropout(new DropConnect(inner, 0.3, ["kernel", "bias"])));
        model.Save(path);
        ConcreteDropout loaded = (ConcreteDropout)Model.Load(path).Layers[^1];
        DropConnect connect = (DropConnect)loaded.Layer;
        Assert.That((connect.Rate, connect.Layer.Name, connect.Layer.Trainable), Is.EqualTo((0.3, "inner", false)));
        Assert.That(connect.ParameterNames, Is.EqualTo(new[] { "kernel", "bias" }));
        Assert.That(loaded.Parameters.Select(p => p.Name), Is.EqualTo(new[] { "dropout_logit", "kernel", "bias" }));
        Assert.That(((Dense)connect.Layer).Kernel!.Values<float>().ToArray(), Is.EqualTo(inner.Kernel!.Values<float>().ToArray()));
    }
}
