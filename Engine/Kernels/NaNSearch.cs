using System.Numerics;
using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Looks for a NaN.</summary>
/// <param name="x">Where.</param>
internal ref struct NaNSearch<T>(ReadOnlySpan<T> x) : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A part is several times a fork and join.
    private const int PartLength = 64 * 1024;

    private readonly ReadOnlySpan<T> _x = x;
    private bool _isFound;

    /// <summary>Whether there is one.</summary>
    /// <param name="threads">How many threads may look.</param>
    public bool IsFound(int threads)
    {
        ParallelLoop.Run(ref this, (int)(((long)_x.Length + PartLength - 1) / PartLength), threads);
        return _isFound;
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        int start = part * PartLength;
        if (TensorPrimitives.IsNaNAny(_x.Slice(start, Math.Min(PartLength, _x.Length - start))))
        {
            _isFound = true;
        }
    }
}
