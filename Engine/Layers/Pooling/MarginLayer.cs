using Engine.Kernels;

namespace Engine.Layers;

/// <summary>Adds or takes away a margin at both ends of each spatial axis: what zero padding and cropping have in common.</summary>
public abstract class MarginLayer : SpatialLayer
{
    private readonly bool _isCropping;
    private readonly Extents _before;
    private readonly Extents _after;

    /// <param name="isCropping">Whether the margins are taken away.</param>
    /// <param name="margins">Before and after, for each spatial axis.</param>
    private protected MarginLayer(bool isCropping, params ReadOnlySpan<(int Before, int After)> margins)
        : base(margins.Length)
    {
        _isCropping = isCropping;
        Span<int> before = stackalloc int[margins.Length], after = stackalloc int[margins.Length];
        for (int i = 0; i < margins.Length; i++)
        {
            (before[i], after[i]) = margins[i].Before >= 0 && margins[i].After >= 0
                ? margins[i]
                : throw new ArgumentOutOfRangeException(
                    nameof(margins), $"{Kind}: expected margins of at least 0, got {margins[i].Before} and {margins[i].After}.");
        }

        _before = WithoutMissing(before);
        _after = WithoutMissing(after);
    }

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("before", _before.ToArray(Axes));
        writer.Write("after", _after.ToArray(Axes));
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        MarginGeometry geometry = GeometryOf(pass.InputShape(), pass.OutputShape());
        if (_isCropping)
        {
            MarginKernels.Crop(x, y, geometry, pass.Threads);
        }
        else
        {
            MarginKernels.Pad(x, y, geometry, pass.Threads);
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (dx.IsEmpty)
        {
            return;
        }

        MarginGeometry geometry = GeometryOf(pass.InputShape(), pass.OutputShape());
        if (_isCropping)
        {
            MarginKernels.Pad(dy, dx, geometry, pass.Threads);
        }
        else
        {
            MarginKernels.Crop(dy, dx, geometry, pass.Threads);
        }
    }

    private protected sealed override Shape OutputShape(Shape input)
    {
        Extents extents = ExtentsOf(input);
        int sign = _isCropping ? -1 : 1;
        Extents output = new(
            extents.Depth + (sign * (_before.Depth + _after.Depth)),
            extents.Height + (sign * (_before.Height + _after.Height)),
            extents.Width + (sign * (_before.Width + _after.Width)));
        if (output.Depth < 1 || output.Height < 1 || output.Width < 1)
        {
            Extents least = new(
                _before.Depth + _after.Depth + 1, _before.Height + _after.Height + 1, _before.Width + _after.Width + 1);
            throw UnexpectedInput($"{AxesText} of at least {Text(least)}", input, "Crop less.");
        }

        return ShapeOf(output, input[^1]);
    }

    private MarginGeometry GeometryOf(Shape input, Shape output)
    {
        Extents inner = ExtentsOf(_isCropping ? output : input);
        return new MarginGeometry(
            new MarginAxis(inner.Depth, _before.Depth, _after.Depth),
            new MarginAxis(inner.Height, _before.Height, _after.Height),
            new MarginAxis(inner.Width, _before.Width, _after.Width),
            input[^1]);
    }

    // An axis that is not there has no margin.
    private static Extents WithoutMissing(ReadOnlySpan<int> margins) => new(
        margins.Length > 2 ? margins[^3] : 0, margins.Length > 1 ? margins[^2] : 0, margins[^1]);
}
