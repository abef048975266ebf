using ScottPlot;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>
/// A polyline cut into dashes. The drawing library's own dashes are an effect of the paint, which its SVG writer does not know: it
/// writes a complaint to the error stream for everything that the same paint draws later.
/// </summary>
internal sealed class DashedPath : IPathStrategy
{
    private const float Dash = 9;
    private const float Gap = 5;

    public SKPath GetPath(IEnumerable<Pixel> pixels)
    {
        using SKPath whole = Polyline(pixels);
        using var measure = new SKPathMeasure(whole);
        var dashes = new SKPath();
        for (float start = 0; start < measure.Length; start += Dash + Gap)
        {
            measure.GetSegment(start, Math.Min(start + Dash, measure.Length), dashes, startWithMoveTo: true);
        }

        return dashes;
    }

    /// <summary>The whole line.</summary>
    public static SKPath Polyline(IEnumerable<Pixel> pixels)
    {
        var path = new SKPath();
        path.AddPoly([.. pixels.Select(pixel => new SKPoint(pixel.X, pixel.Y))], close: false);
        return path;
    }
}
