using ScottPlot;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>
/// The font of all charts, from this assembly: a machine without fonts, such as a container of the bare .NET SDK, would draw no
/// text at all, and pictures look the same everywhere.
/// </summary>
internal sealed class EmbeddedFont : IFontResolver
{
    // Not the font's own name: it has a part of that font's characters only, and another user of the drawing library may want all.
    private const string Name = "Engine Sans";

    private readonly SKTypeface _regular = Load("DejaVuSans.subset.ttf");
    private readonly SKTypeface _bold = Load("DejaVuSans-Bold.subset.ttf");

    private EmbeddedFont()
    {
    }

    /// <summary>The font, registered with the drawing library.</summary>
    public static EmbeddedFont Instance { get; } = Register();

    /// <summary>The name under which charts ask for it.</summary>
    public string Family { get; } = Name;

    /// <summary>The font in regular weight. Shared: not to be disposed.</summary>
    public SKTypeface Regular => _regular;

    /// <summary>The font in bold. Shared: not to be disposed.</summary>
    public SKTypeface Bold => _bold;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        CreateTypeface(fontName, bold: weight >= FontWeight.SemiBold, italic: false);

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        fontName != Name ? null : bold ? _bold : _regular;

    // First of all: the library's own resolver answers any name with whatever font it has, or with none.
    private static EmbeddedFont Register()
    {
        var font = new EmbeddedFont();
        Fonts.FontResolvers.Insert(0, font);
        return font;
    }

    private static SKTypeface Load(string file)
    {
        using Stream stream = typeof(EmbeddedFont).Assembly.GetManifestResourceStream($"Engine.Visualization.Fonts.{file}")
            ?? throw new InvalidOperationException($"EmbeddedFont: expected {file} in the assembly, got none.");
        using SKData data = SKData.Create(stream);
        return SKTypeface.FromData(data)
            ?? throw new InvalidOperationException($"EmbeddedFont: expected a font in {file}, got something else.");
    }
}
