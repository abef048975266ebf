using Engine.Activations;
using Engine.Checking;
using Engine.Data;
using Engine.Examples;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;

namespace Engine.Tests.Checking;

/// <summary>People's own layers: everything that the contract offers, each kept by a layer that uses it.</summary>
public class OwnLayerTests
{
    private static readonly ActivationFunction[] Activations =
    [
        ActivationFunction.Linear, ActivationFunction.ReLU, ActivationFunction.Tanh, ActivationFunction.GELU, ActivationFunction.SiLU,
        ActivationFunction.Softmax, ActivationFunction.LeakyReLU(0.3),
    ];

    private static IEnumerable<TestCaseData> Layers
    {
        get
        {
            yield return Case("CustomDropout", () => new CustomDropout(0.5), [20]);
            yield return Case("CustomDropout", () => new CustomDropout(0.3), [7, 3]);
            yield return Case("Cube", () => new Cube(), [7]);
            yield return Case("Cube", () => new Cube(), [5, 3]);
            yield return Case("Centering", () => new Centering(), [7]);
            yield return Case("Centering", () => new Centering(), [5, 3]);
            yield return Case("PlusSquare", () => new PlusSquare(), [7]);
            yield return Case("PlusSquare", () => new PlusSquare(), [5, 3]);
            yield return Case("QuarticPenalty", () => new QuarticPenalty(), [7]);
            yield return Case("QuarticPenalty", () => new QuarticPenalty(), [5, 3]);
            yield return Case("TripleAndSquare", () => new TripleAndSquare(), [7]);
            yield return Case("TripleAndSquare", () => new TripleAndSquare(), [5, 3]);
            foreach (ActivationFunction activation in Activations)
            {
                yield return Case($"Residual of Dense with {activation}", () => new Residual(new Dense(7, activation)), [7]);
                yield return Case($"PerStep of Dense with {activation}", () => new PerStep(new Dense(5, activation)), [3, 7]);
            }

            yield return Case("Twice a Dense", () => new Twice(new Dense(7, ActivationFunction.Tanh)), [7]);
            yield return Case("Twice a Dropout", () => new Twice(new Dropout(0.4)), [5, 3]);
            yield return Case("Residual of Dropout", () => new Residual(new Dropout(0.4)), [5, 3]);
            yield return Case("Residual of Cube", () => new Residual(new Cube()), [5, 3]);
            yield return Case("Residual of QuarticPenalty", () => new Residual(new QuarticPenalty()), [5, 3]);
            yield return Case("Residual of Centering", () => new Residual(new Centering()), [5, 3]);
            yield return Case("Residual of Flatten", () => new Residual(new Flatten()), [7]);
            yield return Case("PerStep of Dropout", () => new PerStep(new Dropout(0.4)), [5, 3]);
            yield return Case("PerStep of PlusSquare", () => new PerStep(new PlusSquare()), [5, 3]);
            yield return Case(
                "PerStep of Residual of Dense", () => new PerStep(new Residual(new Dense(3, ActivationFunction.Tanh))), [5, 3]);
            yield return Case(
                "Residual of PerStep of Dense", () => new Residual(new PerStep(new Dense(3, ActivationFunction.GELU))), [5, 3]);
            yield return Case(
                "Residual of Residual of Dense", () => new Residual(new Residual(new Dense(7, ActivationFunction.SiLU))), [7]);
        }
    }

    [TestCaseSource(nameof(Layers))]
    public void KeepsItsContract(Func<Layer> make, Shape input) => LayerContract.Verify(make, input);

    [Test]
    public void TheGuidesDropoutPassesTheGradientCheck()
    {
        GradientReport report = GradientCheck.Run(new CustomDropout(0.5), input: [20]);
        Assert.That(report.Passed, report.ToString());
        Assert.That(report.RelativeError, Is.LessThan(1e-8));
        Assert.That(report.Elements, Is.EqualTo(60));
    }

    [Test]
    public void AnOutputThatNothingReadsHasNoGradient([Values(0, 1)] int read)
    {
        Input input = new(7);
        Node output = new Dense(5).Apply(new TripleAndSquare().ApplyMany(new Cube().Apply(input))[read]);
        GradientReport report = GradientCheck.Run(new Model(input, output) { Precision = Precision.Double });
        Assert.That(report.Passed, report.ToString());
    }

    [Test]
    public void ChildrenWithActivationsGiveWhatTheGraphGives([ValueSource(nameof(Activations))] ActivationFunction activation)
    {
        Dense dense = new(7, activation);
        Input input = new(5, 7);
        Node wrapped = new PerStep(dense).Apply(input);
        Model model = new([input], [wrapped, dense.Apply(input)]) { Seed = 3 };
        var outputs = model.Predict([RandomTensor.Normal([3, 5, 7], seed: 1)]);
        Assert.That(outputs[0].ToArray(), Is.EqualTo(outputs[1].ToArray()));
        Assert.That(outputs[0].ToArray(), Has.Some.Not.Zero);
    }

