using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Looks for the steps that are padding, all of their values being one; says which, and copies the others.</summary>
/// <param name="x">[steps, ...]: what is looked at.</param>
/// <param name="padding">What all values of a padded step are.</param>
internal ref struct PaddedSteps<T>(ReadOnlySpan<T> x, double padding) : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A part is several times a fork and join: of a padded step all values are looked at, of another one vector.
    private const int PartLength = 64 * 1024;

    private readonly ReadOnlySpan<T> _x = x;
    private readonly T _padding = T.CreateTruncating(padding);
    private int _steps;
    private int _stepsOfPart;

    /// <summary>[steps]: becomes 0 where a step is padded, else 1; not written if empty.</summary>
    public Span<T> Mask { get; init; }

    /// <summary>[steps, ...]: what is copied; of another length than x where it belongs to other values of the steps.</summary>
    public ReadOnlySpan<T> From { get; init; }

    /// <summary>As from, which it may be: a copy of it, with zeros where a step is padded; not written if empty.</summary>
    public Span<T> To { get; init; }

    /// <summary>Goes through all steps.</summary>
    /// <param name="steps">How many there are.</param>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public void RunAll(int steps, int threads)
    {
        if (steps > 0)
        {
            _steps = steps;
            _stepsOfPart = Math.Max(1, PartLength / Math.Max(1, Math.Max(_x.Length, From.Length) / steps));
            ParallelLoop.Run(ref this, ((steps - 1) / _stepsOfPart) + 1, threads);
        }
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        bool copies = !To.IsEmpty && !From.Overlaps(To);
        int length = _x.Length / _steps, copied = To.Length / _steps;
        int end = Math.Min((part + 1) * _stepsOfPart, _steps);
        for (int step = part * _stepsOfPart; step < end; step++)
        {
            bool isPadded = IsAll(_x.Slice(step * length, length), _padding);
            if (!Mask.IsEmpty)
            {
                Mask[step] = isPadded ? T.Zero : T.One;
            }

            Span<T> to = To.Slice(step * copied, copied);
            if (isPadded)
            {
                to.Clear();
            }
            else if (copies)
            {
                From.Slice(step * copied, copied).CopyTo(to);
            }
        }
    }

    // The span's own search does not use vectors for floating-point numbers, but knows that NaN is NaN.
    private static bool IsAll(ReadOnlySpan<T> x, T value)
    {
        if (x.Length < Vector<T>.Count || T.IsNaN(value))
        {
            return !x.ContainsAnyExcept(value);
        }

        Vector<T> values = Vector.Create(value);
        for (int i = 0; i < x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            if (!Vector.EqualsAll(Vector.Create(x[i..]), values))
            {
                return false;
            }
        }

        return Vector.EqualsAll(Vector.Create(x[^Vector<T>.Count..]), values);
    }
}
