using ScottPlot;
using SkiaSharp;

namespace Engine.Visualization;

/// <summary>One part of a figure. Immutable: a figure draws it onto a canvas of its own.</summary>
internal abstract class Panel
{
    /// <summary>A remark below the figure, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The range of the panel's values where panels of one kind have to share it when they stand in one figure.</summary>
    public virtual CoordinateRange? ValueRange => null;

    /// <summary>What panels of one scale have in common: those with the same one share their range.</summary>
    public virtual object ScaleKind => GetType();

    /// <summary>The legend's entries; none: no legend.</summary>
    public virtual IReadOnlyList<LegendEntry> Legend => [];

    /// <summary>The size in pixels at which the panel alone is saved unless another one is asked for.</summary>
    public virtual (int Width, int Height) Size => (800, 500);

    /// <summary>The least range that holds both.</summary>
    public static CoordinateRange Union(CoordinateRange a, CoordinateRange b) => new(Math.Min(a.Min, b.Min), Math.Max(a.Max, b.Max));
}

/// <summary>A panel of one pair of axes with what is drawn between them.</summary>
internal abstract class PlotPanel : Panel
{
    /// <summary>Draws onto an empty plot.</summary>
    /// <param name="plot">The plot.</param>
    /// <param name="range">The range of the values of all panels of this kind; null where <see cref="Panel.ValueRange"/> is.</param>
    public abstract void Draw(Plot plot, CoordinateRange? range);
}

/// <summary>A panel that draws itself: pictures with other things than one pair of axes.</summary>
internal abstract class CanvasPanel : Panel
{
    /// <summary>Draws into a rectangle of the canvas, which is white.</summary>
    public abstract void Draw(SKCanvas canvas, SKRect area);
}
