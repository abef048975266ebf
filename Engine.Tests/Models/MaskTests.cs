using System.Numerics.Tensors;
using Engine.Checking;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

/// <summary>Masks of steps on their way through a graph: who makes them, keeps them, drops them and reads them.</summary>
public class MaskTests
{
    private const int Steps = 4, Features = 3;

    // Steps 1 and 3 of the first sample count, steps 0, 1 and 2 of the second.
    private static readonly float[] s_mask = [0, 1, 0, 1, 1, 1, 1, 0];

    private static Tensor<float> Samples
    {
        get
        {
            float[] x = new float[2 * Steps * Features];
            for (int i = 0; i < x.Length; i++)
            {
                x[i] = i % Features == 0 && s_mask[i / Features] == 0 ? -1 : (i * 7 % 5) + 1;
            }

            return Tensor.Create(x, [2, Steps, Features]);
        }
    }

    [Test]
    public void LayersThatLeaveStepsAloneKeepTheMask() => Assert.That(
        MaskAfter(new Dense(5, Tanh), new Dropout(0.5), new Activation(ReLU), new SpatialDropout1D(0.1), new LayerNormalization()),
        Is.EqualTo(s_mask));

    [Test]
    public void LayersThatMixStepsDropTheMask()
    {
        Assert.That(MaskAfter(new Conv1D(Features, 1)), Is.All.EqualTo(-1));
        Assert.That(MaskAfter(new AveragePooling1D(1)), Is.All.EqualTo(-1));
        Assert.That(MaskAfter(new Reshape(Steps, Features)), Is.All.EqualTo(-1));
    }

    [Test]
    public void AModelInsideAModelHandsTheMaskOn()
    {
        Sequential inner = new(new Input(Steps, Features), new Dense(2));
        Assert.That(MaskAfter(inner), Is.EqualTo(s_mask));
    }

    [Test]
    public void ASumHasTheStepsOfAnyAndAConcatenationThoseOfAll()
    {
        Node input = new Input(Steps, Features);
        Node left = new PositiveSteps().Apply(input);
        Node right = new PositiveSteps(channel: 1, above: 2.5f).Apply(input);
        bool[] both = [.. Enumerable.Range(0, 2 * Steps).Select(i => s_mask[i] == 1 && Samples.ToArray()[(i * Features) + 1] > 2.5f)];
        bool[] any = [.. Enumerable.Range(0, 2 * Steps).Select(i => s_mask[i] == 1 || Samples.ToArray()[(i * Features) + 1] > 2.5f)];
        Assert.That(both, Is.Not.EqualTo(any));
        Assert.That(Read(input, new Add().Apply(left, right)), Is.EqualTo(any.Select(step => step ? 1f : 0)));
        Assert.That(Read(input, new Concatenate().Apply(left, right)), Is.EqualTo(both.Select(step => step ? 1f : 0)));
        Assert.That(Read(input, new Concatenate().Apply(left, input)), Is.EqualTo(s_mask), "what has no mask counts everywhere");
        Assert.That(Read(input, new Add().Apply(left, input)), Is.All.EqualTo(-1), "a sum with what has no mask");
        float[] joined = Read(input, new Concatenate(axis: 1).Apply(input, left));
        Assert.That(joined[..(2 * Steps)], Is.EqualTo((float[])[1, 1, 1, 1, .. s_mask[..Steps]]));
        Assert.That(joined[(2 * Steps)..], Is.EqualTo((float[])[1, 1, 1, 1, .. s_mask[Steps..]]));
    }

    [Test]
    public void GradientsFlowThroughALayerThatReadsTheMaskInBackward()
    {
        Node input = new Input(Steps, Features);
        Node output = new MaskedMean().Apply(new Dense(5, Tanh).Apply(new PositiveSteps().Apply(input)));
        GradientCheck.Run(new Model(input, output) { Precision = Precision.Double }, new GradientCheckOptions { Batch = 3 }).ThrowIfFailed();
    }

    // Keras 3: the mean over the steps that count, of the whole batch; the others have no gradient.
    [Test]
    public void LossAndMetricsAreMeansOverTheStepsThatCount()
    {
        Sequential model = new(new Input(Steps, Features), new PositiveSteps(), new Dense(2, Sigmoid, useBias: false)) { Seed = 3 };
        model.Compile(new SGD(0.5), Loss.MeanSquaredError(), Metric.MeanAbsoluteError());
        float[] targets = [.. Enumerable.Range(0, 2 * Steps * 2).Select(i => i % 3 == 0 ? 1f : 0)];
        Dataset data = new(Samples, Tensor.Create(targets, [2, Steps, 2]));
        float[] x = Samples.ToArray(), p = model.Predict(Samples).ToArray();
        double loss = 0, error = 0;
        double[] gradient = new double[Features * 2];
        for (int row = 0; row < 2 * Steps; row++)
        {
            for (int unit = 0; s_mask[row] == 1 && unit < 2; unit++)
            {
                double distance = p[(row * 2) + unit] - targets[(row * 2) + unit];
                loss += distance * distance / 2 / s_mask.Sum();
                error += Math.Abs(distance) / 2 / s_mask.Sum();
                for (int k = 0; k < Features; k++)
                {
                    double slope = p[(row * 2) + unit] * (1 - p[(row * 2) + unit]);
                    gradient[(k * 2) + unit] += distance / s_mask.Sum() * slope * x[(row * Features) + k];
                }
            }
        }

        Evaluation evaluation = model.Evaluate(data);
        Assert.That(evaluation.Loss, Is.EqualTo(loss).Within(1e-6));
        Assert.That(evaluation["mean_absolute_error"], Is.EqualTo(error).Within(1e-6));
        float[] before = model.Parameters[0].Values<float>().ToArray();
        History history = model.Fit(data, new FitOptions { BatchSize = 2 });
        Assert.That(history["loss"][0], Is.EqualTo(loss).Within(1e-6));
        float[] after = model.Parameters[0].Values<float>().ToArray();
        Assert.That(
            after.Zip(before, (a, b) => (double)a - b), Is.EqualTo(gradient.Select(slope => -0.5 * slope)).Within(1e-5));
    }

