using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The points at which the polynomials of the algorithm are evaluated: 0, ±A, ±B and ∞. All matrices follow from them; see Lavin
/// and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), and for the derivation from points Barabasz, Anderson,
/// Soodhalter and Gregg, "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks" (2020).
/// </summary>
/// <remarks>With N(p) = Π (p − q) over the other finite points q, the kernel's row for p is divided by N(p).</remarks>
internal static class WinogradPoints
{
    /// <summary>
    /// These points lose a quarter as many digits as the usual 1 and 2: a relative error of 3.3e-6 instead of 1.2e-5 at 512
    /// channels, in float. They, their squares and the squares' sum and product are exact in float, unlike the slightly better
    /// √½ and √2.
    /// </summary>
    public const double A = 0.625, B = 1.5;

    /// <summary>Their squares.</summary>
    public const double A2 = A * A, B2 = B * B;

    /// <summary>1 / N(0), 1 / N(±A), 1 / N(±B).</summary>
    public const double Scale0 = 1 / (A2 * B2), ScaleA = 1 / (2 * A2 * (A2 - B2)), ScaleB = 1 / (2 * B2 * (B2 - A2));

    /// <summary>A constant in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Of<T>(double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector.Create(T.CreateTruncating(value));

    /// <summary>
    /// The values of a polynomial at +p and −p, scaled, from its even and its odd part: to[0] and to[step].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePair<T>(Vector<T> even, Vector<T> odd, double scale, ref T to, nint step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Of<T>(scale) * (even + odd)).StoreUnsafe(ref to);
        (Of<T>(scale) * (even - odd)).StoreUnsafe(ref Unsafe.Add(ref to, step));
    }
}

/// <summary>
/// Six products at the points, as the rows of Aᵀ take them: 0 and ∞ as they are, ±A and ±B as sums and, times A or B, differences.
/// </summary>
internal readonly ref struct WinogradSums<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Loads the six, <paramref name="step"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public WinogradSums(ref T from, nint step)
    {
        Vector<T> p1 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, step));
        Vector<T> p2 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 2 * step));
        Vector<T> p3 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 3 * step));
        Vector<T> p4 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 4 * step));
        First = Vector.LoadUnsafe(ref from);
        Last = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 5 * step));
        SumA = p1 + p2;
        SumB = p3 + p4;
        DifferenceA = (p1 - p2) * WinogradPoints.Of<T>(WinogradPoints.A);
        DifferenceB = (p3 - p4) * WinogradPoints.Of<T>(WinogradPoints.B);
    }

    public readonly Vector<T> First, Last, SumA, SumB, DifferenceA, DifferenceB;
}

/// <summary>Bᵀ, [6, 6]: the input of a tile.</summary>
internal readonly struct WinogradInput : IWinogradStep
{
    /// <inheritdoc/>
    public static int Inputs => 6;

    /// <inheritdoc/>
    public static int Outputs => 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(ref T from, nint fromStep, ref T to, nint toStep)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> x0 = Vector.LoadUnsafe(ref from);
        Vector<T> x1 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, fromStep));
        Vector<T> x2 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 2 * fromStep));
        Vector<T> x3 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 3 * fromStep));
        Vector<T> x4 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 4 * fromStep));
        Vector<T> x5 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 5 * fromStep));

        Vector<T> product = WinogradPoints.Of<T>(WinogradPoints.A2 * WinogradPoints.B2);
        Vector<T> minusSum = WinogradPoints.Of<T>(-(WinogradPoints.A2 + WinogradPoints.B2));
        Simd.MultiplyAdd(product, x0, Simd.MultiplyAdd(minusSum, x2, x4)).StoreUnsafe(ref to);
        Simd.MultiplyAdd(product, x1, Simd.MultiplyAdd(minusSum, x3, x5)).StoreUnsafe(ref Unsafe.Add(ref to, 5 * toStep));

        Vector<T> minusB2 = WinogradPoints.Of<T>(-WinogradPoints.B2);
        Vector<T> even = Simd.MultiplyAdd(minusB2, x2, x4);
        Vector<T> odd = Simd.MultiplyAdd(minusB2, x1, x3);
        Simd.MultiplyAdd(WinogradPoints.Of<T>(WinogradPoints.A), odd, even).StoreUnsafe(ref Unsafe.Add(ref to, toStep));
        Simd.MultiplyAdd(WinogradPoints.Of<T>(-WinogradPoints.A), odd, even).StoreUnsafe(ref Unsafe.Add(ref to, 2 * toStep));

        Vector<T> minusA2 = WinogradPoints.Of<T>(-WinogradPoints.A2);
        even = Simd.MultiplyAdd(minusA2, x2, x4);
        odd = Simd.MultiplyAdd(minusA2, x1, x3);
        Simd.MultiplyAdd(WinogradPoints.Of<T>(WinogradPoints.B), odd, even).StoreUnsafe(ref Unsafe.Add(ref to, 3 * toStep));
        Simd.MultiplyAdd(WinogradPoints.Of<T>(-WinogradPoints.B), odd, even).StoreUnsafe(ref Unsafe.Add(ref to, 4 * toStep));
    }
}

