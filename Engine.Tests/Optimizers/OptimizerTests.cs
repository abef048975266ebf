using System.Numerics;
using Engine.Kernels;
using Engine.Optimizers;

namespace Engine.Tests.Optimizers;

[Category("Kernels")]
public class OptimizerTests
{
    internal static readonly Optimizer[] All =
    [
        new SGD(), new SGD(0.1, momentum: 0.9), new SGD(0.1, momentum: 0.9, nesterov: true),
        new RMSprop(0.01), new RMSprop(0.01, rho: 0.8, momentum: 0.7), new RMSprop(0.01, centered: true),
        new RMSprop(0.01, momentum: 0.5, epsilon: 1e-3, centered: true),
        new Adam(0.02), new Adam(0.02, beta1: 0.8, beta2: 0.99, epsilon: 1e-4), new Adam(0.02, amsgrad: true),
    ];

    // The twin: one number, Keras's formulas with its variables' signs.
    private static double Twin(Optimizer optimizer, double w, double g, double[] s, int t)
    {
        double epsilon = optimizer.Parameters.GetValueOrDefault("epsilon");
        double lr = optimizer.LearningRate;
        switch (optimizer)
        {
            case SGD { Momentum: 0 }:
                return w - (lr * g);
            case SGD sgd:
                s[0] = (s[0] * sgd.Momentum) - (g * lr);
                return sgd.Nesterov ? w + (s[0] * sgd.Momentum) - (g * lr) : w + s[0];
            case RMSprop rms:
                s[0] = (rms.Rho * s[0]) + ((1 - rms.Rho) * g * g);
                double denominator = s[0];
                if (rms.Centered)
                {
                    int a = rms.Momentum > 0 ? 2 : 1;
                    s[a] = (rms.Rho * s[a]) + ((1 - rms.Rho) * g);
                    denominator -= s[a] * s[a];
                }

                double increment = lr * g / Math.Sqrt(denominator + epsilon);
                if (rms.Momentum == 0)
                {
                    return w - increment;
                }

                s[1] = (rms.Momentum * s[1]) + increment;
                return w - s[1];
            case Adam adam:
                double alpha = lr * Math.Sqrt(1 - Math.Pow(adam.Beta2, t)) / (1 - Math.Pow(adam.Beta1, t));
                s[0] += (g - s[0]) * (1 - adam.Beta1);
                s[1] += ((g * g) - s[1]) * (1 - adam.Beta2);
                double v = s[1];
                if (adam.Amsgrad)
                {
                    v = s[2] = Math.Max(s[2], v);
                }

                return w - (s[0] * alpha / (Math.Sqrt(v) + adam.Epsilon));
            default:
                throw new NotSupportedException($"{optimizer} has no twin here.");
        }
    }

    // Twelve steps down a valley whose slope changes sign on the way, at every length around the vector widths.
    [TestCaseSource(nameof(All))]
    public void FollowsItsTwin(Optimizer optimizer)
    {
        for (int length = 0; length <= 37; length++)
        {
            double[] w = [.. Enumerable.Range(0, length).Select(i => Math.Sin(i + 1))];
            double[] expected = [.. w];
            double[][] twin = [.. w.Select(_ => new double[3])];
            double[][] s = [.. Enumerable.Range(0, 3).Select(_ => new double[length])];
            for (int t = 1; t <= 12; t++)
            {
                double[] g = [.. w.Select(v => (3 * v) + (0.4 * Math.Cos(5 * t)))];
                for (int i = 0; i < length; i++)
                {
                    expected[i] = Twin(optimizer, expected[i], g[i], twin[i], t);
                }

                optimizer.Update<double>(w, g, new OptimizerSlots<double>(s[0], s[1], s[2]), new UpdateStep(t, optimizer.LearningRate));
                Assert.That(w, Is.EqualTo(expected).Within(1e-12), $"step {t}, length {length}");
            }

            for (int slot = 0; slot < optimizer.SlotCount; slot++)
            {
                Assert.That(s[slot], Is.EqualTo(twin.Select(own => own[slot])).Within(1e-12), optimizer.SlotNames[slot]);
            }
        }
    }

