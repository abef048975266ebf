using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Serialization;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>Layers that learn from data before the training: what they learn, when, and that a file keeps it.</summary>
public sealed class AdaptTests
{
    // Far from zero: in one pass, or in float, the variance would drown.
    [Test]
    public void NormalizationTakesMeanAndVarianceOfEachFeature()
    {
        double[] numbers = Samples.Numbers<double>(500 * 4 * 3, seed: 5);
        double[] values = [.. numbers.Select((v, i) => (i % 3) switch { 0 => 1e6 + v, 1 => 3 * v, _ => 7 })];
        Normalization layer = new();
        Assert.That(layer.Mean, Is.Null);
        layer.Adapt(Tensor.Create(values, [500, 4, 3]));
        for (int f = 0; f < 3; f++)
        {
            double[] feature = [.. values.Where((_, i) => i % 3 == f)];
            double mean = feature.Average(), variance = feature.Average(v => (v - mean) * (v - mean));
            Assert.That(layer.Mean![f], Is.EqualTo(mean).Within(1e-12 * Math.Max(1, Math.Abs(mean))));
            Assert.That(layer.Variance![f], Is.EqualTo(variance).Within(1e-9));
        }

        Sequential model = new(new Input(4, 3), layer) { Precision = Precision.Double };
        double[] y = Samples.Values(model.Predict(Tensor.Create(values, [500, 4, 3])));
        for (int f = 0; f < 2; f++)
        {
            double[] feature = [.. y.Where((_, i) => i % 3 == f)];
            Assert.That(feature.Average(), Is.EqualTo(0).Within(1e-8));
            Assert.That(feature.Average(v => v * v), Is.EqualTo(1).Within(1e-8));
        }

        Assert.That(y.Where((_, i) => i % 3 == 2), Is.All.Zero, "a feature that does not vary");
    }

    // More numbers than are read at once: 0, 3 and 6 have the mean 3 and the variance 6.
    [Test]
    public void ManySamplesAreReadInPartsButAllOfThem()
    {
        const int Length = 600_000;
        float[] values = new float[3 * Length];
        values.AsSpan(Length, Length).Fill(3);
        values.AsSpan(2 * Length).Fill(6);
        Normalization layer = new();
        layer.Adapt(Tensor.Create(values, [3, Length, 1]));
        Assert.That(layer.Mean, Is.EqualTo((double[])[3]));
        Assert.That(layer.Variance, Is.EqualTo((double[])[6]));
    }

    [Test]
    public void WhiteningAddsEpsilonToTheVariance()
    {
        // Of variance 1: W = 1 / √(1 + 3).
        Tensor<double> x = Tensor.Create<double>([4, 6], [2, 1]);
        ZcaWhitening layer = new(3);
        layer.Adapt(x);
        Sequential model = new(new Input(1), layer) { Precision = Precision.Double };
        Assert.That(Samples.Values(model.Predict(x)), Is.EqualTo((double[])[-0.5, 0.5]).Within(1e-15));
    }

    [Test]
    public void InvertedNormalizationGoesBack()
    {
        Tensor<double> x = Samples.Tensor<double>(3, 20, 5);
        Normalization forth = new([0.5, 1, -1, 2, 0], [4, 0.25, 1, 9, 2]), back = new([0.5, 1, -1, 2, 0], [4, 0.25, 1, 9, 2], invert: true);
        Sequential model = new(new Input(5), forth, back) { Precision = Precision.Double };
        Assert.That(Samples.Values(model.Predict(x)), Is.EqualTo(Samples.Values(x)).Within(1e-14));
    }

    [Test]
    public void WhatWasAdaptedIsInTheFileAndDoesNotTrain()
    {
        using TempFolder folder = new();
        Dataset data = new(Samples.Tensor<float>(3, 40, 6), Samples.Tensor<float>(4, 40, 2));
        Normalization normalization = new();
        ZcaWhitening whitening = new();
        normalization.Adapt(data);
        whitening.Adapt(data);
        Sequential model = new(new Input(6), normalization, whitening, new Dense(2));
        float[] before = [.. normalization.Parameters.Concat(whitening.Parameters).SelectMany(p => p.Values<float>().ToArray())];
        model.Compile(new SGD(0.1), Loss.MeanSquaredError());
        model.Fit(data);
        Assert.That(
            normalization.Parameters.Concat(whitening.Parameters).SelectMany(p => p.Values<float>().ToArray()), Is.EqualTo(before));
        model.Save(folder.File("model.safetensors"));
        Model loaded = Model.Load(folder.File("model.safetensors"));
        Assert.That(Samples.Values(loaded.Predict(data.Inputs)), Is.EqualTo(Samples.Values(model.Predict(data.Inputs))));
        Assert.That(((Normalization)loaded.Layers[1]).Mean, Is.EqualTo(normalization.Mean));

        // Adapted anew, a loaded layer takes the new values.
        ((Normalization)loaded.Layers[1]).Adapt(Samples.Tensor<float>(9, 30, 6));
        Assert.That(((Normalization)loaded.Layers[1]).Mean, Is.Not.EqualTo(normalization.Mean));
        Assert.That(Samples.Values(loaded.Predict(data.Inputs)), Is.Not.EqualTo(Samples.Values(model.Predict(data.Inputs))));
    }

