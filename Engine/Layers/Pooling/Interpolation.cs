namespace Engine.Layers;

/// <summary>Where the values of a resized image come from.</summary>
public enum Interpolation
{
    /// <summary>The nearest cell of the input.</summary>
    Nearest,

    /// <summary>The four cells around the place, weighted by their nearness; the centers of the corner cells stay half a cell inside.</summary>
    Bilinear,
}
