using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// A window that slides over the spatial axes, and one value for each place of it and each channel: what the layers of max and
/// average pooling have in common. Padding is never part of a value.
/// </summary>
public abstract class Pooling : WindowPooling
{
    private readonly Extents _poolSize;
    private readonly Extents _strides;

    private protected Pooling(bool isMax, int axes, Extents poolSize, Extents strides, Padding padding)
        : base(isMax, axes)
    {
        if (padding is not (Padding.Valid or Padding.Same))
        {
            throw new ArgumentOutOfRangeException(nameof(padding), $"{Kind}: expected padding Valid or Same, got {padding}.");
        }

        _poolSize = Checked(poolSize, 1, nameof(poolSize));
        _strides = Checked(strides, 1, nameof(strides));
        Padding = padding;
    }

    /// <summary>Whether windows may begin before the input and end behind it.</summary>
    public Padding Padding { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("pool_size", _poolSize.ToArray(Axes));
        writer.Write("strides", _strides.ToArray(Axes));
        writer.Write("padding", Padding.ToString());
    }

    private protected sealed override Shape OutputShape(Shape input)
    {
        Extents extents = ExtentsOf(input);
        bool fits = Padding == Padding.Same
            || (extents.Depth >= _poolSize.Depth && extents.Height >= _poolSize.Height && extents.Width >= _poolSize.Width);
        if (!fits)
        {
            throw UnexpectedInput(
                $"{AxesText} that holds a window of {Text(_poolSize)}", input, "Use a smaller window, or Padding.Same.");
        }

        ConvolutionGeometry geometry = GeometryOf(input);
        return ShapeOf(new Extents(geometry.Depth.Output, geometry.Height.Output, geometry.Width.Output), input[^1]);
    }

    private protected override ConvolutionGeometry GeometryOf(Shape input)
    {
        Extents extents = ExtentsOf(input);
        return new ConvolutionGeometry(
            new WindowAxis(extents.Depth, _poolSize.Depth, _strides.Depth, 1, Padding),
            new WindowAxis(extents.Height, _poolSize.Height, _strides.Height, 1, Padding),
            new WindowAxis(extents.Width, _poolSize.Width, _strides.Width, 1, Padding),
            input[^1],
            input[^1]);
    }
}
