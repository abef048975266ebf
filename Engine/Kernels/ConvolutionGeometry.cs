namespace Engine.Kernels;

/// <summary>
/// The shapes of a convolution over up to three axes: one value for forward, input gradient and weight gradient. Data is
/// channels-last: x <c>[n, depth, height, width, channels]</c>, kernel <c>[kd, kh, kw, channels / groups, filters]</c>, y
/// <c>[n, depth, height, width, filters]</c>; axes that are not there have length 1, the last ones being there first.
/// </summary>
internal readonly record struct ConvolutionGeometry
{
    /// <summary>Describes a convolution.</summary>
    /// <param name="depth">The first axis; <see cref="WindowAxis.None"/> for one or two axes.</param>
    /// <param name="height">The second axis; <see cref="WindowAxis.None"/> for one axis.</param>
    /// <param name="width">The last axis.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="filters">Channels of the output.</param>
    /// <param name="groups">Filters of a group see the channels of their group only; divides both.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the groups do not divide channels and filters.</exception>
    public ConvolutionGeometry(WindowAxis depth, WindowAxis height, WindowAxis width, int channels, int filters, int groups = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(filters, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(channels % groups, 0, nameof(groups));
        ArgumentOutOfRangeException.ThrowIfNotEqual(filters % groups, 0, nameof(groups));
        (Depth, Height, Width, Channels, Filters, Groups) = (depth, height, width, channels, filters, groups);
    }

    /// <summary>The first axis of three.</summary>
    public WindowAxis Depth { get; }

    /// <summary>The second axis of three, the first of two.</summary>
    public WindowAxis Height { get; }

    /// <summary>The last axis.</summary>
    public WindowAxis Width { get; }

    /// <summary>Channels of the input.</summary>
    public int Channels { get; }

    /// <summary>Channels of the output.</summary>
    public int Filters { get; }

    /// <summary>Groups of channels.</summary>
    public int Groups { get; }

    /// <summary>Channels of the input that one filter sees.</summary>
    public int GroupChannels => Channels / Groups;

    /// <summary>Filters of one group.</summary>
    public int GroupFilters => Filters / Groups;

    /// <summary>Positions of the input: elements of a sample of one channel.</summary>
    public int InputPositions => Depth.Input * Height.Input * Width.Input;

    /// <summary>Positions of the output: elements of a sample of one filter.</summary>
    public int OutputPositions => Depth.Output * Height.Output * Width.Output;

    /// <summary>Positions of a window.</summary>
    public int WindowPositions => Depth.Window * Height.Window * Width.Window;

    /// <summary>Elements that one output sees: the rows of the kernel as a matrix.</summary>
    public int PatchLength => WindowPositions * GroupChannels;

    /// <summary>Elements of a sample of the input.</summary>
    public int InputSize => InputPositions * Channels;

    /// <summary>Elements of a sample of the output.</summary>
    public int OutputSize => OutputPositions * Filters;

    /// <summary>Elements of the kernel.</summary>
    public int KernelSize => PatchLength * Filters;
}