/// <summary>G of F(4, 3), [6, 3]: the kernel.</summary>
internal readonly struct WinogradKernelIn : IWinogradStep
{
    /// <inheritdoc/>
    public static int Inputs => 3;

    /// <inheritdoc/>
    public static int Outputs => 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(ref T from, nint fromStep, ref T to, nint toStep)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> w0 = Vector.LoadUnsafe(ref from);
        Vector<T> w1 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, fromStep));
        Vector<T> w2 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 2 * fromStep));
        (w0 * WinogradPoints.Of<T>(WinogradPoints.Scale0)).StoreUnsafe(ref to);
        w2.StoreUnsafe(ref Unsafe.Add(ref to, 5 * toStep));

        Vector<T> even = Simd.MultiplyAdd(WinogradPoints.Of<T>(WinogradPoints.A2), w2, w0);
        Vector<T> odd = WinogradPoints.Of<T>(WinogradPoints.A) * w1;
        WinogradPoints.StorePair(even, odd, WinogradPoints.ScaleA, ref Unsafe.Add(ref to, toStep), toStep);

        even = Simd.MultiplyAdd(WinogradPoints.Of<T>(WinogradPoints.B2), w2, w0);
        odd = WinogradPoints.Of<T>(WinogradPoints.B) * w1;
        WinogradPoints.StorePair(even, odd, WinogradPoints.ScaleB, ref Unsafe.Add(ref to, 3 * toStep), toStep);
    }
}

/// <summary>Aᵀ of F(4, 3), [4, 6]: the output of a tile.</summary>
internal readonly struct WinogradOutput : IWinogradStep
{
    /// <inheritdoc/>
    public static int Inputs => 6;

    /// <inheritdoc/>
    public static int Outputs => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(ref T from, nint fromStep, ref T to, nint toStep)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        WinogradSums<T> sums = new(ref from, fromStep);
        Vector<T> a2 = WinogradPoints.Of<T>(WinogradPoints.A2);
        Vector<T> b2 = WinogradPoints.Of<T>(WinogradPoints.B2);
        (sums.First + (sums.SumA + sums.SumB)).StoreUnsafe(ref to);
        (sums.DifferenceA + sums.DifferenceB).StoreUnsafe(ref Unsafe.Add(ref to, toStep));
        Simd.MultiplyAdd(a2, sums.SumA, b2 * sums.SumB).StoreUnsafe(ref Unsafe.Add(ref to, 2 * toStep));
        Simd.MultiplyAdd(a2, sums.DifferenceA, Simd.MultiplyAdd(b2, sums.DifferenceB, sums.Last))
            .StoreUnsafe(ref Unsafe.Add(ref to, 3 * toStep));
    }
}

/// <summary>G of F(3, 4), [6, 4]: the gradient of the output of a tile, which takes the kernel's place.</summary>
internal readonly struct WinogradGradientIn : IWinogradStep
{
    /// <inheritdoc/>
    public static int Inputs => 4;

    /// <inheritdoc/>
    public static int Outputs => 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(ref T from, nint fromStep, ref T to, nint toStep)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> dy0 = Vector.LoadUnsafe(ref from);
        Vector<T> dy1 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, fromStep));
        Vector<T> dy2 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 2 * fromStep));
        Vector<T> dy3 = Vector.LoadUnsafe(ref Unsafe.Add(ref from, 3 * fromStep));
        (dy0 * WinogradPoints.Of<T>(WinogradPoints.Scale0)).StoreUnsafe(ref to);
        dy3.StoreUnsafe(ref Unsafe.Add(ref to, 5 * toStep));

        Vector<T> square = WinogradPoints.Of<T>(WinogradPoints.A2);
        Vector<T> even = Simd.MultiplyAdd(square, dy2, dy0);
        Vector<T> odd = WinogradPoints.Of<T>(WinogradPoints.A) * Simd.MultiplyAdd(square, dy3, dy1);
        WinogradPoints.StorePair(even, odd, WinogradPoints.ScaleA, ref Unsafe.Add(ref to, toStep), toStep);

        square = WinogradPoints.Of<T>(WinogradPoints.B2);
        even = Simd.MultiplyAdd(square, dy2, dy0);
        odd = WinogradPoints.Of<T>(WinogradPoints.B) * Simd.MultiplyAdd(square, dy3, dy1);
        WinogradPoints.StorePair(even, odd, WinogradPoints.ScaleB, ref Unsafe.Add(ref to, 3 * toStep), toStep);
    }
}

/// <summary>Aᵀ of F(3, 4), [3, 6]: the gradient of the kernel.</summary>
internal readonly struct WinogradKernelOut : IWinogradStep
{
    /// <inheritdoc/>
    public static int Inputs => 6;

    /// <inheritdoc/>
    public static int Outputs => 3;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(ref T from, nint fromStep, ref T to, nint toStep)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        WinogradSums<T> sums = new(ref from, fromStep);
        (sums.First + (sums.SumA + sums.SumB)).StoreUnsafe(ref to);
        (sums.DifferenceA + sums.DifferenceB).StoreUnsafe(ref Unsafe.Add(ref to, toStep));
        Vector<T> sum = Simd.MultiplyAdd(WinogradPoints.Of<T>(WinogradPoints.B2), sums.SumB, sums.Last);
        Simd.MultiplyAdd(WinogradPoints.Of<T>(WinogradPoints.A2), sums.SumA, sum).StoreUnsafe(ref Unsafe.Add(ref to, 2 * toStep));
    }
}
