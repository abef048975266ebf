using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Numerics;

/// <summary>
/// The sigmoid and the hyperbolic tangent for the gates of recurrent cells: as <see cref="VectorMath"/> has them, but shorter,
/// since a cell takes five of them a unit and step. At most 3 units in the last place from the exact value for arguments up to
/// 20, and at most 6 beyond; never beyond 1; NaN in gives NaN out; the same bits in every lane.
/// </summary>
/// <remarks>
/// No branches and no selections: arguments are clamped to where exp is finite and no subnormal number. Below −87 (−708 in double)
/// the sigmoid stays at what it is there, 2e-38 (3e-308). What belongs together is worked out together, stage by stage: one function
/// alone is a chain of operations, each of which waits for the one before it.
/// </remarks>
internal static class GateMath<T, TVector, TVectors>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : struct
    where TVectors : struct, IVectors<TVector, T>
{
    private const double Log2OfE = 1.442695040888963407;

    // ln 2: as a float it is 2e-9 too large, which a product that is not rounded may have. In two parts, the first short enough
    // for its products with the integers that occur to be exact.
    private const double Ln2 = 0.6931471805599453094;
    private const double Ln2High = 0.693145751953125, Ln2Low = 1.428606820309417232e-6;
    private const double Ln2HighSingle = 0.693359375, Ln2LowSingle = -2.12194440055e-4;

    // Adding 1.5 · 2^(bits of the mantissa) leaves the rounded integer in the low bits.
    private const double Rounder = 6755399441055744.0, RounderSingle = 12582912.0;

    // exp(x) and exp(−x) are finite and no subnormal numbers up to here.
    private const double Limit = 708, LimitSingle = 87;

    private static TVector One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TVectors.Constant(1, 1);
    }

    /// <summary>tanh(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x) => TanhOf(ExpMinusOne(Reduce(TVectors.Add(x, x), out TVector scale)), scale);

    /// <summary>The sigmoid of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sigmoids(ref TVector x, ref TVector y)
    {
        x = Reduce(x, out TVector scaleX);
        y = Reduce(y, out TVector scaleY);
        x = ExpMinusOne(x);
        y = ExpMinusOne(y);
        x = SigmoidOf(x, scaleX);
        y = SigmoidOf(y, scaleY);
    }

    /// <summary>The sigmoid of x, and tanh(y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SigmoidAndTanh(ref TVector x, ref TVector y)
    {
        x = Reduce(x, out TVector scaleX);
        y = Reduce(TVectors.Add(y, y), out TVector scaleY);
        x = ExpMinusOne(x);
        y = ExpMinusOne(y);
        x = SigmoidOf(x, scaleX);
        y = TanhOf(y, scaleY);
    }

    /// <summary>The sigmoid of x and of y, and tanh(z).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SigmoidsAndTanh(ref TVector x, ref TVector y, ref TVector z)
    {
        x = Reduce(x, out TVector scaleX);
        y = Reduce(y, out TVector scaleY);
        z = Reduce(TVectors.Add(z, z), out TVector scaleZ);
        x = ExpMinusOne(x);
        y = ExpMinusOne(y);
        z = ExpMinusOne(z);
        x = SigmoidOf(x, scaleX);
        y = SigmoidOf(y, scaleY);
        z = TanhOf(z, scaleZ);
    }

    /// <summary>
    /// x = n · ln 2 + r, n an integer: gives r, in ±½ ln 2, and 2ⁿ, so that exp(x) = 2ⁿ · (1 + e) with e = exp(r) − 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Reduce(TVector x, out TVector scale)
    {
        x = TVectors.Clamp(x, TVectors.Constant(Limit, LimitSingle));
        TVector rounder = TVectors.Constant(Rounder, RounderSingle);
        TVector shifted = TVectors.MultiplyAdd(x, Coefficient(Log2OfE), rounder);
        TVector n = TVectors.Subtract(shifted, rounder);
        scale = TVectors.PowerOfTwo(shifted);
        return typeof(T) == typeof(float) && Simd.RoundsOnce
            ? TVectors.MultiplyAdd(n, Coefficient(-Ln2), x)
            : TVectors.MultiplyAdd(
                n,
                TVectors.Constant(-Ln2Low, -Ln2LowSingle),
                TVectors.MultiplyAdd(n, TVectors.Constant(-Ln2High, -Ln2HighSingle), x));
    }

    // exp(r) − 1 = r + r² · p(r). In float p is the polynomial of least largest error, some 2^-26 of the result (Remez's method);
    // its terms in pairs, since a chain of four would be longer than what the processor looks ahead.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpMinusOne(TVector r)
    {
        TVector square = TVectors.Multiply(r, r);
        TVector p;
        if (typeof(T) == typeof(float))
        {
            TVector low = TVectors.MultiplyAdd(Coefficient(0.16666545009), r, Coefficient(0.500000005866));
            TVector high = TVectors.MultiplyAdd(Coefficient(0.00836640718697), r, Coefficient(0.0416662889968));
            high = TVectors.MultiplyAdd(Coefficient(0.00139461084808), square, high);
            p = TVectors.MultiplyAdd(high, square, low);
        }
        else
        {
            p = TVectors.MultiplyAdd(Coefficient(1.0 / 6227020800), r, Coefficient(1.0 / 479001600));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 39916800));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 3628800));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 362880));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 40320));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 5040));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 720));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 120));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 24));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 6));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 2));
        }

        return TVectors.MultiplyAdd(square, p, r);
    }

    // exp(x) / (exp(x) + 1): as many operations as 1 / (1 + exp(−x)), and the same constants as tanh.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector SigmoidOf(TVector e, TVector scale)
    {
        TVector exponential = TVectors.MultiplyAdd(scale, e, scale);
        return TVectors.Divide(exponential, TVectors.Add(exponential, One));
    }

    // (exp(2x) − 1) / (exp(2x) + 1), where exp(2x) − 1 = 2ⁿ · e + (2ⁿ − 1)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector TanhOf(TVector e, TVector scale)
    {
        e = TVectors.MultiplyAdd(scale, e, TVectors.Subtract(scale, One));
        return TVectors.Divide(e, TVectors.Add(e, TVectors.Constant(2, 2)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Coefficient(double value) => TVectors.Constant(value, value);
}