    // By hand, w = 1 and g = 0.5, −1, 2.
    [Test]
    public void FirstStepsByHand()
    {
        // 1 − 0.05; + 0.1; − 0.2
        AssertSteps(new SGD(0.1), 0.95, 1.05, 0.85);

        // m: −0.05; −0.045 + 0.1 = 0.055; 0.0495 − 0.2 = −0.1505
        AssertSteps(new SGD(0.1, 0.9), 0.95, 1.005, 0.8545);

        // w += 0.9 m − 0.1 g: −0.045 − 0.05; 0.0495 + 0.1; −0.13545 − 0.2
        AssertSteps(new SGD(0.1, 0.9, nesterov: true), 0.905, 1.0545, 0.71905);

        // v: 0.025; 0.1225; 0.51025. Moves of 0.1 g / √(v + 1e-7)
        AssertSteps(
            new RMSprop(0.1),
            1 - (0.05 / Math.Sqrt(0.0250001)),
            1 - (0.05 / Math.Sqrt(0.0250001)) + (0.1 / Math.Sqrt(0.1225001)),
            1 - (0.05 / Math.Sqrt(0.0250001)) + (0.1 / Math.Sqrt(0.1225001)) - (0.2 / Math.Sqrt(0.5102501)));

        // m: 0.05; −0.055; 0.1505. v: 2.5e-4; 1.24975e-3; 5.24850025e-3. Corrections 1 − 0.9ᵗ: 0.1; 0.19; 0.271 and
        // 1 − 0.999ᵗ: 0.001; 0.001999; 0.002997001.
        double first = 1 - (0.1 * Math.Sqrt(0.001) / 0.1 * 0.05 / (Math.Sqrt(2.5e-4) + 1e-7));
        double second = first + (0.1 * Math.Sqrt(0.001999) / 0.19 * 0.055 / (Math.Sqrt(1.24975e-3) + 1e-7));
        double third = second - (0.1 * Math.Sqrt(0.002997001) / 0.271 * 0.1505 / (Math.Sqrt(5.24850025e-3) + 1e-7));
        AssertSteps(new Adam(0.1), first, second, third);
    }

    private static void AssertSteps(Optimizer optimizer, params double[] expected)
    {
        double[] w = [1], g = [0.5, -1, 2], s0 = [0], s1 = [0];
        for (int t = 1; t <= 3; t++)
        {
            optimizer.Update<double>(w, g.AsSpan(t - 1, 1), new OptimizerSlots<double>(s0, s1), new UpdateStep(t, optimizer.LearningRate));
            Assert.That(w[0], Is.EqualTo(expected[t - 1]).Within(1e-14), $"{optimizer}, step {t}");
        }
    }

    // Gradients of every size, also subnormal ones, and then none for so long that whatever was remembered fades away.
    [TestCaseSource(nameof(All))]
    public void RememberNothingSubnormal(Optimizer optimizer)
    {
        // The largest v of amsgrad stays; all else is forgotten, with 0.999 after some 90,000 steps.
        float[][] slots = SlotsAfterFading<float>(optimizer, smallestPower: -149, steps: 120_000);
        Assert.That(slots.Take(optimizer is Adam { Amsgrad: true } ? 2 : optimizer.SlotCount).SelectMany(slot => slot), Is.All.Zero, optimizer.ToString());
        SlotsAfterFading<double>(optimizer, smallestPower: -1074, steps: 10_000);
    }

    private static T[][] SlotsAfterFading<T>(Optimizer optimizer, int smallestPower, int steps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Length = 16;
        var random = new Random(3);
        T[] w = [.. Enumerable.Repeat(T.One, Length)], g = new T[Length];
        T[][] slots = [new T[Length], new T[Length], new T[Length]];
        for (int t = 1; t <= steps; t++)
        {
            for (int i = 0; i < Length && t <= 100; i++)
            {
                g[i] = t == 100 ? T.Zero : T.CreateChecked(Math.ScaleB(random.Next(-1, 2), random.Next(smallestPower, 1)));
            }

            optimizer.Update<T>(w, g, new OptimizerSlots<T>(slots[0], slots[1], slots[2]), new UpdateStep(t, optimizer.LearningRate));
            if (slots.Any(slot => slot.Any(T.IsSubnormal)))
            {
                Assert.Fail($"{optimizer}, step {t}: {string.Join(", ", slots.SelectMany(slot => slot).Where(T.IsSubnormal))}");
            }
        }

        return slots;
    }

    // The smallest gradients that count move a weight as far as Adam moves it for large ones.
    [Test]
    public void AdamStillScalesWhatIsJustAboveItsFloor()
    {
        float[] w = [0, 0], g = [1e-17f, 1e-18f];
        new Adam(0.1, epsilon: 1e-30).Update<float>(w, g, new OptimizerSlots<float>(new float[2], new float[2]), new UpdateStep(1, 0.1));
        Assert.That(w[0], Is.EqualTo(-0.1f).Within(1e-6f));
        Assert.That(w[1], Is.Zero);
    }

    [TestCaseSource(nameof(All))]
    public void PartsGiveTheBitsOfTheWhole(Optimizer optimizer)
    {
        var random = new Random(7);
        const int Length = 91;
        float[] w = [.. Enumerable.Range(0, Length).Select(_ => random.NextSingle())], parts = [.. w];
        float[][] s = [new float[Length], new float[Length], new float[Length]], sParts = [new float[Length], new float[Length], new float[Length]];
        for (int t = 1; t <= 4; t++)
        {
            float[] g = [.. w.Select(_ => random.NextSingle() - 0.5f)];
            var step = new UpdateStep(t, optimizer.LearningRate);
            optimizer.Update<float>(w, g, new OptimizerSlots<float>(s[0], s[1], s[2]), step);
            int start = 0;
            foreach (int length in new[] { 1, 16, 0, 33, 41 })
            {
                var slots = new OptimizerSlots<float>(sParts[0], sParts[1], sParts[2]);
                optimizer.Update<float>(parts.AsSpan(start, length), g.AsSpan(start, length), slots.Slice(start, length), step);
                start += length;
            }

            Assert.That(parts, Is.EqualTo(w));
            Assert.That(sParts, Is.EqualTo(s));
        }
    }

