using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>Dropout seen from outside: what comes out of the layer, in each phase, for each option.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class DropoutTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Rows = 8, Columns = 4001;

    [Test]
    public void DropsItsShareAndScalesTheRest(
        [Values(0.05, 0.2, 0.8)] double rate, [Values(Phase.Training, Phase.StochasticInference)] Phase phase)
    {
        T[] x = Samples.Numbers<T>(Rows * Columns, seed: 5);
        T[] y = new LayerRun<T>(new Dropout(rate), [Columns], Rows, phase).Forward(x)[0];
        AssertShare(y, rate);
        for (int i = 0; i < x.Length; i++)
        {
            // The scale is 1 / (1 − rate) but for the rate's rounding to 2⁻¹⁶: at most 2⁻¹⁷ / 0.2 = 4·10⁻⁵ of itself.
            double expected = double.CreateChecked(x[i]) / (1 - rate);
            double error = Math.Abs(double.CreateChecked(y[i]) - expected);
            Assert.That(y[i] == T.Zero || error <= 5e-5 * Math.Abs(expected), $"{i}: {y[i]} of {x[i]}");
        }
    }

    [Test]
    public void BackwardDropsAndScalesTheSameElements()
    {
        LayerRun<T> run = new(new Dropout(0.2), [Columns], Rows);
        T[] ones = Ones(Rows * Columns);
        T[] y = run.Forward(ones)[0];
        Assert.That(run.Backward(ones)[0], Is.EqualTo(y), "of ones, values and gradients are the mask");
    }

    [Test]
    public void ARateOfZeroChangesNoBit()
    {
        T[] x = [T.NegativeZero, T.NaN, T.PositiveInfinity, T.Epsilon, T.One / T.CreateChecked(3)];
        T[] y = new LayerRun<T>(new Dropout(0), [5], 1).Forward(x)[0];
        Assert.That(Bits(y), Is.EqualTo(Bits(x)));
    }

    [Test]
    public void ARateOfOneGivesZeros()
    {
        LayerRun<T> run = new(new Dropout(1), [5], 2);
        T[] x = [T.NaN, T.PositiveInfinity, T.One, -T.One, T.Epsilon, T.NaN, T.One, T.One, T.One, T.One];
        Assert.That(run.Forward(x)[0], Is.All.EqualTo(T.Zero));
        Assert.That(run.Backward(Ones(10))[0], Is.All.EqualTo(T.Zero));
    }

    [Test]
    public void IsOffInInference()
    {
        T[] x = Samples.Numbers<T>(Rows * Columns, seed: 5);
        Assert.That(new LayerRun<T>(new Dropout(0.5), [Columns], Rows, Phase.Inference).Forward(x)[0], Is.EqualTo(x));
    }

    [Test]
    public void IsOffInPredictAndEvaluate()
    {
        Sequential model = new(new Input(7), new Dropout(0.5)) { Precision = PrecisionOfT };
        Tensor<T> x = Samples.Tensor<T>(seed: 5, 50, 7);
        Assert.That(Samples.Values(model.Predict(x)), Is.EqualTo(Samples.Values(x)));

        // Targets that are the inputs: whatever were dropped or scaled would cost.
        float[,] values = new float[50, 7];
        Samples.Numbers<float>(350, seed: 6).CopyTo(MemoryMarshal.CreateSpan(ref values[0, 0], 350));
        model.Compile(new SGD(0.1), Loss.MeanSquaredError());
        Assert.That(model.Evaluate(new Dataset(values, values)).Loss, Is.Zero);
    }

    [Test]
    public void FreezingDoesNotSwitchItOff()
    {
        LayerRun<T> run = new(new Dropout(0.2) { Trainable = false }, [Columns], Rows);
        AssertShare(run.Forward(Ones(Rows * Columns))[0], 0.2);
    }

    [Test]
    public void ALayerThatIsUsedTwiceDrawsTwoMasks([Values(null, 9ul)] ulong? seed)
    {
        Input input = new(Columns);
        Dropout dropout = new(0.5, seed: seed);
        Model model = new([input.Output], [dropout.Apply(input), dropout.Apply(input)]);
        T[][] y = new LayerRun<T>(model, Rows).Forward(Ones(Rows * Columns));
        AssertIndependent(y[0], y[1]);
    }

    [Test]
    public void TheMaskFollowsTheSeedOfTheTraining()
    {
        LayerRun<T> run = new(new Dropout(0.5), [Columns], Rows);
        T[] first = run.Forward(Ones(Rows * Columns))[0];
        run.Run.Seed = 2;
        AssertIndependent(first, run.Forward(Ones(Rows * Columns))[0]);
        run.Run.Seed = 1;
        Assert.That(run.Forward(Ones(Rows * Columns))[0], Is.EqualTo(first), "the same seed, the same mask");
    }

    [Test]
    public void ASeedOfItsOwnIsIndependentOfTheTrainings()
    {
        LayerRun<T> run = new(new Dropout(0.5, seed: 9), [Columns], Rows);
        T[] first = run.Forward(Ones(Rows * Columns))[0];
        run.Run.Seed = 2;
        Assert.That(run.Forward(Ones(Rows * Columns))[0], Is.EqualTo(first));
        AssertIndependent(first, new LayerRun<T>(new Dropout(0.5, seed: 10), [Columns], Rows).Forward(Ones(Rows * Columns))[0]);
    }

    [Test]
    public void EachStepHasAnotherMask([Values(null, 9ul)] ulong? seed)
    {
        LayerRun<T> run = new(new Dropout(0.5, seed: seed), [Columns], Rows);
        T[] first = run.Forward(Ones(Rows * Columns))[0];
        run.Run.Step = 2;
        AssertIndependent(first, run.Forward(Ones(Rows * Columns))[0]);
    }

    [Test]
    public void TheRateMayChangeBetweenSteps()
    {
        Dropout dropout = new(0.2);
        LayerRun<T> run = new(dropout, [Columns], Rows);
        AssertShare(run.Forward(Ones(Rows * Columns))[0], 0.2);
        dropout.Rate = 0.8;
        AssertShare(run.Forward(Ones(Rows * Columns))[0], 0.8);
        dropout.Rate = 0;
        Assert.That(run.Forward(Ones(Rows * Columns))[0], Is.All.EqualTo(T.One));
    }

    [Test]
    public void RowsWithEqualKeysShareAMask([Values] bool noiseShape)
    {
        LayerRun<T> run = new(new Dropout(0.5, noiseShape ? [null, null] : null), [Columns], 3);
        run.Run.RowKeys = new uint[] { 7, 8, 7 };
        T[][] rows = [.. run.Forward(Ones(3 * Columns))[0].Chunk(Columns)];
        Assert.That(rows[2], Is.EqualTo(rows[0]));
        AssertIndependent(rows[0], rows[1]);
    }

    [Test]
    public void ANoiseShapeDropsTheSameFeaturesAtAllSteps()
    {
        const int Steps = 3;
        LayerRun<T> run = new(new Dropout(0.2, [null, 1, null]), [Steps, Columns], Rows);
        T[] y = run.Forward(Ones(Rows * Steps * Columns))[0];
        AssertShare(y, 0.2, Rows * Columns);
        T[][] steps = [.. y.Chunk(Columns)];
        for (int row = 0; row < Rows; row++)
        {
            Assert.That(steps[(row * Steps) + 1], Is.EqualTo(steps[row * Steps]), $"row {row}");
            Assert.That(steps[(row * Steps) + 2], Is.EqualTo(steps[row * Steps]), $"row {row}");
        }

        Assert.That(steps[Steps], Is.Not.EqualTo(steps[0]), "each row has its own mask");
    }

    [Test]
    public void ANoiseShapeDropsTheSameInAllRows()
    {
        T[] y = new LayerRun<T>(new Dropout(0.2, [1, null]), [Columns], Rows).Forward(Ones(Rows * Columns))[0];
        AssertShare(y, 0.2, Columns);
        T[][] rows = [.. y.Chunk(Columns)];
        Assert.That(rows, Is.All.EqualTo(rows[0]));
    }

    [Test]
    public void ApplyDropsAndScales()
    {
        Tensor<T> x = Samples.Tensor<T>(5, 40, 3, 61);
        T[] before = Samples.Values(x);
        Tensor<T> y = Dropout.Apply(x, 0.5, seed: 2);
        Assert.That(y.Lengths.ToArray(), Is.EqualTo(x.Lengths.ToArray()));
        Assert.That(Samples.Values(x), Is.EqualTo(before), "not changed");
        T[] values = Samples.Values(y);
        AssertShare(values, 0.5);
        Assert.That(values.Zip(before).All(pair => pair.First == T.Zero || pair.First == pair.Second + pair.Second));
        Assert.That(Samples.Values(Dropout.Apply(x, 0.5, seed: 2)), Is.EqualTo(values), "the same seed");
        Assert.That(Samples.Values(Dropout.Apply(x, 0.5, seed: 3)), Is.Not.EqualTo(values), "another seed");
        Assert.That(Samples.Values(Dropout.Apply(x, 0, seed: 2)), Is.EqualTo(before));
        Assert.That(Samples.Values(Dropout.Apply(x, 1, seed: 2)), Is.All.EqualTo(T.Zero));
    }

    [Test]
    public void ApplyTakesASliceOfATensor()
    {
        Tensor<T> part = Samples.Tensor<T>(5, 9, 31).Slice([2..7, 3..20]);
        Tensor<T> copy = Tensor.Create(Samples.Values(part), [5, 17]);
        Assert.That(Samples.Values(Dropout.Apply(part, 0.5, 2)), Is.EqualTo(Samples.Values(Dropout.Apply(copy, 0.5, 2))));
    }

    [Test]
    public void ApplyTakesAVectorOfSamples()
    {
        T[] y = Samples.Values(Dropout.Apply(Tensor.Create(Ones(Columns), [Columns]), 0.5, 2));
        AssertShare(y, 0.5);
    }

    // A tensor without axes has no elements: System.Numerics.Tensors knows no scalars.
    [Test]
    public void ApplyTakesATensorWithoutElements()
    {
        Assert.That((long)Dropout.Apply(Tensor<T>.Empty, 0.5, 2).FlattenedLength, Is.Zero);
        Assert.That(Dropout.Apply(Tensor.CreateFromShape<T>([0, 3]), 0.5, 2).Lengths.ToArray(), Is.EqualTo(new nint[] { 0, 3 }));
    }

    [Test]
    public void RatesOutOfRangeAreRefused()
    {
        Dropout dropout = new(0.5);
        Assert.That(() => dropout.Rate = -0.1, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Dropout: expected a rate from 0 to 1, the share that is dropped, got -0.1."));
        Assert.That(dropout.Rate, Is.EqualTo(0.5), "as it was");
        Assert.That(
            () => Dropout.Apply(Tensor.Create(Ones(3), [3]), 50, 1),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
                "Dropout.Apply: expected a rate from 0 to 1, the share that is dropped, got 50."));
    }

    private static Precision PrecisionOfT => typeof(T) == typeof(float) ? Precision.Single : Precision.Double;

    private static T[] Ones(int length) => [.. Enumerable.Repeat(T.One, length)];

    private static byte[] Bits(T[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    // Within five standard deviations of what as many independent draws give.
    private static void AssertShare(T[] y, double rate, int draws = 0)
    {
        double share = y.Count(value => value == T.Zero) / (double)y.Length;
        Assert.That(share, Is.EqualTo(rate).Within(5 * Math.Sqrt(rate * (1 - rate) / (draws == 0 ? y.Length : draws))));
    }

    // Two masks of rate 0.5 agree in half of their elements, within five standard deviations.
    private static void AssertIndependent(T[] a, T[] b) => Assert.That(
        a.Zip(b).Count(pair => pair.First == pair.Second) / (double)a.Length, Is.EqualTo(0.5).Within(2.5 / Math.Sqrt(a.Length)));
}
