using Engine.Constraints;
using Engine.Layers;

namespace Engine.Tests.Constraints;

[Category("Kernels")]
public class ConstraintTests
{
    [Test]
    public void MaxNormScalesColumns()
    {
        // [2, 3]: columns of norm 5, 1 and 0.
        double[] w = [3, 0, 0, 4, 1, 0];
        Constraint.MaxNorm(2).Apply<double>(w, [2, 3]);
        Assert.That(w, Is.EqualTo(new[] { 3 * 2 / 5.0000001, 0, 0, 4 * 2 / 5.0000001, 1 / 1.0000001, 0 }).Within(1e-15));
    }

    [Test]
    public void MaxNormAlongOtherAxes()
    {
        double[] rows = [3, 4, 0, 1];
        Constraint.MaxNorm(1, axis: 1).Apply<double>(rows, [2, 2]);
        Assert.That(rows, Is.EqualTo(new[] { 0.6, 0.8, 0, 1 }).Within(1e-6));
        double[] last = [3, 4, 0, 1];
        Constraint.MaxNorm(1, axis: -1).Apply<double>(last, [2, 2]);
        Assert.That(last, Is.EqualTo(rows));
    }

    [Test]
    public void UnitNormOverSeveralAxesMatchesItsTwin()
    {
        const int A = 2, B = 3, C = 4, D = 5;
        var random = new Random(8);
        double[] w = [.. Enumerable.Range(0, A * B * C * D).Select(_ => random.NextDouble() - 0.5)], original = [.. w];
        Constraint.UnitNorm(0, 2).Apply<double>(w, [A, B, C, D]);
        for (int b = 0; b < B; b++)
        {
            for (int d = 0; d < D; d++)
            {
                int[] group = [.. from a in Enumerable.Range(0, A) from c in Enumerable.Range(0, C) select (((((a * B) + b) * C) + c) * D) + d];
                double norm = Math.Sqrt(group.Sum(i => original[i] * original[i]));
                foreach (int i in group)
                {
                    Assert.That(w[i], Is.EqualTo(original[i] / (norm + 1e-7)).Within(1e-14));
                }
            }
        }
    }

    [TestCase(3, 5)]
    [TestCase(7, 255)]
    [TestCase(4, 257)]
    [TestCase(2, 1031)]
    public void MaxNormOfRowsOfAnyLengthMatchesItsTwin(int rows, int columns)
    {
        var random = new Random(9);
        float[] w = [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle() - 0.5f)], original = [.. w];
        Constraint.MaxNorm(0.4).Apply<float>(w, [rows, columns]);
        for (int c = 0; c < columns; c++)
        {
            double norm = Math.Sqrt(Enumerable.Range(0, rows).Sum(r => Math.Pow(original[(r * columns) + c], 2)));
            for (int r = 0; r < rows; r++)
            {
                // The scale and the product are rounded to float: twice half a unit in the last place.
                double expected = original[(r * columns) + c] * Math.Min(norm, 0.4) / (1e-7 + norm);
                Assert.That(w[(r * columns) + c], Is.EqualTo(expected).Within(1.2e-7 * Math.Abs(expected)));
            }
        }
    }

    [Test]
    public void ManyGroupsNeedNoStack()
    {
        float[] w = new float[2 * 1000];
        Array.Fill(w, 3f);
        Constraint.UnitNorm().Apply<float>(w, [2, 1000]);
        Assert.That(w, Is.All.EqualTo(Math.Sqrt(0.5)).Within(1e-6));
    }

    [Test]
    public void NonNegativeCutsAtZero()
    {
        float[] w = [.. Enumerable.Range(-20, 37).Select(i => (float)i), float.NaN];
        Constraint.NonNegative().Apply<float>(w, [38]);
        Assert.That(w, Is.EqualTo((float[])[.. Enumerable.Range(-20, 37).Select(i => (float)Math.Max(i, 0)), float.NaN]));
    }

    [Test]
    public void ComesBackFromItsNameAndParameters()
    {
        foreach (Constraint constraint in new[] { Constraint.MaxNorm(3), Constraint.MaxNorm(3, 0, 1, 2), Constraint.NonNegative(), Constraint.UnitNorm(-1) })
        {
            Assert.That(Constraint.FromName(constraint.Name, constraint.Parameters).ToString(), Is.EqualTo(constraint.ToString()));
        }

        Assert.That(Constraint.MaxNorm(3, 0, 1).ToString(), Is.EqualTo("max_norm(max: 3, axis: 0, axis_2: 1)"));
        Assert.That(Constraint.MaxNorm(3).ToString(), Is.EqualTo("max_norm(max: 3, axis: 0)"));
        Assert.That(Constraint.UnitNorm().ToString(), Is.EqualTo("unit_norm(axis: 0)"));
    }

    [TestCase("max_norm", "MaxNorm")]
    [TestCase("unit_norm", "UnitNorm")]
    public void AnAxisThatTheParameterLacksIsRefusedWhenTheLayerIsBuilt(string name, string where)
    {
        Constraint constraint = Constraint.FromName(name, new Dictionary<string, double> { ["axis"] = 2 });
        Assert.That(
            () => new Sequential(new Input(6), new Dense(3, kernelConstraint: constraint)),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                $"dense (Dense): kernel: {where}: expected a parameter with the axes [2], got the shape [6, 3]."));
        Assert.That(() => constraint.Validate([6, 3, 2]), Throws.Nothing);
        Assert.That(() => Constraint.NonNegative().Validate([6]), Throws.Nothing);
    }

    [Test]
    public void ErrorsSayWhatWasExpected()
    {
        Assert.That(() => Constraint.MaxNorm(-1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "MaxNorm: expected max to be a finite number of at least 0, got -1."));
        Assert.That(() => Constraint.UnitNorm(1, 1), Throws.ArgumentException.With.Message.StartsWith(
            "UnitNorm: expected one axis or several different ones, got [1, 1]."));
        Assert.That(() => Constraint.MaxNorm(2, 2).Apply<float>(new float[6], [2, 3]), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "MaxNorm: expected a parameter with the axes [2], got the shape [2, 3]."));
        Assert.That(() => Constraint.MaxNorm(2, 1, -1).Apply<float>(new float[6], [2, 3]), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "MaxNorm: expected a parameter with the axes [1, -1], got the shape [2, 3]."));
        Assert.That(() => Constraint.FromName("min_norm"), Throws.ArgumentException.With.Message.EqualTo(
            "Constraint: expected one of max_norm, non_neg, unit_norm, got 'min_norm'."));
    }
}
