namespace Engine.Layers;

/// <summary>
/// The range that a random factor is drawn from, uniformly. Written as one number, <c>0.1</c> for −0.1 to 0.1, or as a pair,
/// <c>(-0.1, 0.3)</c>.
/// </summary>
/// <param name="Lower">The lower end.</param>
/// <param name="Upper">The upper end; at least <paramref name="Lower"/>.</param>
public readonly record struct FactorRange(double Lower, double Upper)
{
    /// <summary>The range from −factor to factor.</summary>
    /// <param name="factor">Its half width; the sign does not matter.</param>
    public static implicit operator FactorRange(double factor) => FromDouble(factor);

    /// <summary>The range from the first to the second number.</summary>
    /// <param name="range">The lower and the upper end.</param>
    public static implicit operator FactorRange((double Lower, double Upper) range) => FromValueTuple(range);

    /// <summary>The range from −factor to factor.</summary>
    /// <param name="factor">Its half width; the sign does not matter.</param>
    public static FactorRange FromDouble(double factor) => new(-Math.Abs(factor), Math.Abs(factor));

    /// <summary>The range from the first to the second number.</summary>
    /// <param name="range">The lower and the upper end.</param>
    public static FactorRange FromValueTuple((double Lower, double Upper) range) => new(range.Lower, range.Upper);

    /// <summary>The number at a share of the range: 0 gives the lower end.</summary>
    internal double At(double share) => Lower + (share * (Upper - Lower));

    /// <summary>The range, if it is one and within the bounds.</summary>
    internal FactorRange Checked(string where, string name, double least, double most) =>
        Lower <= Upper && Lower >= least && Upper <= most && double.IsFinite(Upper - Lower)
            ? this
            : throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
                $"{where}: expected {name} to be a range from low to high within [{least}, {most}], got {Lower} to {Upper}."));

    internal void Write(ConfigurationWriter writer, string name)
    {
        writer.Write(name + "_lower", Lower);
        writer.Write(name + "_upper", Upper);
    }

    internal static FactorRange Read(LayerConfiguration configuration, string name) =>
        new(configuration.Number(name + "_lower"), configuration.Number(name + "_upper"));

    /// <summary>The ends of a range of values, if it is one.</summary>
    internal static (double Lower, double Upper) CheckValues((double Lower, double Upper) range, string where, string name) =>
        range.Lower < range.Upper && double.IsFinite(range.Upper - range.Lower)
            ? range
            : throw new ArgumentOutOfRangeException(name, FormattableString.Invariant(
                $"{where}: expected {name} to be a range from low to high, got {range.Lower} to {range.Upper}."));
}
