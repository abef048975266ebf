using Engine.Kernels;

namespace Engine.Layers;

/// <summary>One value a channel: what the layers of global pooling have in common. A window that is as large as the input.</summary>
public abstract class GlobalPooling : WindowPooling
{
    private protected GlobalPooling(bool isMax, int axes, bool keepDims)
        : base(isMax, axes)
    {
        KeepDims = keepDims;
    }

    /// <summary>Whether the spatial axes stay, with length 1.</summary>
    public bool KeepDims { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("keep_dims", KeepDims);
    }

    private protected sealed override Shape OutputShape(Shape input) =>
        KeepDims ? ShapeOf(new Extents(1, 1, 1), input[^1]) : Shape.Create(input[^1]);

    private protected override ConvolutionGeometry GeometryOf(Shape input)
    {
        Extents extents = ExtentsOf(input);
        return new ConvolutionGeometry(
            new WindowAxis(extents.Depth, extents.Depth, 1, 1, Padding.Valid),
            new WindowAxis(extents.Height, extents.Height, 1, 1, Padding.Valid),
            new WindowAxis(extents.Width, extents.Width, 1, 1, Padding.Valid),
            input[^1],
            input[^1]);
    }
}
