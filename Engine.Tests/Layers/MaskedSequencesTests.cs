using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Tests.Models;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Layers;

/// <summary>Words of different lengths in one padded batch against the same words one by one: the same, whichever side is padded.</summary>
public class MaskedSequencesTests
{
    private const int Words = 7, Letters = 6;

    private static readonly int[][] s_words = [[1, 2, 3], [4], [5, 1, 5, 2, 3, 1], [2, 2], [3, 4, 1, 1, 5], [5, 5, 5, 5], [1, 3]];

    private static readonly Func<Layer>[] Readers =
    [
        () => new LSTM(4), () => new GRU(4), () => new SimpleRNN(4), () => new Bidirectional(new LSTM(2)),
        () => new Bidirectional(new GRU(4), MergeMode.Sum), () => new LSTM(4, goBackwards: true),
    ];

    [TestCaseSource(nameof(Readers))]
    public void PredictionsAreThoseOfTheWordsAlone(Func<Layer> make)
    {
        foreach (SequenceSide side in Enum.GetValues<SequenceSide>())
        {
            Chain chain = new(make());
            double[] together = chain.Of(9).Predict<double>(Sequences.Pad(s_words, 9, side)).ToArray();
            double[] alone = [.. s_words.SelectMany(word => chain.Of(word.Length).Predict<double>(Sequences.Pad([word])).ToArray())];
            Assert.That(together, Is.EqualTo(alone).Within(1e-14), $"padded {side}");
        }
    }

    // What goes backwards gives its outputs and their mask in reverse: the layer behind must know which steps to leave out.
    [Test]
    public void AMaskIsTurnedRoundWithItsSequence([Values] SequenceSide side, [Values] bool zeros)
    {
        LSTM first = new(4, returnSequences: true, goBackwards: true, zeroOutputForMask: zeros);
        GRU second = new(3);
        Model Of(int length)
        {
            Node input = new Input(length, 1);
            return new Model(input, second.Apply(first.Apply(new Masking().Apply(input)))) { Precision = Precision.Double, Seed = 4 };
        }

        double[] Predict(int[][] words, int length) => Of(length).Predict(
            Tensor.Create([.. Sequences.Pad(words, length, side).Select(index => (double)index)], [words.Length, length, 1])).ToArray();
        Assert.That(Predict(s_words, 9), Is.EqualTo(s_words.SelectMany(word => Predict([word], word.Length))).Within(1e-14));
    }

    // A step of gradient descent on the batch is the mean of those on each word alone.
    [TestCaseSource(nameof(Readers))]
    public void AStepIsTheMeanOfTheStepsOfTheWordsAlone(Func<Layer> make)
    {
        Chain chain = new(make());
        double[] targets = Samples.Numbers<double>(Words * 2, 3);
        Model model = chain.Of(8);
        double[] before = Samples.Weights<double>(model);
        double[] expected = new double[before.Length];
        for (int i = 0; i < Words; i++)
        {
            Step(chain.Of(s_words[i].Length), [s_words[i]], targets[(2 * i)..(2 * (i + 1))]);
            double[] after = Samples.Weights<double>(model);
            expected = [.. expected.Select((sum, j) => sum + ((after[j] - before[j]) / Words))];
            Restore(model, before);
        }

        Step(model, s_words, targets);
        Assert.That(Samples.Weights<double>(model).Zip(before, (a, b) => a - b), Is.EqualTo(expected).Within(1e-14));
    }

    private static IEnumerable<TestCaseData> Networks
    {
        get
        {
            yield return Of("LSTM", x => new LSTM(4).Apply(x));
            yield return Of("LSTM with dropout", x => new LSTM(4, dropout: 0.2, recurrentDropout: 0.2).Apply(x));
            yield return Of("GRU", x => new GRU(4, recurrentDropout: 0.2).Apply(x));
            yield return Of("SimpleRNN", x => new SimpleRNN(4).Apply(x));
            yield return Of("LayerNormalizedLSTM", x => new LayerNormalizedLSTM(4, zoneout: 0.2).Apply(x));
            yield return Of("Bidirectional", x => new Bidirectional(new LSTM(4, dropout: 0.2, recurrentDropout: 0.2)).Apply(x));
            yield return Of("MultiHeadAttention", x => new GlobalAveragePooling1D().Apply(new MultiHeadAttention(2, 3).Apply(x, x)));

            static TestCaseData Of(string name, Func<Node, Node> read) => new TestCaseData(read).SetArgDisplayNames(name);
        }
    }

