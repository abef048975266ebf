using System.Numerics.Tensors;
using Engine.Checking;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Tests.Models;
using Engine.Uncertainty;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Layers;

/// <summary>Attention seen from outside: exact values, masks, and what is drawn.</summary>
public class AttentionTests
{
    private const int Batch = 3, Queries = 4, Steps = 6;

    private static readonly Func<Layer>[] Layers =
    [
        () => new Attention(useScale: true), () => new Attention(dropout: 0.4, useCausalMask: true), () => new AdditiveAttention(),
        () => new MultiHeadAttention(2, 3, 4), () => new MultiHeadAttention(2, 3, dropout: 0.4, useCausalMask: true),
    ];

    [Test]
    public void AttentionIsTheSoftmaxOfProducts([Values] bool causal)
    {
        double[] q = Samples.Numbers<double>(Batch * Queries * 3, 1), v = Samples.Numbers<double>(Batch * Steps * 5, 2);
        double[] k = Samples.Numbers<double>(Batch * Steps * 3, 3), m = Marks(Steps);
        double[] y = Predict(new Attention(useCausalMask: causal), q, v, k, [], m);
        Assert.That(y, Is.EqualTo(Naive(q, k, v, 3, 5, (a, b) => a.Zip(b, (s, t) => s * t).Sum(), m, causal)).Within(1e-13));
    }

    [Test]
    public void AdditiveAttentionIsTheSoftmaxOfSumsOfTanh()
    {
        double[] q = Samples.Numbers<double>(Batch * Queries * 3, 1), v = Samples.Numbers<double>(Batch * Steps * 5, 2);
        double[] k = Samples.Numbers<double>(Batch * Steps * 3, 3), m = Marks(Steps);
        double[] y = Predict(new AdditiveAttention(useScale: false), q, v, k, [], m);
        Assert.That(
            y, Is.EqualTo(Naive(q, k, v, 3, 5, (a, b) => a.Zip(b, (s, t) => Math.Tanh(s + t)).Sum(), m, false)).Within(1e-13));
    }

    // Equation 1 of Vaswani et al. on projections by plain loops, two heads, kernels in Keras's order.
    [Test]
    public void MultiHeadAttentionIsItsDefinition([Values] bool causal)
    {
        const int Heads = 2, KeyDim = 3, ValueDim = 4, Width = 5;
        double[] q = Samples.Numbers<double>(Batch * Queries * Width, 1), v = Samples.Numbers<double>(Batch * Steps * 2, 2);
        double[] k = Samples.Numbers<double>(Batch * Steps * 3, 3), m = Marks(Steps);
        MultiHeadAttention layer = new(Heads, KeyDim, ValueDim, useCausalMask: causal, biasInitializer: Initializer.RandomNormal(0.5));
        double[] y = Predict(layer, q, v, k, [], m);
        double[][] w = [.. layer.Parameters.Select(parameter => parameter.Values<double>().ToArray())];
        Assert.That(layer.Parameters.Select(parameter => $"{parameter.Name} {parameter.Shape}"), Is.EqualTo(new[]
        {
            "query_kernel [5, 2, 3]", "query_bias [2, 3]", "key_kernel [3, 2, 3]", "key_bias [2, 3]", "value_kernel [2, 2, 4]",
            "value_bias [2, 4]", "output_kernel [2, 4, 5]", "output_bias [5]",
        }));
        double[] expected = [.. Enumerable.Range(0, Batch * Queries).SelectMany(_ => w[7])];
        for (int head = 0; head < Heads; head++)
        {
            double[] found = Naive(
                Project(q, w[0], w[1], Width, head, KeyDim), Project(k, w[2], w[3], 3, head, KeyDim),
                Project(v, w[4], w[5], 2, head, ValueDim), KeyDim, ValueDim,
                (a, b) => a.Zip(b, (s, t) => s * t).Sum() / Math.Sqrt(KeyDim), m, causal);
            for (int row = 0; row < Batch * Queries; row++)
            {
                for (int d = 0; d < ValueDim; d++)
                {
                    for (int o = 0; o < Width; o++)
                    {
                        expected[(row * Width) + o] += found[(row * ValueDim) + d] * w[6][(((head * ValueDim) + d) * Width) + o];
                    }
                }
            }
        }

        Assert.That(y, Is.EqualTo(expected).Within(1e-13));

        double[] Project(double[] x, double[] kernel, double[] bias, int width, int head, int dim) =>
        [
            .. x.Chunk(width).SelectMany(row => Enumerable.Range(0, dim).Select(d => bias[(head * dim) + d]
                + row.Select((value, c) => value * kernel[(((c * Heads) + head) * dim) + d]).Sum())),
        ];
    }

