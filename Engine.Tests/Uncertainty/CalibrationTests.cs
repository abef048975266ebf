using System.Numerics.Tensors;
using Engine.Uncertainty;

namespace Engine.Tests.Uncertainty;

public sealed class CalibrationTests
{
    private static readonly int[] Labels = [0, 1, 1, 2];

    // Right with 0.9, wrong with 0.6, right with 0.6, wrong with 0.5.
    private static Tensor<double> P => Tensor.Create([0.9, 0.05, 0.05, 0.6, 0.3, 0.1, 0.2, 0.6, 0.2, 0.1, 0.5, 0.4], [4, 3]);

    [Test]
    public void Scores_are_those_computed_by_hand()
    {
        Assert.That(Calibration.Accuracy(P, Labels), Is.EqualTo(0.5));
        Assert.That(
            Calibration.NegativeLogLikelihood(P, Labels),
            Is.EqualTo(-(Math.Log(0.9) + Math.Log(0.3) + Math.Log(0.6) + Math.Log(0.4)) / 4).Within(1e-15));

        // (0.01 + 0.0025 + 0.0025) + (0.36 + 0.49 + 0.01) + (0.04 + 0.16 + 0.04) + (0.01 + 0.25 + 0.36)
        Assert.That(Calibration.BrierScore(P, Labels), Is.EqualTo((0.015 + 0.86 + 0.24 + 0.62) / 4).Within(1e-15));
    }

    [Test]
    public void Reliability_has_all_bins_and_their_upper_ends()
    {
        IReadOnlyList<ReliabilityBin> bins = Calibration.Reliability(P, Labels, bins: 10);
        Assert.That(bins, Has.Count.EqualTo(10));
        Assert.That(bins.Select(bin => bin.Count), Is.EqualTo(new[] { 0, 0, 0, 0, 1, 2, 0, 0, 1, 0 }));
        Assert.That(bins[5], Is.EqualTo(new ReliabilityBin(0.5, 0.6, 2, 0.6, 0.5)));
        Assert.That(bins[4], Is.EqualTo(new ReliabilityBin(0.4, 0.5, 1, 0.5, 0)));
        Assert.That(bins[0], Is.EqualTo(new ReliabilityBin(0, 0.1, 0, 0, 0)));

        // (1 · |1 − 0.9| + 2 · |0.5 − 0.6| + 1 · |0 − 0.5|) / 4
        Assert.That(Calibration.ExpectedCalibrationError(P, Labels, bins: 10), Is.EqualTo(0.2).Within(1e-15));

        // One bin: |0.5 − 0.65|.
        Assert.That(Calibration.ExpectedCalibrationError(P, Labels, bins: 1), Is.EqualTo(0.15).Within(1e-15));
    }

    [Test]
    public void Of_the_most_certain_more_are_right()
    {
        Tensor<double> uncertainty = Tensor.Create([0.1, 0.4, 0.2, 0.3], [4]);
        IReadOnlyList<RetainedAccuracy> curve = Calibration.AccuracyWhenRetaining(P, Labels, uncertainty, points: 4);
        Assert.That(curve, Is.EqualTo(new RetainedAccuracy[] { new(0.25, 1), new(0.5, 1), new(0.75, 2.0 / 3), new(1, 0.5) }));
    }

    [Test]
    public void The_temperature_undoes_the_one_that_labels_were_drawn_with()
    {
        // Labels drawn from softmax(z / 2), predictions softmax(z): too sure by a factor of two.
        const int Rows = 20_000, Classes = 4;
        double[] z = [.. RandomTensor.Normal([Rows * Classes], seed: 5).Select(value => 3.0 * value)];
        Random random = new(1);
        double[] p = new double[z.Length];
        int[] labels = new int[Rows];
        for (int i = 0; i < Rows; i++)
        {
            Span<double> row = p.AsSpan(i * Classes, Classes);
            double[] half = [.. z[(i * Classes)..((i + 1) * Classes)].Select(value => Math.Exp(value / 2))];
            double u = random.NextDouble() * half.Sum();
            for (; labels[i] < Classes - 1 && (u -= half[labels[i]]) > 0; labels[i]++)
            {
            }

            TensorPrimitives.SoftMax(z.AsSpan(i * Classes, Classes), row);
        }

        Tensor<double> predictions = Tensor.Create(p, [Rows, Classes]);
        TemperatureScaling scaling = TemperatureScaling.Fit(predictions, labels);
        Tensor<double> scaled = scaling.Apply(predictions);

        Assert.That(scaling.Temperature, Is.EqualTo(2).Within(0.06));       // some three standard errors
        Assert.That(scaled.Take(Classes).Sum(), Is.EqualTo(1).Within(1e-15));
        Assert.That(Calibration.Accuracy(scaled, labels), Is.EqualTo(Calibration.Accuracy(predictions, labels)));
        Assert.That(
            Calibration.ExpectedCalibrationError(scaled, labels),
            Is.LessThan(0.3 * Calibration.ExpectedCalibrationError(predictions, labels)));
        foreach (double other in (double[])[0.9, 1.1])
        {
            Assert.That(
                Calibration.NegativeLogLikelihood(new TemperatureScaling(other * scaling.Temperature).Apply(predictions), labels),
                Is.GreaterThan(Calibration.NegativeLogLikelihood(scaled, labels)));
        }
    }

