using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

public class BidirectionalTests
{
    private const int Steps = 5, Features = 3;

    // Forwards and backwards by two layers of their own, with the same weights.
    [Test]
    public void IsTwoLayersAndTheirMerging([Values] MergeMode mode, [Values] bool sequences)
    {
        Bidirectional both = new(new LSTM(4, returnSequences: sequences), mode);
        Node input = new Input(Steps, Features);
        Model model = new([input], both.ApplyMany(input)) { Precision = Precision.Double, Seed = 2 };
        Model parts = new([input], [both.Layer.Apply(input), both.BackwardLayer.Apply(input)]) { Precision = Precision.Double };
        Tensor<double> x = Samples.Tensor<double>(1, 2, Steps, Features);
        double[][] y = [.. model.Predict([x]).Select(output => output.ToArray())];
        double[] f = parts.Predict([x])[0].ToArray(), b = parts.Predict([x])[1].ToArray();
        b = sequences ? [.. b.Chunk(4 * Steps).SelectMany(sample => sample.Chunk(4).Reverse().SelectMany(row => row))] : b;
        double[][] expected = mode switch
        {
            MergeMode.Concatenate => [[.. f.Chunk(4).Zip(b.Chunk(4), (left, right) => left.Concat(right)).SelectMany(row => row)]],
            MergeMode.Sum => [[.. f.Zip(b, (left, right) => left + right)]],
            MergeMode.Multiply => [[.. f.Zip(b, (left, right) => left * right)]],
            MergeMode.Average => [[.. f.Zip(b, (left, right) => (left + right) / 2)]],
            _ => [f, b],
        };
        Assert.That(y, Is.EqualTo(expected));
        Assert.That(both.Layer.Parameters[0].Values<double>().ToArray(), Is.Not.EqualTo(both.BackwardLayer.Parameters[0].Values<double>().ToArray()));
    }

    // The last step is the first to be read backwards: only there does the backward state know of that step alone.
    [Test]
    public void TheBackwardLayerBeginsAtTheEnd()
    {
        Bidirectional both = new(new LSTM(2, returnSequences: true), MergeMode.None);
        Node input = new Input(Steps, Features);
        Model model = new([input], both.ApplyMany(input)) { Precision = Precision.Double };
        Tensor<double> x = Samples.Tensor<double>(1, 1, Steps, Features);
        double[][] before = [.. model.Predict([x]).Select(output => output.ToArray())];
        x[0, 0, 0] += 1;
        double[][] after = [.. model.Predict([x]).Select(output => output.ToArray())];
        Assert.That(after[1][2..], Is.EqualTo(before[1][2..]), "backwards: steps before the first do not know it");
        Assert.That(after[1][..2], Is.Not.EqualTo(before[1][..2]));
        Assert.That(after[0][^2..], Is.Not.EqualTo(before[0][^2..]), "forwards: the last step knows the first");
    }

    // Whatever is behind it sees zeros at the steps that do not count, and the mask at its place.
    [Test]
    public void StepsThatDoNotCountAreZerosInBothDirections([Values] MergeMode mode, [Values] bool ownBackwardLayer)
    {
        Node input = new Input(Steps, Features);
        Bidirectional both = new(
            new LSTM(4, returnSequences: true), mode,
            ownBackwardLayer ? new GRU(4, returnSequences: true, goBackwards: true) : null);
        Node[] outputs = [.. both.ApplyMany(new Masking().Apply(input))];
        Model model = new([input], [.. outputs, .. outputs.Select(output => new MaskProbe().Apply(output))]);
        float[] values = Samples.Numbers<float>(2 * Steps * Features, 1);
        values.AsSpan(0, 2 * Features).Clear();
        values.AsSpan(8 * Features).Clear();
        Tensor<float> x = Tensor.Create(values, [2, Steps, Features]);
        float[][] y = [.. model.Predict([x]).Select(output => output.ToArray())];
        foreach (float[] sequences in y[..outputs.Length])
        {
            Assert.That(
                sequences.Chunk(sequences.Length / (2 * Steps)).Select(step => step.Contains(0f)),
                Is.EqualTo((bool[])[true, true, false, false, false, false, false, false, true, true]));
        }

        foreach (float[] mask in y[outputs.Length..])
        {
            Assert.That(mask, Is.EqualTo((float[])[0, 0, 1, 1, 1, 1, 1, 1, 0, 0]));
        }
    }

