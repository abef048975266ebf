using Engine.Kernels;

namespace Engine.Layers;

/// <summary>What Conv1D, Conv2D and Conv3D have in common: y = activation(x ∗ kernel + bias).</summary>
public abstract class Conv : ConvolutionLayer
{
    private protected Conv(int filters, in ConvolutionWindow window, in ConvolutionOptions options)
        : base(filters, window, options)
    {
    }

    /// <summary>Filters of a group see the channels of their group only; divides channels and filters.</summary>
    public int Groups => Window.Groups;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("groups", Groups);
    }

    /// <inheritdoc/>
    public sealed override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        // y = relu?(x ∗ K + b)   [n, positions, filters] = [n, positions, in] ∗ [window, in / groups, filters]
        ConvolutionGeometry geometry = GeometryOf(pass.InputShape());
        Convolution.Forward(
            geometry,
            pass.Batch,
            x,
            pass.Values(Kernel!),
            BiasValues(pass),
            y,
            IsRelu,
            AllowsWinograd,
            pass.Threads);
    }

    private protected sealed override void BackwardProducts<T>(
        in ConvolutionGeometry geometry,
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> dz,
        Span<T> kernelGradient,
        Span<T> dx,
        Span<T> scratch,
        in Pass<T> pass)
    {
        // dK = Σ patchesᵀ dz   [window, in / groups, filters]
        if (!kernelGradient.IsEmpty)
        {
            Convolution.WeightGradient(geometry, pass.Batch, x, dz, kernelGradient, AllowsWinograd, scratch, pass.Threads);
        }

        // dx[i] = Σ dz[o] Kᵀ over the windows that see i   [n, positions, in]
        if (!dx.IsEmpty)
        {
            Convolution.InputGradient(geometry, pass.Batch, dz, pass.Values(Kernel!), dx, AllowsWinograd, pass.Threads);
        }
    }

    private protected sealed override Shape KernelShape(int channels) => Sample(Window.Size, channels / Groups, Filters);

    private protected sealed override int ChannelsOf(Shape kernel) => kernel[^2] * Groups;

    private protected sealed override Shape OutputOf(Shape input)
    {
        (int Depth, int Height, int Width) output = Window.OutputOf(Window.LengthsOf(input));
        if (output.Depth < 1 || output.Height < 1 || output.Width < 1)
        {
            throw UnexpectedInput(
                $"of at least [n, {string.Join(", ", Window.Present(Window.Extent))}, channels]",
                input,
                $"The window of {Text(Window.Extent)} must fit; pad with Padding.Same, or take a smaller one.");
        }

        return Sample(output, Filters);
    }

    private protected sealed override ConvolutionGeometry GeometryOf(Shape input) =>
        Window.Geometry(Window.LengthsOf(input), input[^1], Filters);
}
