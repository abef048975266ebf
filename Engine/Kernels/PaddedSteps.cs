using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Looks for the steps that are padding, all of their values being one; says which, and copies the others.</summary>
/// <param name="x">[steps, ...]: what is looked at.</param>
/// <param name="padding">What all values of a padded step are.</param>
/// <param name="mask">[steps]: becomes 0 where a step is padded, else 1. It may be x, if that is a mask.</param>
internal ref struct PaddedSteps<T>(ReadOnlySpan<T> x, double padding, Span<T> mask) : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A part is several times a fork and join: of a padded step all values are looked at, of another one vector.
    private const int PartLength = 64 * 1024;

    private readonly ReadOnlySpan<T> _x = x;
    private readonly Span<T> _mask = mask;
    private readonly T _padding = T.CreateTruncating(padding);
    private int _stepsOfPart;
    private int _parts;

    /// <summary>[steps, ...]: what is copied; of another length than x where it belongs to other values of the steps.</summary>
    public ReadOnlySpan<T> From { get; init; }

    /// <summary>As from, which it may be: a copy of it, with zeros where a step is padded; not written if empty.</summary>
    public Span<T> To { get; init; }

    /// <summary>Goes through all steps.</summary>
    /// <param name="threads">How many threads may work: no effect on the result.</param>
    public void RunAll(int threads)
    {
        if (!_mask.IsEmpty)
        {
            _stepsOfPart = Math.Max(1, PartLength / Math.Max(1, Math.Max(_x.Length, From.Length) / _mask.Length));
            _parts = ((_mask.Length - 1) / _stepsOfPart) + 1;
            ParallelLoop.Run(ref this, _parts, threads);
        }
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        // From the last part to the first: whoever wrote or looked at x before has left its end in the caches.
        int start = (_parts - 1 - part) * _stepsOfPart;
        Span<T> mask = _mask.Slice(start, Math.Min(_stepsOfPart, _mask.Length - start));
        int length = _x.Length / _mask.Length;
        Find(_x.Slice(start * length, mask.Length * length), length, _padding, mask);
        if (!To.IsEmpty)
        {
            Copy(mask, start);
        }
    }

    // The span's own search does not use vectors for floating-point numbers, but knows that NaN is NaN.
    private static void Find(ReadOnlySpan<T> x, int length, T padding, Span<T> mask)
    {
        if (length < Vector<T>.Count || T.IsNaN(padding))
        {
            for (int step = 0; step < mask.Length; step++)
            {
                mask[step] = x.Slice(step * length, length).ContainsAnyExcept(padding) ? T.One : T.Zero;
            }
        }
        else if (Vector512.IsHardwareAccelerated && length >= Vector512<T>.Count)
        {
            Find<Vector512<T>, WideVectors<T>>(x, length, padding, mask);
        }
        else
        {
            Find<Vector<T>, NativeVectors<T>>(x, length, padding, mask);
        }
    }

    // Steps of a vector at least; its last one may overlap the one before.
    private static void Find<TVector, TVectors>(ReadOnlySpan<T> x, int length, T padding, Span<T> mask)
        where TVector : struct
        where TVectors : struct, IVectors<TVector, T>
    {
        TVector values = TVectors.Create(padding);
        ref T first = ref MemoryMarshal.GetReference(x);
        int last = length - TVectors.Count;
        for (int step = 0; step < mask.Length; step++)
        {
            int i = 0;
            while (i < last && TVectors.EqualsAll(TVectors.Load(ref first, (nuint)i), values))
            {
                i += TVectors.Count;
            }

            mask[step] = i >= last && TVectors.EqualsAll(TVectors.Load(ref first, (nuint)last), values) ? T.Zero : T.One;
            first = ref Unsafe.Add(ref first, length);
        }
    }

    private readonly void Copy(ReadOnlySpan<T> mask, int start)
    {
        int length = To.Length / _mask.Length;
        for (int step = 0; step < mask.Length; step++)
        {
            Span<T> to = To.Slice((start + step) * length, length);
            if (mask[step] == T.Zero)
            {
                to.Clear();
            }
            else
            {
                // Onto itself it costs nothing.
                From.Slice((start + step) * length, length).CopyTo(to);
            }
        }
    }
}
