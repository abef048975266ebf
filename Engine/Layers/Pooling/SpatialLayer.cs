namespace Engine.Layers;

/// <summary>
/// A layer over samples with one to three spatial axes and channels last: steps, images or volumes. What the layers of pooling,
/// padding, cropping, upsampling and spatial dropout have in common.
/// </summary>
public abstract class SpatialLayer : SimpleLayer
{
    private readonly int _axes;

    private protected SpatialLayer(int axes) => _axes = axes;

    /// <summary>The number of spatial axes.</summary>
    private protected int Axes => _axes;

    /// <summary>No output has a mask: steps are mixed, or are steps no longer.</summary>
    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Drop;

    /// <inheritdoc/>
    protected sealed override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank == _axes + 1 ? OutputShape(input) : throw UnexpectedInput(
            AxesText, input, $"The last axis is that of the channels, the others are {AxisNames}.");
    }

    /// <summary>The shape of one sample of the output.</summary>
    /// <param name="input">Of the right rank.</param>
    private protected abstract Shape OutputShape(Shape input);

    /// <summary>The spatial axes of a sample.</summary>
    private protected Extents ExtentsOf(Shape input) => Extents.Of(input.AsSpan()[.._axes]);

    /// <summary>A shape of these spatial axes and these channels.</summary>
    private protected Shape ShapeOf(Extents extents, int channels) => Shape.Create([.. extents.ToArray(_axes), channels]);

    /// <summary>"[n, height, width, channels]".</summary>
    private protected string AxesText => $"[n, {AxisNames.Replace(" and ", ", ", StringComparison.Ordinal)}, channels]";

    private string AxisNames => _axes switch { 1 => "steps", 2 => "height and width", _ => "depth, height and width" };

    /// <summary>"2 × 3".</summary>
    private protected string Text(Extents extents) => string.Join(" × ", extents.ToArray(_axes));

    /// <summary>Checks that each number is at least <paramref name="least"/>.</summary>
    private protected Extents Checked(Extents values, int least, string name) =>
        values.Depth >= least && values.Height >= least && values.Width >= least
            ? values
            : throw new ArgumentOutOfRangeException(
                name, $"{Kind}: expected {name} of at least {least} along each axis, got {Text(values)}.");
}
