namespace Engine.Layers;

/// <summary>Which way images are mirrored.</summary>
public enum FlipMode
{
    /// <summary>Left and right change places.</summary>
    Horizontal,

    /// <summary>Top and bottom change places.</summary>
    Vertical,

    /// <summary>Both, each by a draw of its own.</summary>
    HorizontalAndVertical,
}