    [Test]
    public void WhitenedSamplesAreUncorrelatedAndNearTheOldOnes()
    {
        // Neighbours that depend on each other.
        const int Count = 2000, Size = 6;
        double[] noise = Samples.Numbers<double>(Count * (Size + 1), seed: 5);
        double[] values = [.. Enumerable.Range(0, Count * Size).Select(i => 3 + noise[(i / Size * (Size + 1)) + (i % Size)]
            + (0.8 * noise[(i / Size * (Size + 1)) + (i % Size) + 1]))];
        ZcaWhitening layer = new(1e-9);
        layer.Adapt(Tensor.Create(values, [Count, 2, 3]));
        Sequential model = new(new Input(2, 3), layer) { Precision = Precision.Double };
        double[] y = Samples.Values(model.Predict(Tensor.Create(values, [Count, 2, 3])));
        for (int a = 0; a < Size; a++)
        {
            Assert.That(Enumerable.Range(0, Count).Average(n => y[(n * Size) + a]), Is.EqualTo(0).Within(1e-9));
            for (int b = 0; b <= a; b++)
            {
                double covariance = Enumerable.Range(0, Count).Average(n => y[(n * Size) + a] * y[(n * Size) + b]);
                Assert.That(covariance, Is.EqualTo(a == b ? 1 : 0).Within(1e-7), $"{a}, {b}");
            }
        }

        // Of all whitenings the symmetric one turns nothing: W is symmetric, with a positive diagonal.
        double[] w = layer.Whitening!.Values<double>().ToArray();
        for (int i = 0; i < w.Length; i++)
        {
            Assert.That(w[i], Is.EqualTo(w[(i % Size * Size) + (i / Size)]).Within(1e-12));
            Assert.That(i % (Size + 1) != 0 || w[i] > 0);
        }
    }

    [Test]
    public void UseBeforeAdaptSaysSo()
    {
        Sequential normalized = new(new Input(3), new Normalization());
        Assert.That(() => normalized.Predict(Samples.Tensor<float>(1, 2, 3)), Throws.InvalidOperationException.With.Message.EqualTo(
            "normalization (Normalization): expected its mean before the model is used, got none. Call Adapt with samples first."));
        Sequential whitened = new(new Input(3), new ZcaWhitening());
        Assert.That(() => whitened.Predict(Samples.Tensor<float>(1, 2, 3)), Throws.InvalidOperationException.With.Message.EqualTo(
            "zca_whitening (ZcaWhitening): expected its mean before the model is used, got none. Call Adapt with samples first."));
    }

    // In a model already, and not yet used: the values come at the first use.
    [Test]
    public void MayBeAdaptedAfterTheModelIsMade()
    {
        Normalization layer = new();
        Sequential model = new(new Input(3), layer);
        Tensor<float> x = Samples.Tensor<float>(1, 8, 3);
        layer.Adapt(x);
        Assert.That(Samples.Values(model.Predict(x)).Sum(), Is.EqualTo(0).Within(1e-5));
    }

    [Test]
    public void SamplesThatDoNotFitAreRefused()
    {
        Normalization normalization = new();
        ZcaWhitening whitening = new();
        _ = new Sequential(new Input(3), normalization, whitening);
        Assert.That(() => normalization.Adapt(Samples.Tensor<float>(1, 8, 4)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "normalization (Normalization): expected input [n, ..., 3], got [n, 4]. Adapt the layer with samples like the model's."));
        Assert.That(() => whitening.Adapt(Samples.Tensor<float>(1, 8, 4)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "zca_whitening (ZcaWhitening): expected input with 3 elements a sample, got [n, 4]. "
            + "Adapt the layer with samples like the model's."));

        // What was learned of one feature holds for that one, other than a number that was given for all.
        Normalization single = new();
        single.Adapt(Samples.Tensor<float>(1, 8, 1));
        Assert.That(() => new Sequential(new Input(3), single), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "normalization (Normalization): expected input [n, ..., 1], got [n, 3]. "
            + "Mean and variance belong to the features of the last axis."));
        Assert.That(
            () => new ZcaWhitening().Adapt(new float[1, 46341]),
            Throws.TypeOf<ShapeException>().With.Message.Contains(
                "expected input of at most 46340 elements a sample, got [n, 46341]. Make the images smaller: see Resizing."));
        Assert.That(() => new Normalization([1]), Throws.ArgumentException.With.Message.EqualTo(
            "Normalization: expected as many variances as means, or neither, got 1 means and no variances."));
        Assert.That(() => new Normalization([1], [-1]), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Normalization: expected variance to be a finite number of at least 0, got -1."));
        Assert.That(() => new ZcaWhitening(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "ZcaWhitening: expected epsilon to be a finite number above 0, got 0."));
    }
}