    // Queries and values are padded in front and behind, one value in the middle is masked, one sample has no value at all.
    [TestCaseSource(nameof(Layers))]
    public void GradientsHoldUnderMasks(Func<Layer> make)
    {
        Node query = new Input(Queries, 3), value = new Input(Steps, 3), queryMarks = new Input(Queries), valueMarks = new Input(Steps);
        Node masked = new MaskBy().Apply(value, valueMarks);
        Node output = make().Apply(new MaskBy().Apply(query, queryMarks), masked, new Dense(3, Tanh).Apply(masked));
        Model model = new([query, value, queryMarks, valueMarks], [output]) { Precision = Precision.Double };
        GradientCheck.Run(model, new GradientCheckOptions
        {
            Batch = Batch,
            AllowTrivial = true,        // the marks have no gradient
            FillInput = (index, attempt, values) => (index switch
            {
                2 => Marks(Queries),
                3 => Marks(Steps),
                _ => Samples.Numbers<double>(values.Length, (ulong)(index + (10 * attempt))),
            }).CopyTo(values),
        }).ThrowIfFailed();
    }

    [TestCaseSource(nameof(Layers))]
    public void PaddingChangesNothing(Func<Layer> make)
    {
        const int Length = 3;
        double[] x = Samples.Numbers<double>(Length * 3, 4);
        double[] alone = SelfAttention(make(), x, Length, 0);
        double[] padded = SelfAttention(make(), x, Length, 5);
        Assert.That(padded[..(Length * 3)], Is.EqualTo(alone).Within(1e-14));
    }

    [Test]
    public void ACausalQuerySeesNothingOfWhatComesLater()
    {
        double[] x = Samples.Numbers<double>(Steps * 3, 5);
        MultiHeadAttention layer = new(2, 3, useCausalMask: true);
        Sequential model = new(new Input(Steps, 3), layer) { Precision = Precision.Double, Seed = 2 };
        double[] before = model.Predict(Tensor.Create(x, [1, Steps, 3])).ToArray();
        x[^1] += 1;
        double[] after = model.Predict(Tensor.Create(x, [1, Steps, 3])).ToArray();
        Assert.That(after[..^3], Is.EqualTo(before[..^3]));
        Assert.That(after[^3..], Is.Not.EqualTo(before[^3..]));
    }

    // With values of one, a query's output is the sum of its weights: 1 without dropout, 1 on average with it.
    [Test]
    public void DropoutActsOnTheWeights()
    {
        const int Many = 64;
        double[] ones = [.. Enumerable.Repeat(1.0, Many * Many)];
        LayerRun<double> run = new(
            new Sequential(new Input(Many, 1), new Attention(dropout: 0.5)) { Precision = Precision.Double }, Many);
        double[] y = run.Forward(ones)[0];
        Assert.That(y.Distinct().Count(), Is.GreaterThan(5));

        // 4096 sums, each of variance 1/64: their mean deviates by 0.002; 0.01 is five deviations.
        Assert.That(y.Average(), Is.EqualTo(1).Within(0.01));
        run.Run.Phase = Phase.Inference;
        Assert.That(run.Forward(ones)[0], Is.All.EqualTo(1).Within(1e-14));
    }

    // Each sample's weights are dropped by its own key, whatever stands beside it in the batch.
    [Test]
    public void MonteCarloSamplesDoNotDependOnTheBatch([Values] bool additive)
    {
        Sequential model = new(
            new Input(Steps, 3),
            additive ? new AdditiveAttention(dropout: 0.4) : new MultiHeadAttention(2, 3, dropout: 0.4),
            new Flatten(),
            new Dense(2))
        {
            Seed = 1,
        };
        Tensor<float> x = Samples.Tensor<float>(2, 5, Steps, 3);
        float[] together = model.PredictMonteCarlo(x, 8, seed: 3).Mean.ToArray();
        float[] alone = model.PredictMonteCarlo(x, 8, seed: 3, new MonteCarloOptions { BatchSize = 1 }).Mean.ToArray();
        Assert.That(alone, Is.EqualTo(together).Within(1e-6f));
        Assert.That(model.PredictMonteCarlo(x, 8, seed: 4).Mean.ToArray(), Is.Not.EqualTo(together).Within(1e-6f));
    }