    [Test]
    public void GivesTheStatesOfBothDirections()
    {
        Bidirectional both = new(new LSTM(2, returnState: true));
        IReadOnlyList<Node> outputs = both.ApplyMany(new Input(Steps, Features));
        Assert.That(outputs.Select(output => output.Shape), Is.EqualTo(new Shape[] { Shape.Create(4), Shape.Create(2), Shape.Create(2), Shape.Create(2), Shape.Create(2) }));
        Node x = new Input(Steps, Features), h = new Input(2), c = new Input(2);
        Assert.That(new Bidirectional(new LSTM(2)).Apply(x, h, c, h, c).Shape, Is.EqualTo(Shape.Create(4)));
        Assert.That(() => new Bidirectional(new LSTM(2)).Apply(x, h), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "bidirectional (Bidirectional): expected a sequence, and as many initial states for each direction, got 2 inputs."));
    }

    // Against one that is given the states, forward ones first.
    [Test]
    public void AStatefulOneGoesOnInBothDirectionsUntilItIsReset()
    {
        const int Batch = 2;
        Bidirectional remembers = new(new LSTM(4, stateful: true, batch: Batch)), given = new(new LSTM(4, returnState: true));
        Sequential stateful = new(new Input(Steps, Features), remembers) { Precision = Precision.Double, Seed = 2 };
        Node[] inputs = [new Input(Steps, Features).Output, .. Enumerable.Range(0, 4).Select(_ => new Input(4).Output)];
        Model model = new(inputs, given.ApplyMany(inputs)) { Precision = Precision.Double, Seed = 2 };
        stateful.EnsureInitialized();
        model.EnsureInitialized();
        foreach ((Layer from, Layer to) in remembers.Children.Zip(given.Children))
        {
            foreach ((Parameter source, Parameter target) in from.Parameters.Where(parameter => parameter.Trains).Zip(to.Parameters))
            {
                target.SetValues(source.Values<double>());
            }
        }

        Tensor<double> first = Samples.Tensor<double>(1, Batch, Steps, Features), second = Samples.Tensor<double>(2, Batch, Steps, Features);
        Tensor<double> zeros = Tensor.Create(new double[Batch * 4], [Batch, 4]);
        double[] Predict(Tensor<double> x) => stateful.Predict(x, new PredictOptions { BatchSize = Batch }).ToArray();
        Tensor<double>[] begun = [.. model.Predict([first, zeros, zeros, zeros, zeros])];
        double[] goneOn = model.Predict([second, .. begun[1..]])[0].ToArray();
        Assert.That(Predict(first), Is.EqualTo(begun[0].ToArray()).Within(1e-15));
        Assert.That(Predict(second), Is.EqualTo(goneOn).Within(1e-15));
        Assert.That(Predict(first), Is.Not.EqualTo(begun[0].ToArray()).Within(1e-3), "it remembers");
        stateful.ResetStates();
        Assert.That(Predict(first), Is.EqualTo(begun[0].ToArray()).Within(1e-15));
    }

    [Test]
    public void TakesALayerOfItsOwnForTheWayBack()
    {
        Bidirectional both = new(new LSTM(3), backwardLayer: new GRU(3, goBackwards: true));
        Assert.That(both.Apply(new Input(Steps, Features)).Shape, Is.EqualTo(Shape.Create(6)));
        Assert.That(new[] { both.Layer.Name, both.BackwardLayer.Name }, Is.EqualTo(new[] { "forward_lstm", "backward_gru" }));
        Assert.That(
            () => new Bidirectional(new LSTM(3), backwardLayer: new GRU(4, goBackwards: true)).Apply(new Input(Steps, Features)),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "Bidirectional: expected both directions to give [n, 3], got [n, 4] backwards. Give the backwardLayer the same units."));
    }

    [Test]
    public void RefusesWhatHasNoDirection()
    {
        Assert.That(() => new Bidirectional(new Dense(3)), Throws.ArgumentException.With.Message.StartsWith(
            "Bidirectional: expected a recurrent layer that reads forwards, got Dense, which has no direction."));
        Assert.That(() => new Bidirectional(new LSTM(3, goBackwards: true)), Throws.ArgumentException.With.Message.StartsWith(
            "Bidirectional: expected a recurrent layer that reads forwards, got LSTM with goBackwards."));
        Assert.That(() => new Bidirectional(new LSTM(3), backwardLayer: new LSTM(3)), Throws.ArgumentException.With.Message.StartsWith(
            "Bidirectional: expected a backwardLayer with goBackwards, got LSTM without."));
        Assert.That(
            () => new Bidirectional(new LSTM(3, returnState: true), backwardLayer: new LSTM(3, goBackwards: true)),
            Throws.ArgumentException.With.Message.StartsWith(
                "Bidirectional: expected the same returnState of both layers, got true forwards and false backwards."));
        Assert.That(() => new Bidirectional(new LSTM(3), (MergeMode)9), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Bidirectional: expected a merge mode, got 9."));
        Assert.That(() => new Bidirectional(new Reader()), Throws.ArgumentException.With.Message.StartsWith(
            "Bidirectional: expected a backwardLayer beside a layer of one's own, Reader, got none."));
    }

    [Test]
    public void RefusesToBeRunByAnotherLayer()
    {
        Sequential model = new(new Input(2, Steps, Features), new TimeDistributed(new Bidirectional(new LSTM(3))));
        Assert.That(() => model.Predict(Samples.Tensor<float>(1, 1, 2, Steps, Features)), Throws.TypeOf<NotSupportedException>().With.Message.EqualTo(
            "bidirectional (Bidirectional): expected to stand in a model, got another layer around it. Put it into the model itself."));
    }

    /// <summary>Says that it reads forwards.</summary>
    private sealed class Reader : SimpleLayer
    {
        public override void Describe(ConfigurationWriter writer) => writer.Write("go_backwards", false);

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => x.CopyTo(y);

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            dy.CopyTo(dx);

        protected override Shape Build(Shape input, ParameterFactory parameters) => input;
    }

    /// <summary>Gives the mask of its input.</summary>
    private sealed class MaskProbe : SimpleLayer
    {
        public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Drop;

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => pass.Mask().CopyTo(y);

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            dx.Clear();

        protected override Shape Build(Shape input, ParameterFactory parameters) => [input[0]];
    }
}
