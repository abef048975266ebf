using Engine.Activations;
using Engine.Losses;
using Engine.Tests.Support;
using static Engine.Losses.Loss;

namespace Engine.Tests.Losses;

[Category("Kernels")]
public class LossTests
{
    private static readonly Loss[] All =
    [
        CategoricalCrossentropy(), CategoricalCrossentropy(0.1), CategoricalCrossentropy(0.2, fromLogits: true),
        SparseCategoricalCrossentropy(), SparseCategoricalCrossentropy(fromLogits: true),
        BinaryCrossentropy(), BinaryCrossentropy(0.1), BinaryCrossentropy(fromLogits: true), MeanSquaredError(),
    ];

    private const int Batch = 3;
    private const int Inner = 2;
    private const int Classes = 5;

    // [3, 2, 5] predictions that do not sum to 1, so that the normalization counts.
    private static (double[] Predictions, double[] Targets) Data(Loss loss, bool fromLogits)
    {
        var random = new Random(6);
        double[] p = [.. Enumerable.Range(0, Batch * Inner * Classes).Select(_ => fromLogits ? (random.NextDouble() * 6) - 3 : 0.1 + (random.NextDouble() * 0.8))];
        double[] y = loss.Name.StartsWith("sparse", StringComparison.Ordinal)
            ? [.. Enumerable.Range(0, Batch * Inner).Select(_ => (double)random.Next(Classes))]
            : [.. p.Select(_ => random.NextDouble())];
        return (p, y);
    }

    private static double[] Forward(Loss loss, double[] p, double[] y, bool fromLogits, int batch = Batch, int rowLength = Classes)
    {
        double[] losses = new double[batch];
        Array.Fill(losses, double.NaN);
        loss.Forward<double>(p, y, batch, rowLength, fromLogits, losses);
        return losses;
    }

    [Test]
    public void GradientIsTheDerivative([ValueSource(nameof(All))] Loss loss, [Values] bool fromLogits)
    {
        (double[] p, double[] y) = Data(loss, fromLogits);
        double[] weights = [0.5, 1.5, 0.25], gradient = new double[p.Length];
        Array.Fill(gradient, double.NaN);
        loss.Backward<double>(p, y, Batch, Classes, fromLogits, weights, gradient);
        Stencil.AssertEqual(
            gradient,
            Stencil.Gradient(v => Forward(loss, v, y, fromLogits).Zip(weights, (a, b) => a * b).Sum(), p));

        double[] inPlace = [.. p];
        loss.Backward<double>(inPlace, y, Batch, Classes, fromLogits, weights, inPlace);
        Assert.That(inPlace, Is.EqualTo(gradient));
    }

    [Test]
    public void LossOfLogitsIsThatOfTheirProbabilities([ValueSource(nameof(All))] Loss loss)
    {
        ActivationFunction? activation = new[] { ActivationFunction.Softmax, ActivationFunction.Sigmoid }
            .FirstOrDefault(a => FromName(loss.Name).IsFusedWith(a));
        Assert.That(activation is null, Is.EqualTo(loss.Name == "mean_squared_error"));
        if (activation is null)
        {
            return;
        }

        (double[] z, double[] y) = Data(loss, fromLogits: true);
        double[] p = new double[z.Length];
        activation.Forward<double>(z, p, Classes);
        Assert.That(Forward(loss, z, y, fromLogits: true), Is.EqualTo(Forward(loss, p, y, fromLogits: false)).Within(1e-12));
    }

    [Test]
    public void AFusionNeedsProbabilities()
    {
        Assert.That(CategoricalCrossentropy().IsFusedWith(ActivationFunction.Softmax), Is.True);
        Assert.That(CategoricalCrossentropy().IsFusedWith(ActivationFunction.Sigmoid), Is.False);
        Assert.That(CategoricalCrossentropy(fromLogits: true).IsFusedWith(ActivationFunction.Softmax), Is.False);
        Assert.That(SparseCategoricalCrossentropy().IsFusedWith(ActivationFunction.Softmax), Is.True);
        Assert.That(BinaryCrossentropy().IsFusedWith(ActivationFunction.Sigmoid), Is.True);
        Assert.That(BinaryCrossentropy().IsFusedWith(ActivationFunction.Softmax), Is.False);
        Assert.That(MeanSquaredError().IsFusedWith(ActivationFunction.Sigmoid), Is.False);
    }

    // By hand: the formulas of Keras, written out.
    [Test]
    public void LossesByHand()
    {
        Assert.That(Forward(CategoricalCrossentropy(), [0.1, 0.3, 0.1], [0, 1, 0], false, 1, 3)[0], Is.EqualTo(-Math.Log(0.6)).Within(1e-15));
        double smoothed = (-0.9 * Math.Log(0.6)) - (0.1 / 3 * (Math.Log(0.6) + (2 * Math.Log(0.2))));
        Assert.That(Forward(CategoricalCrossentropy(0.1), [0.1, 0.3, 0.1], [0, 1, 0], false, 1, 3)[0], Is.EqualTo(smoothed).Within(1e-15));
        Assert.That(Forward(CategoricalCrossentropy(), [1, 0, 0], [0, 1, 0], false, 1, 3)[0], Is.EqualTo(-Math.Log(1e-7)).Within(1e-13));
        Assert.That(Forward(SparseCategoricalCrossentropy(), [0.1, 0.3, 0.1], [2], false, 1, 3)[0], Is.EqualTo(-Math.Log(0.2)).Within(1e-15));
        Assert.That(Forward(BinaryCrossentropy(), [0.2, 0.9], [0, 1], false, 1, 2)[0], Is.EqualTo(-(Math.Log(0.8) + Math.Log(0.9)) / 2).Within(1e-15));
        Assert.That(Forward(BinaryCrossentropy(), [0.0], [1], false, 1, 1)[0], Is.EqualTo(-Math.Log(1e-7)).Within(1e-13));
        Assert.That(Forward(MeanSquaredError(), [1, 2, 3, 4, 5, 7], [1, 0, 3, 4, 5, 6], false, 2, 3), Is.EqualTo(new[] { 4.0 / 3, 1.0 / 3 }).Within(1e-15));
    }

