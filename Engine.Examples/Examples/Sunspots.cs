using System.Globalization;

namespace Engine.Examples;

/// <summary>The yearly sunspot numbers of 1700 to 2008: Data/sunspots/README.md says where they come from.</summary>
/// <param name="FirstYear">The year of the first number; one a year follows.</param>
/// <param name="Numbers">The yearly means.</param>
internal sealed record Sunspots(int FirstYear, float[] Numbers)
{
    /// <summary>
    /// Their square roots: what is forecast. A count deviates by about its root, so that these deviate alike at all heights, and
    /// the square of what is forecast never is below zero.
    /// </summary>
    public float[] Roots { get; } = [.. Numbers.Select(MathF.Sqrt)];

    /// <summary>Reads them from beside the program.</summary>
    public static Sunspots Load()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Data", "sunspots", "yearly.csv");
        string[][] rows = [.. File.ReadLines(path).Skip(1).Select(line => line.Split(','))];
        return new Sunspots(
            int.Parse(rows[0][0], CultureInfo.InvariantCulture),
            [.. rows.Select(row => float.Parse(row[1], CultureInfo.InvariantCulture))]);
    }

    /// <summary>The year of a step of the series.</summary>
    public int Year(int step) => FirstYear + step;
}
