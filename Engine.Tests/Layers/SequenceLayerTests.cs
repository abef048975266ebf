using System.Numerics.Tensors;
using Engine.Checking;
using Engine.Layers;
using Engine.Tests.Models;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Layers;

/// <summary>What layers for sequences do that a table of shapes cannot know.</summary>
public class SequenceLayerTests
{
    [Test]
    public void MaskingZeroesStepsOfItsValueAndTellsWhichTheyAre([Values(0, -1)] double value)
    {
        float v = (float)value;
        Tensor<float> x = Tensor.Create(new[] { v, v, 1, v, v, v, 2, 3, v, v, v, v }, [2, 3, 2]);
        Sequential model = new(new Input(3, 2), new Masking(value));
        Assert.That(model.Predict(x).ToArray(), Is.EqualTo(new float[] { 0, 0, 1, v, 0, 0, 2, 3, 0, 0, 0, 0 }));
        Sequential mean = new(new Input(3, 2), new Masking(value), new GlobalAveragePooling1D());
        Assert.That(mean.Predict(x).ToArray(), Is.EqualTo(new[] { 1, v, 2, 3 }), "the mean of the steps that count");
    }

    // Of features fewer than a vector has, as many, and more: one that is another makes the step count, wherever it is.
    [Test]
    public void AStepCountsIfOneFeatureIsAnother(
        [Values(1, 3, 4, 8, 19, 35)] int features, [Values(0, -1, double.NaN)] double value)
    {
        LayerRun<float> run = new(new Masking(value), [1, features], features + 1);
        float[] x = [.. Enumerable.Repeat((float)value, (features + 1) * features)];
        for (int sample = 0; sample < features; sample++)
        {
            x[(sample * features) + sample] = 2;
        }

        float[] y = run.Forward(x)[0];
        Assert.That(y[..^features], Is.EqualTo(x[..^features]), "one feature is 2");
        Assert.That(y[^features..], Is.All.Zero, "all are the mask value");
        float[] ones = [.. Enumerable.Repeat(1f, x.Length)];
        float[] dx = run.Backward(ones)[0];
        Assert.That(dx, Is.EqualTo(ones.Select((one, i) => i < features * features ? one : 0)));
    }

    [Test]
    public void NoGradientGoesToMaskedSteps()
    {
        LayerRun<double> run = new(new Masking(), [3, 2], 1);
        run.Forward([0, 0, 1, 0, 0, 0]);
        Assert.That(run.Backward([1, 2, 3, 4, 5, 6])[0], Is.EqualTo(new double[] { 0, 0, 3, 4, 0, 0 }));
    }

    // Where another layer runs it, it has memory of its own.
    [Test]
    public void NoGradientGoesToMaskedStepsInsideAnotherLayer()
    {
        LayerRun<double> run = new(new TimeDistributed(new Masking()), [2, 2, 2], 1);
        double[] x = [0, 0, 1, 0, 2, 3, 0, 0];
        Assert.That(run.Forward(x)[0], Is.EqualTo(x));
        Assert.That(run.Backward([1, 2, 3, 4, 5, 6, 7, 8])[0], Is.EqualTo(new double[] { 0, 0, 3, 4, 5, 6, 0, 0 }));
    }

    // In a graph its output is its input's memory, which the next layer must not write to then: about half of the steps are zeros.
    [Test]
    public void WhatMaskingReadsStaysForOthersAndForItsGradient()
    {
        Node x = new Input(6, 3), rectified = new Dense(1, ReLU, useBias: false).Apply(x), masked = new Masking().Apply(rectified);
        Model model = new([x], [rectified, masked, new Activation(Tanh).Apply(masked)]) { Precision = Precision.Double, Seed = 3 };
        double[][] y = [.. model.Predict([Samples.Tensor<double>(1, 4, 6, 3)]).Select(output => output.ToArray())];
        Assert.That(y[0].Count(value => value == 0), Is.InRange(4, 20));
        Assert.That(y[1], Is.EqualTo(y[0]));
        Assert.That(y[2], Is.EqualTo(y[0].Select(Math.Tanh)).Within(1e-15));
        GradientCheck.Run(model).ThrowIfFailed();
    }