    [Test]
    public void ExtremeLogitsGiveFiniteLossesAndGradients([ValueSource(nameof(All))] Loss loss)
    {
        if (loss.Name == "mean_squared_error")
        {
            return;
        }

        float[] z = [-1e4f, 1e4f, 0, 3e4f, -3e4f], gradient = new float[5], losses = new float[1];
        float[] y = loss.Name.StartsWith("sparse", StringComparison.Ordinal) ? [0] : [1, 0, 0, 0, 0];
        loss.Forward<float>(z, y, 1, 5, true, losses);
        loss.Backward<float>(z, y, 1, 5, true, [1], gradient);
        Assert.That(float.IsFinite(losses[0]) && losses[0] > 0);
        Assert.That(gradient.All(float.IsFinite));
        loss.Forward<float>([0, 1, 0, 0, 0], y, 1, 5, false, losses);
        loss.Backward<float>([0, 1, 0, 0, 0], y, 1, 5, false, [1], gradient);
        Assert.That(float.IsFinite(losses[0]) && losses[0] > 0);
        Assert.That(gradient.All(float.IsFinite));
    }

    [Test]
    public void NaNPredictionsGiveNaN([ValueSource(nameof(All))] Loss loss, [Values] bool fromLogits)
    {
        (double[] p, double[] y) = Data(loss, fromLogits);
        p[3] = double.NaN;
        double[] losses = Forward(loss, p, y, fromLogits);
        Assert.That(losses[0], Is.NaN);
        Assert.That(losses[1], Is.Not.NaN);
    }

    [Test]
    public void ComesBackFromItsNameAndParameters([ValueSource(nameof(All))] Loss loss)
    {
        Loss copy = FromName(loss.Name, loss.Parameters);
        Assert.That(copy.ToString(), Is.EqualTo(loss.ToString()));
        Assert.That(copy.FromLogits, Is.EqualTo(loss.FromLogits));
    }

    [Test]
    public void ErrorsSayWhatWasExpected()
    {
        Assert.That(() => CategoricalCrossentropy().ValidateShapes([10], []), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "categorical_crossentropy: expected one-hot targets [n, 10], got [n]. For class numbers use Loss.SparseCategoricalCrossentropy()."));
        Assert.That(() => SparseCategoricalCrossentropy().ValidateShapes([10], [10]), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "sparse_categorical_crossentropy: expected class numbers [n] for predictions [n, 10], got [n, 10]. For one-hot targets use Loss.CategoricalCrossentropy()."));
        Assert.That(() => MeanSquaredError().ValidateShapes([3], [4]), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "mean_squared_error: expected targets [n, 3], the shape of the predictions, got [n, 4]."));
        Assert.That(() => SparseCategoricalCrossentropy().ValidateShapes([10], []), Throws.Nothing);
        Assert.That(() => SparseCategoricalCrossentropy().ValidateShapes([7, 10], [7, 1]), Throws.Nothing);
        Assert.That(() => SparseCategoricalCrossentropy().ValidateTargets<float>([0, 9, 3], 3, [10]), Throws.Nothing);
        Assert.That(() => SparseCategoricalCrossentropy().ValidateTargets<float>([0, 9, 10], 3, [10]), Throws.ArgumentException.With.Message.EqualTo(
            "sparse_categorical_crossentropy: expected class numbers from 0 to 9, got 10 for sample 2."));
        Assert.That(() => SparseCategoricalCrossentropy().ValidateTargets<float>([0, 0, -1, 0], 2, [2, 10]), Throws.ArgumentException.With.Message.EqualTo(
            "sparse_categorical_crossentropy: expected class numbers from 0 to 9, got -1 for sample 1."));
        Assert.That(() => SparseCategoricalCrossentropy().ValidateTargets<double>([2.5], 1, [10]), Throws.ArgumentException.With.Message.Contains("got 2.5 for sample 0."));
        Assert.That(() => SparseCategoricalCrossentropy().ValidateTargets<double>([double.NaN], 1, [10]), Throws.ArgumentException.With.Message.Contains("got NaN for sample 0."));
        Assert.That(() => MeanSquaredError().ValidateTargets<double>([1, 2, 3, double.NaN], 2, [2]), Throws.ArgumentException.With.Message.EqualTo(
            "mean_squared_error: expected numbers as targets, got NaN for sample 1."));
        Assert.That(() => CategoricalCrossentropy(1.5), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "CategoricalCrossentropy: expected labelSmoothing to be in [0, 1], got 1.5."));
        Assert.That(() => FromName("mse"), Throws.ArgumentException.With.Message.EqualTo(
            "Loss: expected one of categorical_crossentropy, sparse_categorical_crossentropy, binary_crossentropy, mean_squared_error, got 'mse'."));
    }
}
