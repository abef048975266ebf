namespace Engine.Losses;

/// <summary>Mixes targets with the uniform distribution (Szegedy et al. 2016, section 7).</summary>
internal static class LabelSmoothing
{
    /// <summary>The smoothing, if it is in [0, 1].</summary>
    public static double Validate(double labelSmoothing, string where) => labelSmoothing is >= 0 and <= 1
        ? labelSmoothing
        : throw new ArgumentOutOfRangeException(nameof(labelSmoothing), FormattableString.Invariant(
            $"{where}: expected labelSmoothing to be in [0, 1], got {labelSmoothing}."));
}