    [Test]
    public void DecayShrinksTheWeightsFirst()
    {
        float[] w = new float[5000], plain = new float[5000], g = new float[5000];
        Array.Fill(w, 2f);
        Array.Fill(g, 0.5f);
        new SGD(0.1) { WeightDecay = 0.5 }.Apply<float>(w, g, default, new UpdateStep(1, 0.1));
        Assert.That(w, Is.All.EqualTo((2f * 0.95f) - 0.05f).Within(1e-6));
        new SGD(0.1).Apply<float>(plain, g, default, new UpdateStep(1, 0.1));
        Assert.That(plain, Is.All.EqualTo(-0.05f).Within(1e-8));
    }

    [Test]
    public void GradientsAreClipped()
    {
        double[] g = [3, -4, 0];
        new SGD { ClipNorm = 10 }.ClipGradient<double>(g);
        Assert.That(g, Is.EqualTo(new[] { 3, -4, 0.0 }));
        new SGD { ClipNorm = 1 }.ClipGradient<double>(g);
        Assert.That(g, Is.EqualTo(new[] { 0.6, -0.8, 0 }).Within(1e-15));
        new SGD { ClipValue = 0.7 }.ClipGradient<double>(g);
        Assert.That(g, Is.EqualTo(new[] { 0.6, -0.7, 0 }).Within(1e-15));
        Assert.That(GradientClipping.Scale(sumOfSquares: 25, norm: 2), Is.EqualTo(0.4));
        Assert.That(GradientClipping.Scale(sumOfSquares: double.NaN, norm: 2), Is.EqualTo(1));
        Assert.That(GradientClipping.Scale(sumOfSquares: double.PositiveInfinity, norm: 2), Is.EqualTo(1));
    }

    [TestCaseSource(nameof(All))]
    public void ComesBackFromItsNameAndParameters(Optimizer optimizer)
    {
        Assert.That(Optimizer.FromName(optimizer.Name, optimizer.Parameters).ToString(), Is.EqualTo(optimizer.ToString()));
        Assert.That(optimizer.SlotCount, Is.EqualTo(optimizer.SlotNames.Count));
    }

    [Test]
    public void ClippingAndDecayComeBackToo()
    {
        var adam = new Adam { ClipNorm = 3, WeightDecay = 0.01 };
        Assert.That(Optimizer.FromName("adam", adam.Parameters).ClipNorm, Is.EqualTo(3));
        Assert.That(Optimizer.FromName("adam", adam.Parameters).WeightDecay, Is.EqualTo(0.01));
        Assert.That(Optimizer.FromName("sgd", new SGD { GlobalClipNorm = 2 }.Parameters).GlobalClipNorm, Is.EqualTo(2));
        Assert.That(Optimizer.FromName("rmsprop", new RMSprop { ClipValue = 2 }.Parameters).ClipValue, Is.EqualTo(2));
    }

    [Test]
    public void ACenteredVarianceNeverFallsBelowZero()
    {
        // A constant gradient: v − a² goes to zero, and in float its rounding error is far beyond ε.
        float[] w = [0], g = [1000], s0 = [0], s1 = [0];
        for (int t = 1; t <= 400; t++)
        {
            new RMSprop(centered: true).Update<float>(w, g, new OptimizerSlots<float>(s0, s1), new UpdateStep(t, 1e-3));
        }

        Assert.That(float.IsFinite(w[0]), $"w = {w[0]}");
    }

    [Test]
    public void ErrorsSayWhatWasExpected()
    {
        AssertRange(() => new SGD(-1), "SGD: expected learningRate to be a finite number of at least 0, got -1.");
        AssertRange(() => new Adam { LearningRate = double.NaN }, "Adam: expected learningRate to be a finite number of at least 0, got NaN.");
        AssertRange(() => new SGD(momentum: 1), "SGD: expected momentum to be in [0, 1), got 1.");
        AssertRange(() => new Adam(beta1: 1), "Adam: expected beta1 to be in [0, 1), got 1.");
        AssertRange(() => new Adam(beta2: -0.5), "Adam: expected beta2 to be in [0, 1), got -0.5.");
        AssertRange(() => new Adam(epsilon: 0), "Adam: expected epsilon to be a finite number above 0, got 0.");
        AssertRange(() => new RMSprop(rho: 1.5), "RMSprop: expected rho to be in [0, 1), got 1.5.");
        AssertRange(() => new Adam { ClipNorm = 0 }, "Adam: expected ClipNorm to be a finite number above 0, got 0.");
        Assert.That(() => new Adam { ClipNorm = 1, ClipValue = 1 }, Throws.ArgumentException.With.Message.EqualTo(
            "Adam: expected at most one of ClipNorm, ClipValue and GlobalClipNorm. Leave the others out."));
        Assert.That(() => Optimizer.FromName("lion"), Throws.ArgumentException.With.Message.EqualTo(
            "Optimizer: expected one of sgd, rmsprop, adam, got 'lion'."));
    }

    private static void AssertRange(Func<object> code, string message) =>
        Assert.That(code, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));
}
