namespace Engine.Kernels;

/// <summary>
/// How a window slides along one axis: position o of the output sees the positions <c>o · Stride − PadBefore + w · Dilation</c> of
/// the input, w from 0 to <c>Window − 1</c>; those outside the input are padding.
/// </summary>
internal readonly record struct WindowAxis
{
    /// <summary>An axis of one position under a window of one: an axis that is not there.</summary>
    public static readonly WindowAxis None = new(1, 1, 1, 1, Padding.Valid);

    /// <summary>Lays a window along an axis, by Keras's rules of padding.</summary>
    /// <param name="input">The length of the input; at least 1.</param>
    /// <param name="window">The number of positions of the window; at least 1.</param>
    /// <param name="stride">From one window to the next; at least 1.</param>
    /// <param name="dilation">From one position of the window to the next; at least 1.</param>
    /// <param name="padding">What lies beyond the borders.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below 1, or the window does not fit into the input.</exception>
    public WindowAxis(int input, int window, int stride, int dilation, Padding padding)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(input, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dilation, 1);
        (Input, Window, Stride, Dilation) = (input, window, stride, dilation);
        Output = OutputLength(input, window, stride, dilation, padding);
        ArgumentOutOfRangeException.ThrowIfLessThan(Output, 1);
        int padded = padding switch
        {
            Padding.Same => Math.Max(((Output - 1) * stride) + Extent - input, 0),
            Padding.Causal => Extent - 1,
            _ => 0,
        };
        PadBefore = padding == Padding.Causal ? padded : padded / 2;
        PadAfter = padded - PadBefore;
    }

    /// <summary>The length of the input.</summary>
    public int Input { get; }

    /// <summary>The number of positions that a window sees.</summary>
    public int Window { get; }

    /// <summary>From one window to the next.</summary>
    public int Stride { get; }

    /// <summary>From one position of a window to the next.</summary>
    public int Dilation { get; }

    /// <summary>Positions of padding before the input.</summary>
    public int PadBefore { get; }

    /// <summary>Positions of padding after the input.</summary>
    public int PadAfter { get; }

    /// <summary>The number of windows: the length of the output.</summary>
    public int Output { get; }

    /// <summary>From the first position of a window to its last, both counted.</summary>
    public int Extent => ((Window - 1) * Dilation) + 1;

    /// <summary>The length of the output; below 1 where the window does not fit into the input.</summary>
    public static int OutputLength(int input, int window, int stride, int dilation, Padding padding)
    {
        int extent = ((window - 1) * dilation) + 1;
        return padding == Padding.Valid ? (input - extent + stride) / stride : (input + stride - 1) / stride;
    }
}
