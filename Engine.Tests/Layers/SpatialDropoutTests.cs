using System.Numerics;
using Engine.Layers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>Dropout of whole channels, seen from outside.</summary>
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class SpatialDropoutTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Test]
    public void DropsWholeChannelsAndScalesTheRest([Values(Phase.Training, Phase.StochasticInference)] Phase phase)
    {
        const int Batch = 50, Positions = 6, Channels = 41;
        T[] x = new T[Batch * Positions * Channels];
        Array.Fill(x, T.One);
        LayerRun<T> run = new(new SpatialDropout2D(0.25), [3, 2, Channels], Batch, phase);
        T[] y = run.Forward(x)[0];
        int dropped = 0;
        for (int i = 0; i < y.Length; i++)
        {
            int first = (i / (Positions * Channels) * Positions * Channels) + (i % Channels);
            Assert.That(y[i], Is.EqualTo(y[first]), "one draw for all positions");
            Assert.That(y[i] == T.Zero || y[i] == T.One / T.CreateChecked(0.75));
            dropped += y[i] == T.Zero ? 1 : 0;
        }

        // 2050 draws: a standard deviation is 0.0096, and this is four of them.
        Assert.That((double)dropped / y.Length, Is.EqualTo(0.25).Within(0.038));
        Assert.That(run.Backward(x)[0], Is.EqualTo(y), "of ones, values and gradients are the mask");
    }

    [Test]
    public void IsADropoutWithANoiseShape()
    {
        T[] x = Samples.Numbers<T>(5 * 3 * 2 * 17, 4);
        uint[] keys = [3, 3, 9, 0, 1];
        LayerRun<T> spatial = new(new SpatialDropout2D(0.4, seed: 7), [3, 2, 17], 5);
        LayerRun<T> noise = new(new Dropout(0.4, [null, 1, 1, null], seed: 7), [3, 2, 17], 5);
        Assert.That(spatial.Forward(x)[0], Is.EqualTo(noise.Forward(x)[0]));
        spatial.Run.RowKeys = noise.Run.RowKeys = keys;
        Assert.That(spatial.Forward(x)[0], Is.EqualTo(noise.Forward(x)[0]), "with keys of rows");
    }

    [Test]
    public void WhatIsDroppedIsZeroWhateverItWas()
    {
        T[] x = [T.NaN, T.PositiveInfinity, T.One, T.NaN];
        Assert.That(new LayerRun<T>(new SpatialDropout1D(1), [2, 2], 1).Forward(x)[0], Is.All.EqualTo(T.Zero));
        Assert.That(new LayerRun<T>(new SpatialDropout1D(0), [2, 2], 1).Forward(x)[0], Is.EqualTo(x));
        Assert.That(new LayerRun<T>(new SpatialDropout1D(0.5), [2, 2], 1, Phase.Inference).Forward(x)[0], Is.EqualTo(x));
    }

    [Test]
    public void ARateOutsideIsRefused() =>
        Assert.That(() => new SpatialDropout3D(1.5), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "SpatialDropout3D: expected a rate from 0 to 1, the share that is dropped, got 1.5."));
}