    [Test]
    public void StateMovesInTrainingOnly()
    {
        Centering centering = new();
        Sequential model = new(new Input(2), centering, new Dense(1));
        model.Compile(new SGD(), Loss.MeanSquaredError());
        Dataset data = new(new float[,] { { 1, 10 }, { 3, 30 } }, new float[,] { { 0 }, { 1 } });
        model.Predict(data.Inputs);
        model.Evaluate(data);
        Assert.That(centering.Mean!.Values<float>().ToArray(), Is.EqualTo((float[])[0, 0]));
        model.Fit(data, new FitOptions { Epochs = 1, BatchSize = 2 });
        Assert.That(centering.Mean.Values<float>().ToArray(), Is.EqualTo((float[])[0.2f, 2]).Within(1e-6));
    }

    [Test]
    public void AFrozenWrapperFreezesItsChild()
    {
        Dense dense = new(7, ActivationFunction.Tanh);
        Residual residual = new(dense) { Trainable = false };
        Input input = new(7);
        Model model = new(input, residual.Apply(input)) { Precision = Precision.Double };
        Assert.That(model.TrainableParameters, Is.Empty);
        Assert.That(GradientCheck.Run(model).Elements, Is.EqualTo(21));
        dense.Trainable = true;
        residual.Trainable = true;
        Assert.That(GradientCheck.Run(model).Elements, Is.EqualTo(21 + 49 + 7));
    }

    [Test]
    public void AChildGetsNoMoreSamplesThanWerePlanned()
    {
        Model model = new Sequential(new Input(3, 7), new Unplanned(new Dense(7, ActivationFunction.GELU)));
        Assert.That(() => model.Predict(RandomTensor.Normal([2, 3, 7], seed: 1)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "unplanned (Unplanned): expected to run dense (Dense) on at most 2 samples, as UseOfChild said, got 6. Override UseOfChild."));
    }

    [Test]
    public void AModelIsNoChild()
    {
        Model model = new Sequential(new Input(7), new Residual(new Sequential(new Input(7), new Dense(7))));
        Assert.That(() => model.Predict(RandomTensor.Normal([2, 7], seed: 1)), Throws.TypeOf<NotSupportedException>().With.Message.EqualTo(
            "sequential (Sequential): expected to stand in a graph, got called by a layer around it. Put its layers into the graph instead."));
    }

    [Test]
    public void ChildrenOfChildrenDrawIndependently()
    {
        const ulong Node = 3ul << 32;
        HashSet<ulong> streams = [Node];
        for (int i = 0; i < 20; i++)
        {
            Assert.That(streams.Add(RandomStreams.Child(Node, i)), Is.True, $"child {i}");
            for (int k = 0; k < 20; k++)
            {
                Assert.That(streams.Add(RandomStreams.Child(RandomStreams.Child(Node, i), k)), Is.True, $"child {k} of child {i}");
            }
        }
    }

    [Test]
    public void ValuesKeepTheirMemory()
    {
        ReadOnlySpan<float> values = KernelOfAForgottenModel();
        float[] before = values.ToArray();
        for (int i = 0; i < 20; i++)
        {
            GC.Collect();
            GC.AllocateArray<byte>(1 << 20, pinned: true).AsSpan().Fill(0x55);
        }

        Assert.That(values.ToArray(), Is.EqualTo(before));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static ReadOnlySpan<float> KernelOfAForgottenModel() =>
            new Sequential(new Input(300), new Dense(900)).Layers[1].Parameters[0].Values<float>();
    }

    [Test]
    public void AChildGetsNoValuesOfAnotherShape()
    {
        Model model = new Sequential(new Input(7), new Truncating());
        Assert.That(() => model.Predict(RandomTensor.Normal([2, 7], seed: 1)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "dropout (Dropout): expected 2 samples of [7] from the layer around it, got 12 values."));
    }

    private static TestCaseData Case(string name, Func<Layer> make, Shape input) =>
        new TestCaseData(make, input).SetArgDisplayNames(name, input.ToString());

    /// <summary>Runs its child on every step, but does not say so in UseOfChild.</summary>
    private sealed class Unplanned(Layer child) : SimpleLayer
    {
        public override IReadOnlyList<Layer> Children { get; } = [child];

        public override ChildUse UseOfChild(int child, ReadOnlySpan<Shape> inputs, int batch) => new([[inputs[0][1]]], batch);

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) =>
            pass.Forward(0, x, y, pass.Batch * pass.InputShape()[0]);

        public override void Backward<T>(
            ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            pass.Backward(0, x, y, dy, dx, pass.Batch * pass.InputShape()[0]);

        protected override Shape Build(Shape input, ParameterFactory parameters) =>
            [input[0], BuildChild(child, [input[1]])[0][0]];
    }

    /// <summary>Hands too little to its child.</summary>
    private sealed class Truncating : SimpleLayer
    {
        public override IReadOnlyList<Layer> Children { get; } = [new Dropout(0.5)];

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) =>
            pass.Forward(0, x[..^pass.Batch], y[..^pass.Batch], pass.Batch);

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            dy.CopyTo(dx);

        protected override Shape Build(Shape input, ParameterFactory parameters)
        {
            BuildChild(Children[0], input);
            return input;
        }
    }
}
