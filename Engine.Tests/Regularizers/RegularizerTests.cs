using Engine.Regularizers;
using Engine.Tests.Support;

namespace Engine.Tests.Regularizers;

[Category("Kernels")]
public class RegularizerTests
{
    private static readonly Regularizer[] All = [Regularizer.L1(0.3), Regularizer.L2(0.2), Regularizer.L1L2(0.3, 0.2), Regularizer.L1(), Regularizer.L2()];

    [Test]
    public void PenaltiesByHand()
    {
        float[] w = [1, -2, 0, 3];
        Assert.That(Regularizer.L1(0.5).Penalty<float>(w), Is.EqualTo(3));
        Assert.That(Regularizer.L2(0.5).Penalty<float>(w), Is.EqualTo(7));
        Assert.That(Regularizer.L1L2(0.5, 0.25).Penalty<float>(w), Is.EqualTo(6.5));
        Assert.That(Regularizer.L2().Penalty<float>(w), Is.EqualTo(0.14).Within(1e-15));
    }

    [TestCaseSource(nameof(All))]
    public void GradientIsAddedAndIsTheDerivative(Regularizer regularizer)
    {
        double[] w = [.. Enumerable.Range(0, 23).Select(i => ((i * 7 % 23) - 11.5) * 0.2)], gradient = new double[w.Length];
        Array.Fill(gradient, 5);
        regularizer.AccumulateGradient<double>(w, gradient);
        Stencil.AssertEqual([.. gradient.Select(g => g - 5)], Stencil.Gradient(v => regularizer.Penalty<double>(v), w));
    }

    [Test]
    public void TheGradientOfZeroIsZero()
    {
        float[] gradient = [2, 2];
        Regularizer.L1L2(1, 1).AccumulateGradient<float>([0, -0f], gradient);
        Assert.That(gradient, Is.All.EqualTo(2));
    }

    [TestCaseSource(nameof(All))]
    public void ComesBackFromItsNameAndParameters(Regularizer regularizer) => Assert.That(
        Regularizer.FromName(regularizer.Name, regularizer.Parameters).ToString(), Is.EqualTo(regularizer.ToString()));

    [Test]
    public void ErrorsSayWhatWasExpected()
    {
        Assert.That(() => Regularizer.L2(-1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Regularizer: expected l2 to be a finite number of at least 0, got -1."));
        Assert.That(() => Regularizer.FromName("l3"), Throws.ArgumentException.With.Message.EqualTo(
            "Regularizer: expected one of l1, l2, l1_l2, got 'l3'."));
    }
}
