using System.Numerics.Tensors;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>The mean of each channel.</summary>
/// <remarks>
/// Input <c>[n, steps, channels]</c>, output <c>[n, channels]</c>. The gradient goes to all cells alike. Where the input has a mask
/// the mean is that of the steps that count, as in Keras; zero where none does.
/// </remarks>
/// <param name="keepDims">Whether the spatial axes stay, with length 1: output <c>[n, 1, channels]</c>.</param>
public sealed class GlobalAveragePooling1D(bool keepDims = false) : GlobalPooling(isMax: false, 1, keepDims)
{
    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        ReadOnlySpan<T> masks = pass.Mask();
        if (masks.IsEmpty)
        {
            base.Forward(x, y, pass);
            return;
        }

        // y = m x / Σ m   [1, channels] = [1, steps][steps, channels]
        (int steps, int channels) = (pass.InputShape()[0], pass.InputShape()[1]);
        for (int sample = 0; sample < pass.Batch; sample++)
        {
            ReadOnlySpan<T> mask = masks.Slice(sample * steps, steps);
            Span<T> mean = y.Slice(sample * channels, channels);
            Gemm.Multiply(
                new ReadOnlyMatrixView<T>(mask, 1, steps),
                new ReadOnlyMatrixView<T>(x[(sample * steps * channels)..], steps, channels),
                new MatrixView<T>(mean, 1, channels));
            TensorPrimitives.Divide(mean, T.Max(T.One, Rows.Sum(mask)), mean);
        }
    }

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        ReadOnlySpan<T> masks = pass.Mask();
        if (masks.IsEmpty || dx.IsEmpty)
        {
            base.Backward(x, y, dy, dx, pass);
            return;
        }

        // dx = mᵀ dy / Σ m   [steps, channels]
        (int steps, int channels) = (pass.InputShape()[0], pass.InputShape()[1]);
        for (int sample = 0; sample < pass.Batch; sample++)
        {
            ReadOnlySpan<T> mask = masks.Slice(sample * steps, steps);
            T count = T.Max(T.One, Rows.Sum(mask));
            for (int step = 0; step < steps; step++)
            {
                TensorPrimitives.Multiply(
                    dy.Slice(sample * channels, channels), mask[step] / count, dx.Slice(((sample * steps) + step) * channels, channels));
            }
        }
    }
}