    [Test]
    public void AChildSeesTheMaskOfItsWrapper()
    {
        Assert.That(MaskAfter(new Around(new ReadMask(), steps: Steps)), Is.EqualTo(s_mask), "the wrapper keeps it");
        Node input = new Input(Steps, Features);
        Model model = new(input, new Around(new ReadMask(), Steps).Apply(new PositiveSteps().Apply(input)));
        Assert.That(model.Predict(Samples).ToArray(), Is.EqualTo(s_mask));
    }

    [Test]
    public void AStatefulLayerRemembersUntilItIsReset()
    {
        Sequential model = new(new Input(1), new Counter());
        Tensor<float> x = Tensor.Create((float[])[1, 2], [2, 1]);
        Assert.That(model.IsStateful);
        Assert.That(model.Predict(x).ToArray(), Is.EqualTo((float[])[1, 2]));
        Assert.That(model.Predict(x).ToArray(), Is.EqualTo((float[])[4, 5]));
        model.ResetStates();
        Assert.That(model.Predict(x).ToArray(), Is.EqualTo((float[])[1, 2]));
    }

    private static float[] MaskAfter(params Layer[] layers)
    {
        Node input = new Input(Steps, Features);
        Node node = new PositiveSteps().Apply(input);
        foreach (Layer layer in layers)
        {
            node = layer.Apply(node);
        }

        return Read(input, node);
    }

    private static float[] Read(Node input, Node node) =>
        new Model(input, new ReadMask().Apply(node)).Predict(Samples).ToArray();

    /// <summary>Steps count where a channel is above a number; the values go through.</summary>
    private sealed class PositiveSteps(int channel = 0, float above = 0) : SimpleLayer
    {
        public override bool CanRunInPlace => true;

        public override Reads BackwardReads => Reads.None;

        public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Compute;

        public override void ComputeMask<T>(in Pass<T> pass, Span<T> mask)
        {
            int features = pass.InputShape()[1];
            for (int i = 0; i < mask.Length; i++)
            {
                mask[i] = pass.Input()[(i * features) + channel] > T.CreateChecked(above) ? T.One : T.Zero;
            }
        }

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => x.CopyTo(y);

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
        {
            if (!dx.IsEmpty)
            {
                dy.CopyTo(dx);
            }
        }

        protected override Shape Build(Shape input, ParameterFactory parameters) => input;
    }

    /// <summary>Gives the mask itself; −1 where there is none.</summary>
    private sealed class ReadMask : SimpleLayer
    {
        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        {
            y.Fill(-T.One);
            pass.Mask().CopyTo(y);
        }

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            dx.Clear();

        protected override Shape Build(Shape input, ParameterFactory parameters) => [input[0]];
    }

    /// <summary>The mean over the steps that count.</summary>
    private sealed class MaskedMean : SimpleLayer
    {
        public override Reads BackwardReads => Reads.None;

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        {
            y.Clear();
            int units = pass.OutputShape()[0], steps = pass.InputShape()[0];
            for (int i = 0; i < x.Length; i++)
            {
                int row = i / units, sample = row / steps;
                y[(sample * units) + (i % units)] += x[i] * pass.Mask()[row] / Count(pass, sample, steps);
            }
        }

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
        {
            int units = pass.OutputShape()[0], steps = pass.InputShape()[0];
            for (int i = 0; i < dx.Length; i++)
            {
                int row = i / units, sample = row / steps;
                dx[i] = dy[(sample * units) + (i % units)] * pass.Mask()[row] / Count(pass, sample, steps);
            }
        }

        protected override Shape Build(Shape input, ParameterFactory parameters) => [input[1]];

        private static T Count<T>(in Pass<T> pass, int sample, int steps)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
            T.Max(T.One, TensorPrimitives.Sum(pass.Mask().Slice(sample * steps, steps)));
    }

    private sealed class Around(Layer child, int steps) : SimpleLayer
    {
        public override IReadOnlyList<Layer> Children { get; } = [child];

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => pass.Forward(0, x, y, pass.Batch);

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            pass.Backward(0, x, y, dy, dx, pass.Batch);

        protected override Shape Build(Shape input, ParameterFactory parameters)
        {
            Assert.That(input[0], Is.EqualTo(steps));
            return BuildChild(child, input)[0];
        }
    }

    /// <summary>Adds how many samples it has seen before, the calls' sizes summed.</summary>
    private sealed class Counter : SimpleLayer
    {
        private Parameter? _count;

        public override bool IsStateful => true;

        public override void ResetStates() => _count!.SetValues<float>([0]);

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        {
            Span<T> count = pass.State(_count!);
            TensorPrimitives.Add(x, count[0] * T.CreateChecked(1.5), y);
            count[0] += T.CreateChecked(pass.Batch);
        }

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            dy.CopyTo(dx);

        protected override Shape Build(Shape input, ParameterFactory parameters)
        {
            _count = parameters.Add("count", [1], Engine.Initializers.Initializer.Zeros, trains: false);
            return input;
        }
    }
}
