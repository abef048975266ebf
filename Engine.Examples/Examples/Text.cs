using System.Globalization;

namespace Engine.Examples;

/// <summary>Numbers as tables show them.</summary>
internal static class Text
{
    /// <summary>0.98214 as "98.21 %".</summary>
    public static string Percent(double share, int digits = 2) =>
        (100 * share).ToString("F" + digits, CultureInfo.InvariantCulture) + " %";

    /// <summary>A difference of two shares, 0.0123, as "1.23 points".</summary>
    public static string Points(double difference) => (100 * difference).ToString("F2", CultureInfo.InvariantCulture) + " points";

    /// <summary>A number with a given count of decimals.</summary>
    public static string Fixed(double value, int digits) => value.ToString("F" + digits, CultureInfo.InvariantCulture);

    /// <summary>58370 as "58,370".</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