    [Test]
    public void ATrainingStepAllocatesNothing()
    {
        Sequential model = new(
            new Input(Steps), new Embedding(9, 8, maskZero: true), new MultiHeadAttention(2, 4, dropout: 0.2), new Flatten(), new Dense(2));
        model.Compile(new SGD(), Loss.MeanSquaredError());
        Tensor<float> x = Tensor.Create([.. Enumerable.Range(0, 4 * Steps).Select(i => (float)(i % 7))], [4, Steps]);
        Tensor<float> y = Samples.Tensor<float>(1, 4, 2);
        long least = long.MaxValue;
        for (int i = 0; i < 12; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            model.TrainOnBatch(x.AsReadOnlyTensorSpan(), y.AsReadOnlyTensorSpan());
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.That(least, Is.Zero);
    }

    [Test]
    public void RefusesWhatMakesNoSense()
    {
        Assert.That(() => new MultiHeadAttention(0, 3), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "MultiHeadAttention: expected numHeads of at least 1, got 0."));
        Assert.That(() => new MultiHeadAttention(2, 3, outputDim: 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "MultiHeadAttention: expected outputDim of at least 1, got 0."));
        Assert.That(() => new Attention(dropout: 1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Attention: expected a dropout from 0 to below 1, the share that is dropped, got 1."));
        Node x = new Input(4, 3);
        Assert.That(() => new Attention().Apply(x, x, x, x), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "attention (Attention): expected query, value and key, one to three inputs, got 4."));
        Assert.That(() => new MultiHeadAttention(1, 2).Apply(new Input(3)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "multi_head_attention (MultiHeadAttention): expected input [n, steps, features], got [n, 3]. "
            + "Query, value and key are sequences of vectors."));
    }

    // The first sample counts as a whole; the second is padded on both sides with a hole; of the third nothing counts.
    private static double[] Marks(int steps) =>
    [
        .. Enumerable.Range(0, Batch * steps).Select(i => i < steps
            || (i < 2 * steps && i % steps > 0 && i % steps < steps - 1 && i % steps != 2) ? 1.0 : -1),
    ];

    private static double[] Predict(Layer layer, double[] q, double[] v, double[] k, double[] queryMarks, double[] valueMarks)
    {
        Node query = new Input(Queries, q.Length / Batch / Queries), value = new Input(Steps, v.Length / Batch / Steps);
        Node key = new Input(Steps, k.Length / Batch / Steps), marks = new Input(Steps);
        Model model = new([query, value, key, marks], [layer.Apply(query, new MaskBy().Apply(value, marks), key)])
        {
            Precision = Precision.Double,
            Seed = 3,
        };
        Tensor<double>[] inputs =
        [
            .. new[] { (q, Queries), (v, Steps), (k, Steps) }.Select(x => Tensor.Create(x.Item1, [Batch, x.Item2, x.Item1.Length / Batch / x.Item2])),
            Tensor.Create(valueMarks, [Batch, Steps]),
        ];
        return model.Predict(inputs)[0].ToArray();
    }

    private static double[] SelfAttention(Layer layer, double[] x, int length, int padding)
    {
        Node input = new Input(length + padding, 3), marks = new Input(length + padding);
        Model model = new([input, marks], [layer.Apply(new MaskBy().Apply(input, marks))]) { Precision = Precision.Double, Seed = 6 };
        double[] padded = [.. x, .. Samples.Numbers<double>((padding * 3) + 1, 9)[1..]];
        double[] valid = [.. Enumerable.Range(0, length + padding).Select(i => i < length ? 1.0 : -1)];
        return model.Predict([Tensor.Create(padded, [1, length + padding, 3]), Tensor.Create(valid, [1, length + padding])])[0].ToArray();
    }

    private static double[] Naive(
        double[] q, double[] k, double[] v, int width, int valueWidth, Func<double[], double[], double> score, double[] marks, bool causal)
    {
        double[] y = new double[Batch * Queries * valueWidth];
        for (int row = 0; row < Batch * Queries; row++)
        {
            int sample = row / Queries, query = row % Queries;
            double[] weights = [.. Enumerable.Range(0, Steps).Select(step =>
                marks[(sample * Steps) + step] > 0 && (!causal || step <= query)
                    ? Math.Exp(score(q[(row * width)..((row + 1) * width)], k[(((sample * Steps) + step) * width)..][..width])) : 0)];
            for (int i = 0; i < valueWidth && weights.Sum() > 0; i++)
            {
                y[(row * valueWidth) + i] =
                    weights.Select((w, step) => w / weights.Sum() * v[(((sample * Steps) + step) * valueWidth) + i]).Sum();
            }
        }

        return y;
    }
}
