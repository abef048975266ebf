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

            curves[i] = new Curve(label, [.. x], [.. y]) { Color = i, Marker = i, IsConnected = connected };
        }

        return curves;
    }
}
