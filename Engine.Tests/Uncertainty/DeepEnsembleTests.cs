using System.Numerics;
using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Tests.Models;
using Engine.Uncertainty;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Uncertainty;

public sealed class DeepEnsembleTests
{
    private static Sequential Member(ulong seed, int units = 9, Precision precision = Precision.Single) =>
        new(new Input(6), new Dense(units, ReLU), new Dropout(0.5), new Dense(3, Softmax)) { Seed = seed, Precision = precision };

    [Test]
    public void Each_model_is_a_sample()
    {
        DeepEnsemble ensemble = new(Member(1), Member(2), Member(3));
        Tensor<float> x = Samples.Tensor<float>(1, 8, 6);
        AssertEachModelIsASample(ensemble, x, ensemble.Predict(x, new MonteCarloOptions { Quantiles = [0.5] }), 1e-7);
    }

    [Test]
    public void Each_model_is_a_sample_in_double()
    {
        DeepEnsemble ensemble = new([.. Enumerable.Range(1, 3).Select(seed => Member((ulong)seed, precision: Precision.Double))]);
        Tensor<double> x = Samples.Tensor<double>(1, 8, 6);
        AssertEachModelIsASample(ensemble, x, ensemble.Predict(x, new MonteCarloOptions { Quantiles = [0.5] }), 1e-15);
        Assert.That(() => ensemble.Predict(Samples.Tensor<float>(1, 8, 6)), Throws.InvalidOperationException
            .With.Message.Contains("expected tensors of Double precision"));
    }

    private static void AssertEachModelIsASample<T>(
        DeepEnsemble ensemble, Tensor<T> x, MonteCarloPrediction<T> prediction, double error)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[][] each = [.. ensemble.Models.Select(model => Samples.Values(model.Predict(x)))];
        for (int i = 0; i < 24; i++)
        {
            double[] values = [.. each.Select(y => double.CreateChecked(y[i]))];
            double mean = values.Average();
            Assert.That(double.CreateChecked(prediction.Mean[i / 3, i % 3]), Is.EqualTo(mean).Within(error));
            Assert.That(
                double.CreateChecked(prediction.StandardDeviation[i / 3, i % 3]),
                Is.EqualTo(Math.Sqrt(values.Average(v => (v - mean) * (v - mean)))).Within(error));
            Assert.That(double.CreateChecked(prediction.Quantile(0.5)[i / 3, i % 3]), Is.EqualTo(values.Order().ElementAt(1)));
        }

        Assert.That(prediction.Samples, Is.EqualTo(3));
        Assert.That(prediction.MutualInformation.Max(double.CreateChecked), Is.GreaterThan(0.01));
    }

    // Wide enough that products are cut between threads; no batch of less than five rows, where they add up in another order.
    [Test]
    public void The_same_bits_on_any_number_of_threads()
    {
        DeepEnsemble ensemble = new(Member(1, 700), Member(2, 700));
        Tensor<float> x = Samples.Tensor<float>(1, 300, 6);
        MonteCarloPrediction expected = Predict(256, 1);
        foreach ((int batch, int threads) in ((int, int)[])[(256, 2), (256, 4), (300, 3), (70, 4)])
        {
            MonteCarloPrediction actual = Predict(batch, threads);
            string where = $"batches of {batch}, {threads} threads";
            Assert.That(actual.Mean.SequenceEqual(expected.Mean), where);
            Assert.That(actual.StandardDeviation.SequenceEqual(expected.StandardDeviation), where);
            Assert.That(actual.MutualInformation.SequenceEqual(expected.MutualInformation), where);
            Assert.That(actual.Quantile(0.2).SequenceEqual(expected.Quantile(0.2)), where);
        }

        MonteCarloPrediction Predict(int batch, int threads) => ensemble.Predict(
            x, new MonteCarloOptions { BatchSize = batch, DegreeOfParallelism = threads, Quantiles = [0.2] });
    }

    [Test]
    public void Copies_of_one_model_do_not_disagree()
    {
        MonteCarloPrediction prediction = new DeepEnsemble(Member(1), Member(1)).Predict(Samples.Tensor<float>(1, 8, 6));
        Assert.That(prediction.StandardDeviation.Max(), Is.Zero);

        // Logarithms of single predictions are rounded to float.
        Assert.That(prediction.MutualInformation.Max(), Is.LessThan(1e-6));
        Assert.That(prediction.VariationRatio.Max(), Is.Zero);
    }

    [Test]
    public void Models_that_do_not_fit_are_refused()
    {
        Assert.That(() => new DeepEnsemble(), Throws.ArgumentException.With.Message.StartsWith(
            "DeepEnsemble: expected at least one model, got none."));
        Assert.That(
            () => new DeepEnsemble(Member(1), new Sequential(new Input(6), new Dense(4))),
            Throws.ArgumentException.With.Message.StartsWith(
                "DeepEnsemble: expected models from [6] to [3] in Single precision as the first, got number 1 from [6] to [4] in Single"));
    }

    [Test]
    public void Averages_of_the_first_samples_are_compared_with_weight_scaling()
    {
        Sequential model = Member(1);
        Tensor<float> x = Samples.Tensor<float>(1, 40, 6);
        int[] labels = Samples.Labels(40, 3);
        IReadOnlyList<AveragingPoint> points = model.CompareAveraging(x, labels, [1, 3], seed: 5);

        Assert.That(points.Select(point => point.Samples), Is.EqualTo(new[] { 0, 1, 3 }));
        Tensor<float> scaled = model.Predict(x), first = model.PredictSample(x, 0, seed: 5);
        Tensor<float> mean = model.PredictMonteCarlo(x, 3, seed: 5).Mean;
        Assert.That(points[0].BrierScore, Is.EqualTo(Calibration.BrierScore(scaled, labels)));
        Assert.That(points[1].NegativeLogLikelihood, Is.EqualTo(Calibration.NegativeLogLikelihood(first, labels)));
        Assert.That(points[2].BrierScore, Is.EqualTo(Calibration.BrierScore(mean, labels)).Within(1e-6));
        Assert.That(points[2].Accuracy, Is.EqualTo(Calibration.Accuracy(mean, labels)));
        Assert.That(() => model.CompareAveraging(x, labels, [3, 1]), Throws.ArgumentException.With.Message.StartsWith(
            "CompareAveraging: expected ascending numbers of samples from 1 on, got 1 at 1."));
    }
}
