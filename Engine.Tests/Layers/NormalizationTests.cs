using System.Numerics;
using Engine.Data;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>Normalization by hand: exact averages, frozen layers, constants, lone samples, large means.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class NormalizationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Test]
    public void MovingAveragesAfterTwoStepsAreThoseByHand()
    {
        // Batches 1, 3 and 4, 8: means 2 and 6, biased variances 1 and 4. Three quarters stay, from 0 and 1.
        BatchNormalization layer = new(momentum: 0.75);
        LayerRun<T> run = new(layer, [1], 2);
        run.Forward(Numbers(1, 3));
        Assert.That(layer.MovingMean!.Values<T>().ToArray(), Is.EqualTo(Numbers(0.5)));
        Assert.That(layer.MovingVariance!.Values<T>().ToArray(), Is.EqualTo(Numbers(1)));
        run.Forward(Numbers(4, 8));
        Assert.That(layer.MovingMean.Values<T>().ToArray(), Is.EqualTo(Numbers(1.875)));
        Assert.That(layer.MovingVariance.Values<T>().ToArray(), Is.EqualTo(Numbers(1.75)));

        run.Run.Phase = Phase.Inference;
        double expected = (5 - 1.875) / Math.Sqrt(1.75 + 1e-3);
        Assert.That(double.CreateChecked(run.Forward(Numbers(5, 3.5))[0][0]), Is.EqualTo(expected).Within(Tolerance));
    }

    [Test]
    public void ABatchOfOneAndAConstantChannelGiveTheShift()
    {
        BatchNormalization batch = new(betaInitializer: Initializer.Constant(0.25));
        Assert.That(new LayerRun<T>(batch, [3], 1).Forward(Numbers(1, -7, 1e6))[0], Is.All.EqualTo(T.CreateChecked(0.25)));
        LayerNormalization layer = new(betaInitializer: Initializer.Constant(0.25));
        LayerRun<T> run = new(layer, [3], 2);
        Assert.That(run.Forward(Numbers(5, 5, 5, -3, -3, -3))[0], Is.All.EqualTo(T.CreateChecked(0.25)));
        Assert.That(run.Backward(Numbers(1, 2, 3, 4, 5, 6))[0].Any(T.IsNaN), Is.False);
        Assert.That(new LayerRun<T>(new UnitNormalization(), [3], 1).Forward(Numbers(0, 0, 0))[0], Is.All.EqualTo(T.Zero));
    }

    [Test]
    public void AFrozenLayerKeepsItsAveragesInFitAndWorksAsInInference()
    {
        BatchNormalization layer = new(movingMeanInitializer: Initializer.Constant(0.5)) { Trainable = false };
        Sequential model = new(new Input(3), layer, new Dense(2)) { Precision = PrecisionOfT };
        model.Compile(new SGD(0.1), Loss.MeanSquaredError());
        Dataset data = new(Samples.Tensor<float>(3, 20, 3), Samples.Tensor<float>(4, 20, 2));
        model.Fit(data, new FitOptions { Epochs = 2, BatchSize = 5 });
        Assert.That(layer.MovingMean!.Values<T>().ToArray(), Is.All.EqualTo(T.CreateChecked(0.5)));
        Assert.That(layer.MovingVariance!.Values<T>().ToArray(), Is.All.EqualTo(T.One));
        Assert.That(layer.Gamma!.Values<T>().ToArray(), Is.All.EqualTo(T.One));

        T[] x = Samples.Numbers<T>(12, 5);
        BatchNormalization frozen = new(movingMeanInitializer: Initializer.Constant(0.5)) { Trainable = false };
        T[] training = new LayerRun<T>(frozen, [3], 4).Forward(x)[0];
        Assert.That(new LayerRun<T>(frozen, [3], 4, Phase.Inference).Forward(x)[0], Is.EqualTo(training));
        Assert.That(
            double.CreateChecked(training[0]),
            Is.EqualTo((double.CreateChecked(x[0]) - 0.5) / Math.Sqrt(1 + 1e-3)).Within(Tolerance));
    }

    [Test]
    public void MonteCarloSamplesUseTheMovingAverages()
    {
        BatchNormalization layer = new(movingMeanInitializer: Initializer.Constant(0.5));
        T[] x = Samples.Numbers<T>(12, 5);
        T[] y = new LayerRun<T>(layer, [3], 4, Phase.StochasticInference).Forward(x)[0];
        Assert.That(y, Is.EqualTo(new LayerRun<T>(layer, [3], 4, Phase.Inference).Forward(x)[0]));
        Assert.That(layer.MovingMean!.Values<T>().ToArray(), Is.All.EqualTo(T.CreateChecked(0.5)));
    }

    // Means thousands of deviations away: what E[x²] − E[x]² would make of it has no correct digit in float.
    [Test]
    public void ALargeMeanDoesNotDrownTheVariance()
    {
        const int Rows = 4000;
        T[] x = new T[Rows * 3];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = T.CreateChecked(10000 + (i / 3 % 2));
        }

        BatchNormalization layer = new(momentum: 0);
        new LayerRun<T>(layer, [3], Rows).Forward(x);

        // 4000 halves up to the rounding of a mean of 10⁴: half a unit in the last place is 5·10⁻⁴ in float.
        double[] variances = [.. layer.MovingVariance!.Values<T>().ToArray().Select(double.CreateChecked)];
        Assert.That(variances, Is.All.EqualTo(0.25).Within(1e-3));
    }

    [Test]
    public void AGroupForEachChannelIsAnInstanceNormalization()
    {
        T[] y = new LayerRun<T>(new GroupNormalization(-1), [2, 2], 1).Forward(Numbers(1, 10, 3, 30))[0];
        double small = 1 / Math.Sqrt(1 + 1e-3), large = 10 / Math.Sqrt(100 + 1e-3);
        Assert.That(y.Select(double.CreateChecked), Is.EqualTo(new[] { -small, -large, small, large }).Within(Tolerance));
    }

    [Test]
    [Category("Kernels")]
    public void GroupsAreTheNaiveTwin([Values(1, 2, 4)] int threads, [Values(1, 2, 3, 18)] int groups)
    {
        const int Batch = 3, Positions = 35, Channels = 18;
        T[] x = Samples.Numbers<T>(Batch * Positions * Channels, 5);
        GroupNormalization layer = new(groups, gammaInitializer: Initializer.Constant(1.5), betaInitializer: Initializer.Constant(0.25));
        LayerRun<T> run = new(layer, [5, 7, Channels], Batch);
        run.Run.Threads = threads;
        double[] y = Array.ConvertAll(run.Forward(x)[0], double.CreateChecked);
        for (int i = 0; i < y.Length; i++)
        {
            int sample = i / (Positions * Channels), group = i % Channels / (Channels / groups);
            double[] together = [.. Enumerable.Range(sample * Positions * Channels, Positions * Channels)
                .Where(j => j % Channels / (Channels / groups) == group)
                .Select(j => double.CreateChecked(x[j]))];
            double mean = together.Average(), variance = together.Average(v => (v - mean) * (v - mean));
            double expected = (1.5 * (double.CreateChecked(x[i]) - mean) / Math.Sqrt(variance + 1e-3)) + 0.25;
            Assert.That(y[i], Is.EqualTo(expected).Within(Tolerance));
        }
    }

    [Test]
    [Category("Kernels")]
    public void UnitRowsAreTheNaiveTwin([Values(1, 3, 8, 9, 17, 40)] int length)
    {
        const int Rows = 5;
        T[] x = Samples.Numbers<T>(Rows * length, 5);
        double[] y = Array.ConvertAll(new LayerRun<T>(new UnitNormalization(), [length], Rows).Forward(x)[0], double.CreateChecked);
        for (int i = 0; i < y.Length; i++)
        {
            double squares = x.Skip(i / length * length).Take(length).Sum(v => double.CreateChecked(v * v));
            Assert.That(y[i], Is.EqualTo(double.CreateChecked(x[i]) / Math.Sqrt(squares)).Within(Tolerance));
        }
    }

    [Test]
    public void ParametersHaveTheNamesAndTheOrderOfKeras()
    {
        BatchNormalization layer = new();
        layer.Apply(new Input(3));
        Assert.That(
            layer.Parameters.Select(parameter => parameter.Name),
            Is.EqualTo(new[] { "gamma", "beta", "moving_mean", "moving_variance" }));
        Assert.That(layer.Parameters.Select(parameter => parameter.Trains), Is.EqualTo(new[] { true, true, false, false }));
    }

    [Test]
    public void ConstructorsRefuseWhatNoInputCouldFit()
    {
        Assert.That(() => new BatchNormalization(1.5), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "BatchNormalization: expected a momentum from 0 to 1, the part of the averages that stays, got 1.5."));
        Assert.That(() => new LayerNormalization(epsilon: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "LayerNormalization: expected an epsilon above 0, got 0."));
        Assert.That(() => new GroupNormalization(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "GroupNormalization: expected at least 1 group, or -1 for one a channel, got 0."));
        Assert.That(() => new LayerNormalization([1]), Throws.ArgumentException.With.Message.StartsWith(
            "LayerNormalization: expected the last axes, [-1] or [-2, -1] or so on, got [1]."));
        Assert.That(() => new UnitNormalization([-3, -1]), Throws.ArgumentException.With.Message.StartsWith(
            "UnitNormalization: expected the last axes, [-1] or [-2, -1] or so on, got [-3, -1]."));
    }

    private static Precision PrecisionOfT => typeof(T) == typeof(float) ? Precision.Single : Precision.Double;

    // Some roundings of numbers around one.
    private static double Tolerance => typeof(T) == typeof(float) ? 1e-6 : 1e-14;

    private static T[] Numbers(params double[] values) => [.. values.Select(T.CreateChecked)];
}