    [Test]
    public void TheMeanOfNoStepIsZero()
    {
        Sequential model = new(new Input(3, 2), new Masking(), new GlobalAveragePooling1D(keepDims: true));
        Assert.That(model.Predict(Tensor.Create(new float[6], [1, 3, 2])).ToArray(), Is.EqualTo(new float[2]));
    }

    [Test]
    public void GradientsOfAMaskedMeanHold()
    {
        Node x = new Input(4, 3), marks = new Input(4);
        Node y = new GlobalAveragePooling1D().Apply(new Dense(5, Tanh).Apply(new MaskBy().Apply(x, marks)));
        Model model = new([x, marks], [y]) { Precision = Precision.Double };
        GradientCheck.Run(model, new GradientCheckOptions { AllowTrivial = true }).ThrowIfFailed();
    }

    // The same layer on all steps, as one batch: the same weights, a mask of dropout for each step.
    [Test]
    public void TimeDistributedWorksOnEachStep()
    {
        Dense dense = new(4, Tanh);
        Node x = new Input(5, 3);
        Model model = new([x], [new TimeDistributed(dense).Apply(x), dense.Apply(x)]) { Precision = Precision.Double };
        Tensor<double>[] y = model.Predict([Samples.Tensor<double>(1, 2, 5, 3)]);
        Assert.That(y[0].ToArray(), Is.EqualTo(y[1].ToArray()).Within(1e-15));
        double[] dropped = new LayerRun<double>(new TimeDistributed(new Dropout(0.5)), [8, 16], 1).Forward([.. Enumerable.Repeat(1.0, 128)])[0];
        Assert.That(dropped.Chunk(16).Select(step => string.Join(" ", step)).Distinct().Count(), Is.EqualTo(8));
    }

    [Test]
    public void TimeDistributedHandsTheMaskOn()
    {
        Sequential model = new(new Input(3, 2), new Masking(), new TimeDistributed(new Dense(2, Sigmoid)), new GlobalAveragePooling1D());
        float[] masked = model.Predict(Tensor.Create(new float[] { 1, 2, 0, 0, 0, 0 }, [1, 3, 2])).ToArray();
        float[] alone = model.Predict(Tensor.Create(new float[] { 1, 2, 1, 2, 1, 2 }, [1, 3, 2])).ToArray();
        Assert.That(masked, Is.EqualTo(alone).Within(1e-6));
    }

    [Test]
    public void PermuteExchangesAxes()
    {
        Sequential model = new(new Input(2, 3), new Permute(2, 1));
        Assert.That(
            model.Predict(Tensor.Create(new float[] { 1, 2, 3, 4, 5, 6 }, [1, 2, 3])).ToArray(),
            Is.EqualTo(new float[] { 1, 4, 2, 5, 3, 6 }));
        Sequential three = new(new Input(2, 3, 4), new Permute(3, 1, 2));
        float[] x = [.. Enumerable.Range(0, 24).Select(i => (float)i)];
        float[] expected = [.. from k in Enumerable.Range(0, 4) from i in Enumerable.Range(0, 2) from j in Enumerable.Range(0, 3)
                               select x[(i * 12) + (j * 4) + k]];
        Assert.That(three.Predict(Tensor.Create(x, [1, 2, 3, 4])).ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void RepeatVectorGivesTheSameVectorAtEachStep()
    {
        Sequential model = new(new Input(2), new RepeatVector(3));
        Assert.That(
            model.Predict(Tensor.Create(new float[] { 1, 2, 3, 4 }, [2, 2])).ToArray(),
            Is.EqualTo(new float[] { 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4 }));
    }

    [Test]
    public void ConstructorsRefuseWhatNoInputCouldFit()
    {
        Assert.That(() => new RepeatVector(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RepeatVector: expected a count of at least 1, got 0."));
        Assert.That(() => new Permute(1, 3), Throws.ArgumentException.With.Message.StartsWith(
            "Permute: expected the axes 1 to their number, each once, got [1, 3]."));
        Assert.That(() => new Permute(), Throws.ArgumentException);
        Assert.That(() => new TimeDistributed(null!), Throws.ArgumentNullException);
        Assert.That(
            () => new TimeDistributed(new LSTM(3, returnState: true)).Apply(new Input(2, 5, 3)),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "time_distributed (TimeDistributed): expected a layer with one output, got LSTM with 3."));
    }
}
