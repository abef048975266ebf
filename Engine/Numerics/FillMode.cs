namespace Engine;

/// <summary>What an image shows beyond its borders, written for a row a b c d.</summary>
public enum FillMode
{
    /// <summary>Itself, mirrored at the outer edge of the last pixel: <c>d c b a | a b c d | d c b a</c>.</summary>
    Reflect,

    /// <summary>Itself again: <c>a b c d | a b c d | a b c d</c>.</summary>
    Wrap,

    /// <summary>One value everywhere: <c>k k k k | a b c d | k k k k</c>.</summary>
    Constant,

    /// <summary>The pixel at the border: <c>a a a a | a b c d | d d d d</c>.</summary>
    Nearest,
}
