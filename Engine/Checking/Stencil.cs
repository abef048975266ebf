using Engine.Layers;

namespace Engine.Checking;

/// <summary>One comparison of backward with finite differences, at one point.</summary>
internal sealed class Stencil(Harness<double> harness, string subject)
{
    /// <summary>A prime: its multiples fall on all places of every axis that is not as long.</summary>
    private const long Spread = 7919;

    private readonly GradientCheckOptions _options = harness.Options;
    private double[][] _outputs = [];

    private double _excess = -1;
    private (string Name, double Analytic, double Numeric, double Magnitude) _worst = ("", 0, 0, 1);
    private int _elements;
    private bool _isKink;

    /// <summary>The report; null if the point lies on a kink.</summary>
    public GradientReport? Compare()
    {
        harness.Forward();
        harness.Backward();
        _outputs = [.. harness.Model.Outputs.Select((_, k) => new double[harness.Output(k).Length])];
        double[][] inputs = [.. harness.Model.Inputs.Select((_, i) => harness.InputGradient(i).ToArray())];
        double[][] parameters = [.. harness.Parameters.Select(parameter => harness.Gradient(parameter).ToArray())];
        double largest = inputs.Concat(parameters).SelectMany(g => g).Select(Math.Abs).DefaultIfEmpty(0).Max();

        for (int i = 0; i < inputs.Length; i++)
        {
            if (_options.FillInput is null || inputs[i].Length > 0)
            {
                Check($"input {i}", harness.Model.Inputs[i].Shape.Prepend(harness.Batch), harness.Input(i), inputs[i], largest);
            }
        }

        for (int p = 0; p < parameters.Length && !_isKink; p++)
        {
            Parameter parameter = harness.Parameters[p];
            Check(parameter.Name, parameter.Shape, parameter.WritableValues<double>(), parameters[p], largest);
        }

        string? problem = null;
        if (!_options.AllowTrivial)
        {
            problem = inputs.Select((g, i) => (Name: $"input {i}", Gradient: g))
                .Concat(parameters.Select((g, p) => (harness.Parameters[p].Name, Gradient: g)))
                .Where(named => named.Gradient.Length > 0 && named.Gradient.All(g => g == 0))
                .Select(named => $"expected a gradient of {named.Name} that is not zero throughout, got zeros. "
                    + "A check of zeros shows nothing; set AllowTrivial where it must be so.")
                .FirstOrDefault();
        }

        return _isKink
            ? null
            : new GradientReport(
                subject, _excess <= 1 && problem is null, _elements, _worst.Name, _worst.Analytic, _worst.Numeric,
                _worst.Magnitude, Math.Max(_excess, 0), problem);
    }

    private void Check(string name, Shape shape, Span<double> values, double[] analytic, double largest)
    {
        int count = Math.Min(analytic.Length, _options.MaxElements);
        for (int k = 0; k < count && !_isKink; k++)
        {
            int i = count < analytic.Length ? (int)(k * Spread % analytic.Length) : k;
            double numeric = Derivative(values, i, _options.Step);
            double allowed = (_options.RelativeTolerance * (Math.Abs(analytic[i]) + Math.Abs(numeric)))
                + (_options.AbsoluteTolerance * largest);
            double error = Math.Abs(analytic[i] - numeric);
            bool agrees = error <= allowed;

            // Two widths that disagree by more than backward's error can explain: the function has a kink in between.
            if (!agrees && Math.Abs(numeric - Derivative(values, i, _options.Step / 4)) > Math.Max(allowed, error / 8))
            {
                _isKink = true;
                return;
            }

            double excess = allowed > 0 ? error / allowed : error > 0 ? double.PositiveInfinity : 0;
            excess = double.IsNaN(excess) ? double.PositiveInfinity : excess;
            _elements++;
            if (excess > _excess)
            {
                _excess = excess;
                double magnitude = Math.Abs(analytic[i]) + Math.Abs(numeric) + (0.01 * largest);
                _worst = ($"{name} {Place(shape, i)}", analytic[i], numeric, magnitude);
            }
        }
    }

    // The differences are taken output by output before they are summed: what does not move cancels exactly.
    private double Derivative(Span<double> values, int i, double h)
    {
        double original = values[i];
        foreach (double[] sums in _outputs)
        {
            Array.Clear(sums);
        }

        double penalty = 0;
        foreach ((double offset, double factor) in ((double, double)[])[(-2, 1), (-1, -8), (1, 8), (2, -1)])
        {
            values[i] = original + (offset * h);
            harness.Forward();
            penalty += factor * harness.Penalty;
            for (int k = 0; k < _outputs.Length; k++)
            {
                ReadOnlySpan<double> y = harness.Output(k);
                for (int j = 0; j < y.Length; j++)
                {
                    _outputs[k][j] += factor * y[j];
                }
            }
        }

        values[i] = original;
        double derivative = penalty;
        for (int k = 0; k < _outputs.Length; k++)
        {
            double[] weights = harness.OutputWeights(k);
            for (int j = 0; j < _outputs[k].Length; j++)
            {
                derivative += weights[j] * _outputs[k][j];
            }
        }

        return derivative / (12 * h);
    }

    private static string Place(Shape shape, int index)
    {
        int[] place = new int[shape.Rank];
        for (int axis = place.Length - 1; axis >= 0; axis--)
        {
            place[axis] = index % shape[axis];
            index /= shape[axis];
        }

        return $"[{string.Join(", ", place)}]";
    }
}
