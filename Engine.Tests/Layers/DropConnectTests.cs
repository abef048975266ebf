using System.Numerics;
using Engine.Checking;
using Engine.Layers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>Layers around others that drop weights or inputs, seen from outside.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class DropConnectTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Features = 61, Units = 47, Batch = 5;

    // x = 1 in one feature after the other: the outputs are the rows of the kernel.
    private static T[] Identity => [.. Enumerable.Range(0, Features * Features).Select(i => i % (Features + 1) == 0 ? T.One : T.Zero)];

    [Test]
    public void DropsItsShareOfTheWeightsAndScalesTheRest([Values(0.2, 0.5, 0.9)] double rate)
    {
        Dense dense = new(Units);
        Sequential model = Model(new DropConnect(dense, rate));
        T[] y = new LayerRun<T>(model, Features).Forward(Identity)[0];
        T[] w = dense.Kernel!.Values<T>().ToArray();
        for (int i = 0; i < w.Length; i++)
        {
            // The scale is rounded to the rate's 2⁻¹⁶.
            double expected = double.CreateChecked(w[i]) / (1 - rate);
            Assert.That(y[i] == T.Zero || Math.Abs(double.CreateChecked(y[i]) - expected) <= 1e-4 * Math.Abs(expected), $"{i}");
        }

        double share = y.Count(value => value == T.Zero) / (double)y.Length;
        Assert.That(share, Is.EqualTo(rate).Within(4.5 * Math.Sqrt(rate * (1 - rate) / y.Length)));
    }

    [Test]
    public void ABatchSharesOneMaskAndEachStepHasAnother()
    {
        LayerRun<T> run = new(Model(new DropConnect(new Dense(Units), 0.5)), Batch);
        T[] x = [.. Enumerable.Repeat(Samples.Numbers<T>(Features, 3), Batch).SelectMany(row => row)];
        T[][] rows = [.. run.Forward(x)[0].Chunk(Units)];
        Assert.That(rows, Is.All.EqualTo(rows[0]));
        run.Run.Step = 2;
        Assert.That(run.Forward(x)[0][..Units], Is.Not.EqualTo(rows[0]));
    }

    [Test]
    public void InferenceAndARateOfZeroAreTheLayerAlone([Values(0, 0.5)] double rate)
    {
        Dense dense = new(Units);
        Sequential model = Model(new DropConnect(dense, rate));
        T[] x = Samples.Numbers<T>(Batch * Features, 3);
        T[] alone = new LayerRun<T>(Model(dense), Batch, Phase.Inference).Forward(x)[0];
        LayerRun<T> run = new(model, Batch);
        Assert.That(run.Forward(x)[0].SequenceEqual(alone), Is.EqualTo(rate == 0), "in training");
        run.Run.Phase = Phase.Inference;
        Assert.That(run.Forward(x)[0], Is.EqualTo(alone), "in inference, after a training step");
    }

    [Test]
    public void ADroppedWeightGetsNoGradientAndIsNotChanged()
    {
        Dense dense = new(Units);
        Sequential model = Model(new DropConnect(dense, 0.5));
        Harness<T> harness = new(model, new GradientCheckOptions { Batch = Features }, Features);
        T[] before = dense.Kernel!.Values<T>().ToArray();
        Identity.Select(double.CreateChecked).ToArray().CopyTo(harness.Input(0), 0);
        harness.Forward();
        harness.Backward();
        T[] y = harness.Output(0).ToArray(), gradient = harness.Gradient(dense.Kernel).ToArray();
        Assert.That(gradient.Zip(y).All(pair => pair.First == T.Zero == (pair.Second == T.Zero)));
        Assert.That(y, Does.Contain(T.Zero));
        Assert.That(dense.Kernel.Values<T>().ToArray(), Is.EqualTo(before));
    }

    [Test]
    public void WhatIsMaskedGoesByName()
    {
        Dense dense = new(Units, biasInitializer: Engine.Initializers.Initializer.Ones);
        T[] y = new LayerRun<T>(Model(new DropConnect(dense, 0.5, ["bias"])), Features).Forward(new T[Features * Features])[0];
        Assert.That(y.Distinct().Order(), Is.EqualTo(new[] { T.Zero, T.One + T.One }));
    }

    [Test]
    public void ALayerWithoutSuchAParameterIsRefused()
    {
        Input input = new(7);
        Assert.That(() => new DropConnect(new Activation(Engine.Activations.ActivationFunction.Tanh), 0.5).Apply(input),
            Throws.ArgumentException.With.Message.EqualTo(
                "drop_connect (DropConnect): expected a layer with a parameter named kernel, got activation (Activation) with none."));
        Assert.That(() => new DropConnect(new Dense(3), 0.5, ["kernel", "gamma"]).Apply(input),
            Throws.ArgumentException.With.Message.EqualTo(
                "drop_connect (DropConnect): expected a layer with a parameter named gamma, got dense (Dense) with kernel, bias."));
        Assert.That(() => new DropConnect(new Dense(3), 0.5, []), Throws.ArgumentException.With.Message.StartsWith(
            "DropConnect: expected at least one name of a parameter, got none."));
        Assert.That(() => new ConcreteDropout(new Flatten()).Apply(input), Throws.ArgumentException.With.Message.EqualTo(
            "concrete_dropout (ConcreteDropout): expected a layer with a parameter named kernel, got flatten (Flatten) with none."));
    }

    [Test]
    public void ALayerWithSeveralOutputsIsRefused()
    {
        Input input = new(5, 4);
        Assert.That(() => new DropConnect(new LSTM(3, returnState: true), 0.5).Apply(input), Throws.TypeOf<ShapeException>()
            .With.Message.EqualTo("drop_connect (DropConnect): expected a layer with one output, got lstm (LSTM) with 3."));
        Assert.That(() => new ConcreteDropout(new GRU(3, returnState: true)).Apply(input), Throws.TypeOf<ShapeException>()
            .With.Message.EqualTo("concrete_dropout (ConcreteDropout): expected a layer with one output, got gru (GRU) with 2."));
    }

    [Test]
    public void ConcreteDropoutIsTheLayerAloneInInferenceAndAddsItsTerms()
    {
        Dense dense = new(Units);
        ConcreteDropout layer = new(dense, weightRegularizer: 0.03, dropoutRegularizer: 0.2, initialRate: 0.3);
        Sequential model = Model(layer);
        T[] x = Samples.Numbers<T>(Batch * Features, 3);
        LayerRun<T> run = new(model, Batch, Phase.Inference);
        T[] alone = new LayerRun<T>(Model(dense), Batch, Phase.Inference).Forward(x)[0];
        Assert.That(run.Forward(x)[0], Is.EqualTo(alone));

        double squares = dense.Kernel!.Values<T>().ToArray().Sum(w => double.CreateChecked(w * w));
        double expected = (0.03 * squares / 0.7) + (0.2 * Features * ((0.3 * Math.Log(0.3)) + (0.7 * Math.Log(0.7))));
        Assert.That(run.Run.Penalty, Is.EqualTo(expected).Within(1e-5 * Math.Abs(expected)));
        Assert.That(layer.Rate, Is.EqualTo(0.3).Within(1e-6));
        run.Run.Phase = Phase.Training;
        Assert.That(run.Forward(x)[0], Is.Not.EqualTo(alone));
        Assert.That(run.Run.Penalty, Is.EqualTo(expected).Within(1e-5 * Math.Abs(expected)));
    }

    private static Precision PrecisionOfT => typeof(T) == typeof(float) ? Precision.Single : Precision.Double;

    private static Sequential Model(Layer layer) => new(new Input(Features), layer) { Precision = PrecisionOfT };
}
