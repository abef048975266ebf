using System.Numerics;
using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Scaling of each row to length 1: y = x / ‖x‖, and x / ε where the length is below ε.</summary>
internal static class NormalizationUnit
{
    private const int BlockLength = 16 * 1024;

    /// <summary>y = x / max(‖x‖, ε), row by row. Lengths are computed in double: a square neither overflows nor vanishes.</summary>
    /// <param name="x">[rows, length].</param>
    /// <param name="length">The length of a row.</param>
    /// <param name="epsilon">The least length that is divided by.</param>
    /// <param name="y">As x, overwritten; may be x.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Forward<T>(ReadOnlySpan<T> x, int length, double epsilon, Span<T> y, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(y.Length, x.Length);
        var body = new UnitBody<T>(x, default, y, length, epsilon);
        ParallelLoop.Run(ref body, body.Parts, threads);
    }

    /// <summary>dx = (dy − y (y · dy)) / ‖x‖, and dy / ε where the length is below ε.</summary>
    /// <param name="x">[rows, length], as in forward.</param>
    /// <param name="dy">As x.</param>
    /// <param name="length">The length of a row.</param>
    /// <param name="epsilon">As in forward.</param>
    /// <param name="dx">As x, overwritten; may be dy.</param>
    /// <param name="threads">How many threads may work.</param>
    public static void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> dy, int length, double epsilon, Span<T> dx, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(dy.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(dx.Length, x.Length);
        var body = new UnitBody<T>(x, dy, dx, length, epsilon);
        ParallelLoop.Run(ref body, body.Parts, threads);
    }

    private readonly ref struct UnitBody<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> result, int length, double epsilon) : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly ReadOnlySpan<T> _x = x, _dy = dy;
        private readonly Span<T> _result = result;

        public int Parts => (_x.Length + PartLength - 1) / PartLength;

        private int PartLength => Math.Max(1, BlockLength / length) * length;

        public void Run(int part)
        {
            int end = Math.Min((part + 1) * PartLength, _x.Length);
            for (int start = part * PartLength; start < end; start += length)
            {
                ReadOnlySpan<T> x = _x.Slice(start, length);
                Span<T> result = _result.Slice(start, length);
                double norm = Math.Sqrt(Reductions.SumOfSquares(x));
                if (_dy.IsEmpty)
                {
                    Elementwise.Scale(1 / Math.Max(norm, epsilon), x, result);
                    continue;
                }

                ReadOnlySpan<T> dy = _dy.Slice(start, length);
                double inverse = 1 / Math.Max(norm, epsilon);
                if (norm > epsilon)
                {
                    // y (y · dy) / ‖x‖ = x (x · dy) / ‖x‖³
                    T slope = T.CreateChecked(-double.CreateChecked(TensorPrimitives.Dot(x, dy)) * inverse * inverse);
                    TensorPrimitives.MultiplyAdd(x, slope, dy, result);
                    Elementwise.Scale(inverse, result, result);
                }
                else
                {
                    Elementwise.Scale(inverse, dy, result);
                }
            }
        }
    }
}
