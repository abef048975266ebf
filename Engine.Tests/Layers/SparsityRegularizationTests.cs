using Engine.Activations;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;

namespace Engine.Tests.Layers;

public class SparsityRegularizationTests
{
    // Means of the columns: 0.25, which is the target, 0.5, and 0.01, which is below a tenth of the target.
    private static readonly double[,] s_activations = { { 0.1, 0.2, 0.02 }, { 0.4, 0.8, 0 } };

    [TestCase(SparsityDivergence.Bernoulli)]
    [TestCase(SparsityDivergence.Poisson)]
    public void AddsTheDivergenceOfTheMeans(SparsityDivergence divergence)
    {
        const double Target = 0.25, Factor = 3;
        double expected = Factor * (Divergence(0.5) + Divergence(0.025) + ((0.01 - 0.025) * Slope(0.025)));
        Assert.That(PenaltyOf(new SparsityRegularization(Target, Factor, divergence)), Is.EqualTo(expected).Within(1e-14));

        double Divergence(double m) => divergence == SparsityDivergence.Bernoulli
            ? (Target * Math.Log(Target / m)) + ((1 - Target) * Math.Log((1 - Target) / (1 - m)))
            : (Target * Math.Log(Target / m)) - Target + m;

        double Slope(double m) => divergence == SparsityDivergence.Bernoulli
            ? (m - Target) / (m * (1 - m))
            : (m - Target) / m;
    }

    [Test]
    public void GoesOnAlongTheTangentNearOne()
    {
        // The mean is 1, where the divergence itself is infinite.
        double[,] loud = { { 0.99 }, { 1.01 } };
        const double Target = 0.5, Bound = 0.95;
        double expected = (Target * Math.Log(Target / Bound)) + ((1 - Target) * Math.Log((1 - Target) / (1 - Bound)))
            + ((1 - Bound) * (Bound - Target) / (Bound * (1 - Bound)));
        Assert.That(PenaltyOf(new SparsityRegularization(Target, 1), loud), Is.EqualTo(expected).Within(1e-14));
    }

    [Test]
    public void BringsMeansToTheTarget()
    {
        var model = new Sequential(
            new Input(4), new Dense(6, ActivationFunction.Sigmoid), new SparsityRegularization(0.1, 1), new Dense(1))
        {
            Seed = 3,
        };
        float[,] x = new float[64, 4];
        float[,] y = new float[64, 1];
        var random = new Random(4);
        for (int i = 0; i < x.Length; i++)
        {
            x[i / 4, i % 4] = (float)random.NextDouble();
        }

        model.Compile(new Adam(0.05), Loss.MeanSquaredError());
        History history = model.Fit(new Dataset(x, y), new FitOptions { Epochs = 200, BatchSize = 64, Seed = 5 });
        Assert.That(history["loss"][0], Is.GreaterThan(1));
        Assert.That(history["loss"][^1], Is.LessThan(1e-3));
    }

    [Test]
    public void SaysWhatIsOutOfRange()
    {
        Assert.That(() => new SparsityRegularization(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "SparsityRegularization: expected a target above 0 and below 1, got 0."));
        Assert.That(() => new SparsityRegularization(1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "SparsityRegularization: expected a target above 0 and below 1, got 1."));
        Assert.That(
            () => new SparsityRegularization(double.NaN, divergence: SparsityDivergence.Poisson),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
                "SparsityRegularization: expected a target above 0, got NaN."));
        Assert.That(() => new SparsityRegularization(0.1, -1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "SparsityRegularization: expected factor to be a finite number of at least 0, got -1."));
        Assert.That(
            () => new SparsityRegularization(divergence: (SparsityDivergence)7),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
                "SparsityRegularization: expected Bernoulli or Poisson, got 7."));
    }

    // With equal outputs and targets the loss is the penalty alone.
    private static double PenaltyOf(SparsityRegularization layer, double[,]? activations = null)
    {
        double[,] values = activations ?? s_activations;
        var model = new Sequential(new Input(values.GetLength(1)), layer) { Precision = Precision.Double };
        model.Compile(new SGD(), Loss.MeanSquaredError());
        return model.Evaluate(new Dataset(values, values)).Loss;
    }
}
