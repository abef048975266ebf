using ScottPlot;

namespace Engine.Visualization;

/// <summary>One pair of axes with what is drawn between them. Immutable: a figure draws it onto a plot of its own.</summary>
internal abstract class Panel
{
    /// <summary>A remark below the figure, or null.</summary>
    public string? Note { get; init; }

    /// <summary>The range of the panel's values where panels of one kind have to share it when they stand side by side.</summary>
    public virtual CoordinateRange? ValueRange => null;

    /// <summary>The legend's entries; none: no legend.</summary>
    public virtual IReadOnlyList<LegendEntry> Legend => [];

    /// <summary>Draws onto an empty plot.</summary>
    /// <param name="plot">The plot.</param>
    /// <param name="range">The range of the values of all panels of this kind; null where <see cref="ValueRange"/> is.</param>
    public abstract void Draw(Plot plot, CoordinateRange? range);

    /// <summary>The least range that holds both.</summary>
    public static CoordinateRange Union(CoordinateRange a, CoordinateRange b) => new(Math.Min(a.Min, b.Min), Math.Max(a.Max, b.Max));
}
