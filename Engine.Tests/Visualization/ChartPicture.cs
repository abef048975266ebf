using System.Text;
using System.Xml.Linq;
using Engine.Visualization;
using SkiaSharp;

namespace Engine.Tests.Visualization;

/// <summary>What a reader sees of a chart: its texts and its pixels.</summary>
internal static class ChartPicture
{
    /// <summary>The first colours of the palette.</summary>
    public static readonly SKColor Blue = new(0x00, 0x72, 0xB2), Orange = new(0xD5, 0x5E, 0x00);

    /// <summary>All texts of the chart as SVG.</summary>
    public static string[] TextsOf(Chart chart, int? width = null, int? height = null)
    {
        using TempFolder folder = new();
        chart.Save(folder.File("chart.svg"), width, height);
        var document = XDocument.Parse(File.ReadAllText(folder.File("chart.svg"), Encoding.UTF8));
        return [.. document.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value.Trim())];
    }

    /// <summary>The chart as PNG.</summary>
    public static SKBitmap PixelsOf(Chart chart, int? width = null, int? height = null)
    {
        using TempFolder folder = new();
        chart.Save(folder.File("chart.png"), width, height);
        return SKBitmap.Decode(folder.File("chart.png"));
    }

    /// <summary>How many pixels are of exactly this colour.</summary>
    public static int Count(this SKBitmap picture, SKColor color) => picture.Pixels.Count(pixel => pixel == color);

    /// <summary>The columns, from left to right, that have a pixel of exactly this colour.</summary>
    public static int[] ColumnsOf(this SKBitmap picture, SKColor color) =>
        [.. Enumerable.Range(0, picture.Width).Where(x => Enumerable.Range(0, picture.Height).Any(y => picture.GetPixel(x, y) == color))];
}
