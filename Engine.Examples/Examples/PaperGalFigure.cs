using System.Globalization;

namespace Engine.Examples;

/// <summary>A mean and its standard error.</summary>
internal readonly record struct PaperGalFigure(double Mean, double Error)
{
    /// <summary>The mean of some values, and their deviation over the root of their number.</summary>
    public static PaperGalFigure Of(IReadOnlyCollection<double> values)
    {
        double mean = values.Average();
        double variance = values.Sum(value => (value - mean) * (value - mean)) / values.Count;
        return new PaperGalFigure(mean, Math.Sqrt(variance / values.Count));
    }

    /// <summary>The difference from another figure, in the standard errors of the difference.</summary>
    public double DistanceFrom(PaperGalFigure other) =>
        (Mean - other.Mean) / Math.Sqrt((Error * Error) + (other.Error * other.Error));

    /// <summary>Whether two figures differ by no more than twice the standard error of their difference.</summary>
    public bool Agrees(PaperGalFigure other) => Math.Abs(DistanceFrom(other)) <= 2;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:F3} ± {Error:F3}");
}
