using System.Globalization;

namespace Engine.Visualization;

/// <summary>One series of points and how it is drawn.</summary>
internal sealed record Curve(string Label, double[] X, double[] Y)
{
    /// <summary>The index of the colour in the palette.</summary>
    public int Color { get; init; }

    /// <summary>The index of the marker's shape.</summary>
    public int Marker { get; init; }

    /// <summary>Whether the line between the points is dashed.</summary>
    public bool IsDashed { get; init; }

    /// <summary>Whether the points are connected.</summary>
    public bool IsConnected { get; init; } = true;

    /// <summary>Whether the line and its points are drawn at all, rather than the band alone.</summary>
    public bool IsLine { get; init; } = true;

    /// <summary>The lower and the upper edge of a shaded band around the line, of Y's length; null for none.</summary>
    public (double[] Low, double[] High)? Band { get; init; }

    /// <summary>How much of what is behind it the band hides: 0 to 1.</summary>
    public double BandOpacity { get; init; } = 0.2;

    /// <summary>How strong the band is in the legend: more where it lies on another one.</summary>
    public double LegendOpacity { get; init; } = 0.2;

    /// <summary>Checks and copies what a user handed in; each series gets its own colour and marker.</summary>
    public static Curve[] FromSeries(
        string method, (string Label, IReadOnlyList<double> X, IReadOnlyList<double> Y)[] series, bool connected)
    {
        if (series.Length == 0)
        {
            throw new ArgumentException($"Chart.{method}: expected at least one series, got none.", nameof(series));
        }

        var curves = new Curve[series.Length];
        for (int i = 0; i < series.Length; i++)
        {
            (string label, IReadOnlyList<double> x, IReadOnlyList<double> y) = series[i];
            if (x.Count == 0 || x.Count != y.Count)
            {
                throw new ArgumentException(
                    $"Chart.{method}: expected x and y of equal length, at least 1, got {x.Count} and {y.Count} in '{label}'.",
                    nameof(series));
            }

            curves[i] = new Curve(label, [.. x], [.. y]) { Color = i, Marker = i + (i / 12), IsConnected = connected };      // 24 pairs
        }

        return curves;
    }

    /// <summary>Checks and copies lines with bands.</summary>
    public static Curve[] FromBands(
        (string Label, IReadOnlyList<double> X, IReadOnlyList<double> Y,
            IReadOnlyList<double> Low, IReadOnlyList<double> High)[] series)
    {
        Curve[] curves = FromSeries("Band", [.. series.Select(one => (one.Label, one.X, one.Y))], connected: true);
        for (int i = 0; i < series.Length; i++)
            curves[i] = curves[i] with { Band = CheckedBand("Band", series[i].Label, curves[i].X, series[i].Low, series[i].High) };
        return curves;
    }

    /// <summary>Checks and copies the edges of a band.</summary>
    public static (double[] Low, double[] High) CheckedBand(
        string method, string label, double[] x, IReadOnlyList<double> low, IReadOnlyList<double> high)
    {
        if (low.Count != x.Length || high.Count != x.Length)
        {
            throw new ArgumentException(
                $"Chart.{method}: expected a lower and an upper edge for each of {x.Length} points, got {low.Count} and {high.Count} "
                + $"in '{label}'.");
        }

        for (int i = 0; i < x.Length; i++)
        {
            if (low[i] > high[i])
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Chart.{method}: expected the lower edge below the upper one, got {low[i]} above {high[i]} at point {i} of "
                    + $"'{label}'. Swap them."));
            }
        }

        return ([.. low], [.. high]);
    }
}