    [Test]
    public void A_temperature_of_one_changes_nothing_and_zeros_stay_zeros()
    {
        Tensor<double> p = Tensor.Create([0.0, 0.25, 0.75, 1, 0, 0], [2, 3]);
        Assert.That(new TemperatureScaling(1).Apply(p).ToArray(), Is.EqualTo(p.ToArray()).Within(1e-15));
        double[] sharp = new TemperatureScaling(0.5).Apply(p).ToArray();

        // 1 : 9
        Assert.That(sharp, Is.EqualTo(new[] { 0, 0.1, 0.9, 1, 0, 0 }).Within(1e-15));
    }

    [Test]
    public void The_best_to_ask_about_come_first()
    {
        Tensor<float> scores = Tensor.Create([0.1f, 0.7f, 0.3f, 0.7f, 0], [5]);
        Assert.That(Acquisition.TopBy(scores, 4), Is.EqualTo(new[] { 1, 3, 2, 0 }));
    }

    [Test]
    public void Errors_say_what_to_do()
    {
        Assert.That(() => Calibration.Accuracy(Tensor.Create([1.0, 0], [2]), [0, 0]), Throws.ArgumentException
            .With.Message.StartsWith("Calibration: expected probabilities [n, classes], got [2]."));
        Assert.That(() => Calibration.Accuracy(P, [0, 1]), Throws.ArgumentException
            .With.Message.StartsWith("Calibration: expected a label for each of 4 predictions, got 2."));
        Assert.That(() => Calibration.Accuracy(P, [0, 1, 3, 0]), Throws.ArgumentException
            .With.Message.StartsWith("Calibration: expected labels from 0 to 2, got 3 at 2."));
        Assert.That(() => Calibration.BrierScore(Tensor.Create([0.5, 0.5, 2.5, -1], [2, 2]), [0, 1]), Throws.ArgumentException
            .With.Message.StartsWith("Calibration: expected probabilities from 0 to 1, got 2.5 in row 1. Apply softmax to logits."));
        Assert.That(() => Calibration.Accuracy(Tensor.Create([0.5, 0.5, 0.9, 0.8], [2, 2]), [0, 1]), Throws.ArgumentException
            .With.Message.EqualTo("Calibration: expected probabilities that sum to 1 over the classes, got 1.7 in row 1. "
                + "Of a single probability of a yes make two columns, 1 − p and p."));
        Assert.That(() => new TemperatureScaling(2).Apply(Tensor.Create([-1.0, 3], [1, 2])), Throws.ArgumentException
            .With.Message.EqualTo("TemperatureScaling: expected probabilities from 0 to 1, got -1 in row 0. Apply softmax to logits."));
        Assert.That(() => new TemperatureScaling(2).Apply(Tensor.Create([0.5, 0.5], [2])), Throws.ArgumentException
            .With.Message.StartsWith("TemperatureScaling: expected probabilities [n, classes], got [2]."));
        Assert.That(() => Calibration.AccuracyWhenRetaining(P, Labels, P, points: 0), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Calibration: expected at least 1 point, got 0."));
        Assert.That(() => Calibration.Reliability(P, Labels, bins: 0), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Calibration: expected at least 1 bin, got 0."));
        Assert.That(() => Acquisition.TopBy(Tensor.Create([1.0, 2], [2]), 3), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("Acquisition.TopBy: expected to take 1 to 2 inputs, got 3."));
        Assert.That(() => Acquisition.TopBy(Tensor.Create([1, double.NaN], [2]), 1), Throws.ArgumentException
            .With.Message.StartsWith("Acquisition: expected numbers as scores, got NaN at 1."));
        Assert.That(() => new TemperatureScaling(0), Throws.TypeOf<ArgumentOutOfRangeException>()
            .With.Message.StartsWith("TemperatureScaling: expected temperature to be a finite number above 0, got 0."));
        Assert.That(() => Calibration.AccuracyWhenRetaining(P, Labels, Tensor.Create([1.0], [1])), Throws.ArgumentException
            .With.Message.StartsWith("Acquisition: expected scores [4], got [1]."));
    }
}
