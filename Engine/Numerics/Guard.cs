namespace Engine.Numerics;

/// <summary>Checks of the numbers that people hand to constructors, with one wording.</summary>
internal static class Guard
{
    /// <summary>The value, if it is finite and at least 0.</summary>
    public static double NonNegative(double value, string where, string name) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
            $"{where}: expected {name} to be a finite number of at least 0, got {value}."));

    /// <summary>The value, if it is finite and above 0.</summary>
    public static double Positive(double value, string where, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
            $"{where}: expected {name} to be a finite number above 0, got {value}."));

    /// <summary>The value, if it is finite.</summary>
    public static double Finite(double value, string where, string name) => double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
            $"{where}: expected {name} to be a finite number, got {value}."));

    /// <summary>The value, if it is in [0, 1).</summary>
    public static double Fraction(double value, string where, string name) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
            $"{where}: expected {name} to be in [0, 1), got {value}."));

    /// <summary>The value, if it is in [0, 1].</summary>
    public static double Share(double value, string where, string name) => value is >= 0 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
            $"{where}: expected {name} to be in [0, 1], got {value}."));

    /// <summary>The value, if it is finite and not below a bound.</summary>
    public static double AtLeast(double bound, double value, string where, string name) => value >= bound && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
            $"{where}: expected {name} to be a finite number of at least {bound}, got {value}."));

    /// <summary>The value, if it is not below a bound.</summary>
    public static long AtLeast(long bound, long value, string where, string name) => value >= bound
        ? value
        : throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
            $"{where}: expected {name} to be at least {bound}, got {value}."));
}