    // From a model's second step on, each with lengths that were not there before, 0 to 9. Three models, each of which meets them for
    // the first time: what lengths allocate they allocate in all three. One would not do: once a process 12 KB are allocated on this
    // thread, at times within the first or the second step of all, at times before.
    [TestCaseSource(nameof(Networks))]
    public void StepsOfAnyLengthsAllocateNothing(Func<Node, Node> read)
    {
        FitOptions options = new() { DegreeOfParallelism = 1 };
        Tensor<float> y = Samples.Tensor<float>(1, Words, 2);
        Tensor<float>[] batches =
        [
            .. Enumerable.Range(1, 6).Select(batch => Tensor.Create(
                [
                    .. Sequences.Pad(
                        Enumerable.Range(0, Words).Select(word => Enumerable.Repeat(1 + (word % 5), ((word * batch) + batch) % 10).ToArray()), 9)
                        .Select(index => (float)index),
                ],
                [Words, 9])),
        ];
        long[] allocated = [.. batches.Select(_ => long.MaxValue)];
        for (int m = 0; m < 3; m++)
        {
            Node input = new Input(9);
            Model model = new(input, new Dense(2).Apply(read(new Embedding(Letters, 4, maskZero: true).Apply(input))));
            model.Compile(new SGD(), Loss.MeanSquaredError());
            for (int i = 0; i < batches.Length; i++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                model.TrainOnBatch(batches[i].AsReadOnlyTensorSpan(), y.AsReadOnlyTensorSpan(), options);
                allocated[i] = Math.Min(allocated[i], GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }

        Assert.That(allocated[0], Is.GreaterThan(0), "the plan");
        Assert.That(allocated[1..], Is.All.Zero);
    }

    // Whether letter 1 comes anywhere: the network has to remember it to the end of words of 1 to 12 letters.
    [Test]
    public void LearnsFromWordsOfDifferentLengths()
    {
        Random random = new(5);
        int[][] words = [.. Enumerable.Range(0, 600).Select(_ => Enumerable.Range(0, random.Next(1, 13)).Select(_ => random.Next(1, 13)).ToArray())];
        float[] labels = [.. words.Select(word => word.Contains(1) ? 1f : 0)];
        Sequential model = new(
            new Input(12), new Embedding(13, 8, maskZero: true), new LSTM(16), new Dense(1, Sigmoid))
        { Seed = 1 };
        model.Compile(new Adam(0.01), Loss.BinaryCrossentropy(), Metric.BinaryAccuracy());
        Dataset data = new(Sequences.Pad(words, 12, SequenceSide.Post), labels);
        (Dataset train, Dataset test) = data.Split(0.8);
        model.Fit(train, new FitOptions { Epochs = 25, Seed = 2, SequenceLengths = Sequences.Lengths(words[..train.Count]) });
        Assert.That(model.Evaluate(test)["binary_accuracy"], Is.AtLeast(0.95));
    }

    private static void Step(Model model, int[][] words, double[] targets)
    {
        double[] x = [.. Sequences.Pad(words, model.Input.Shape[0]).Select(index => (double)index)];
        Tensor<double> inputs = Tensor.Create(x, [words.Length, model.Input.Shape[0]]);
        model.TrainOnBatch(inputs.AsReadOnlyTensorSpan(), Tensor.Create(targets, [words.Length, 2]).AsReadOnlyTensorSpan());
    }

    private static void Restore(Model model, double[] weights)
    {
        int start = 0;
        foreach (Parameter parameter in model.Parameters)
        {
            parameter.SetValues<double>(weights.AsSpan(start, parameter.Shape.Size));
            start += parameter.Shape.Size;
        }
    }

    /// <summary>Embedding, reader and output, in models for words of any length that share their weights.</summary>
    private sealed class Chain(Layer reader)
    {
        private readonly Embedding _embedding = new(Letters, 3, maskZero: true);
        private readonly Dense _dense = new(2, Tanh);

        public Model Of(int length)
        {
            Node input = new Input(length);
            Model model = new(input, _dense.Apply(reader.Apply(_embedding.Apply(input)))) { Precision = Precision.Double, Seed = 4 };
            model.Compile(new SGD(0.1), Loss.MeanSquaredError());
            return model;
        }
    }
}
