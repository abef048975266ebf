namespace Engine.Kernels;

/// <summary>An axis with a margin at both ends: a shorter one inside a longer one.</summary>
/// <param name="Inner">The length without margins.</param>
/// <param name="Before">The margin before it; 0 or more.</param>
/// <param name="After">The margin after it; 0 or more.</param>
internal readonly record struct MarginAxis(int Inner, int Before, int After)
{
    /// <summary>An axis that is not there.</summary>
    public static readonly MarginAxis None = new(1, 0, 0);

    /// <summary>The length with margins.</summary>
    public int Outer => Before + Inner + After;
}
