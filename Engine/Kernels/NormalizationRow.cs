using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The passes over one row of normalization by rows: lanes are elements of the row. What is summed depends on the length and the
/// vector width only.
/// </summary>
internal static class NormalizationRow
{
    /// <summary>Σ x.</summary>
    public static T Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T first = ref MemoryMarshal.GetReference(x);
        Vector<T> sum = default;
        for (int i = 0; i < x.Length; i += Vector<T>.Count)
        {
            sum += Lanes.Load(ref Unsafe.Add(ref first, i), Math.Min(Vector<T>.Count, x.Length - i));
        }

        return Vector.Sum(sum);
    }

    /// <summary>Σ (x − mean)².</summary>
    public static T SquaredDeviations<T>(ReadOnlySpan<T> x, T mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T first = ref MemoryMarshal.GetReference(x);
        Vector<T> sum = default, means = Vector.Create(mean);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> d = Vector.LoadUnsafe(ref first, (nuint)i) - means;
            sum = Simd.MultiplyAdd(d, d, sum);
        }

        if (i < x.Length)
        {
            Vector<T> d = Elementwise.LoadPart(ref Unsafe.Add(ref first, i), x.Length - i, means) - means;
            sum = Simd.MultiplyAdd(d, d, sum);
        }

        return Vector.Sum(sum);
    }

    /// <summary>y = (x − mean) · inverse · gamma + beta.</summary>
    public static void Normalize<T>(
        ReadOnlySpan<T> x, T mean, T inverse, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(gamma.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(beta.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(y.Length, x.Length);
        Vector<T> means = Vector.Create(mean), inverses = Vector.Create(inverse);
        for (int i = 0; i < x.Length; i += Vector<T>.Count)
        {
            int lanes = Math.Min(Vector<T>.Count, x.Length - i);
            Vector<T> normal = (Load(x, i, lanes) - means) * inverses;
            Store(Simd.MultiplyAdd(normal, Load(gamma, i, lanes), Load(beta, i, lanes)), y, i, lanes);
        }
    }

    /// <summary>Σ g and Σ g x̂, with g = gamma · dy and x̂ = (x − mean) · inverse.</summary>
    public static (T Sum, T Product) GradientSums<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> gamma, T mean, T inverse)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(dy.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(gamma.Length, x.Length);
        Vector<T> means = Vector.Create(mean), inverses = Vector.Create(inverse), sum = default, product = default;
        for (int i = 0; i < x.Length; i += Vector<T>.Count)
        {
            int lanes = Math.Min(Vector<T>.Count, x.Length - i);
            Vector<T> g = Load(gamma, i, lanes) * Load(dy, i, lanes);
            sum += g;
            product = Simd.MultiplyAdd(g, (Load(x, i, lanes) - means) * inverses, product);
        }

        return (Vector.Sum(sum), Vector.Sum(product));
    }

    /// <summary>Adds dy to one row of sums and dy x̂ to another.</summary>
    public static void AccumulateGradients<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> dy, T mean, T inverse, Span<T> gammaGradient, Span<T> betaGradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(dy.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(gammaGradient.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(betaGradient.Length, x.Length);
        Vector<T> means = Vector.Create(mean), inverses = Vector.Create(inverse);
        for (int i = 0; i < x.Length; i += Vector<T>.Count)
        {
            int lanes = Math.Min(Vector<T>.Count, x.Length - i);
            Vector<T> gradient = Load(dy, i, lanes);
            Vector<T> normal = (Load(x, i, lanes) - means) * inverses;
            Store(Simd.MultiplyAdd(gradient, normal, Load<T>(gammaGradient, i, lanes)), gammaGradient, i, lanes);
            Store(gradient + Load<T>(betaGradient, i, lanes), betaGradient, i, lanes);
        }
    }

    /// <summary>dx = inverse · (g − sum − x̂ · product), sums divided by the length already; dx may be dy.</summary>
    public static void InputGradient<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> gamma, T mean, T inverse, T sum, T product, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Elementwise.ThrowIfLengthsDiffer(dy.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(gamma.Length, x.Length);
        Elementwise.ThrowIfLengthsDiffer(dx.Length, x.Length);
        Vector<T> means = Vector.Create(mean), inverses = Vector.Create(inverse);
        Vector<T> sums = Vector.Create(sum), products = Vector.Create(product);
        for (int i = 0; i < x.Length; i += Vector<T>.Count)
        {
            int lanes = Math.Min(Vector<T>.Count, x.Length - i);
            Vector<T> g = Load(gamma, i, lanes) * Load(dy, i, lanes);
            Vector<T> normal = (Load(x, i, lanes) - means) * inverses;
            Store(inverses * (g - sums - (normal * products)), dx, i, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Load<T>(ReadOnlySpan<T> source, int start, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes.Load(ref Unsafe.Add(ref MemoryMarshal.GetReference(source), start), lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector<T> values, Span<T> destination, int start, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Lanes.Store(values, ref Unsafe.Add(ref MemoryMarshal.GetReference(destination), start), lanes);
}
