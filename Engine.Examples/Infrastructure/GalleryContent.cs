namespace Engine.Examples;

/// <summary>What of an example's output the page of the gallery shows.</summary>
/// <param name="Pictures">The file names of the charts, in the order of the page; null for all PNG files that it saved.</param>
/// <param name="HasText">Whether its tables and what it says about them are shown.</param>
internal sealed record GalleryContent(IReadOnlyList<string>? Pictures, bool HasText = true)
{
    /// <summary>All pictures, tables and sentences.</summary>
    public static GalleryContent All { get; } = new(Pictures: null);

    /// <summary>Nothing: the gallery does not run the example.</summary>
    public static GalleryContent None { get; } = new([], HasText: false);
}
