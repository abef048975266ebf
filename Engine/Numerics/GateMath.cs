using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Numerics;

/// <summary>
/// The sigmoid and the hyperbolic tangent for the gates of recurrent cells: as <see cref="VectorMath"/> has them, but shorter,
/// since a cell takes five of them a unit and step. At most 3 units in the last place from the exact value for arguments up to
/// 20, and at most 6 beyond; NaN in gives NaN out; the same bits in every lane.
/// </summary>
/// <remarks>
/// No branches and no selections: arguments are clamped to where the functions still change. Below −88 (−709 in double) the
/// sigmoid stays at what it is there, 6e-39 (1e-308).
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

    // exp stays finite up to here; tanh(x) is 1 to the last bit from half of these on.
    private const double SigmoidLimit = 709, SigmoidLimitSingle = 88, TanhLimit = 40, TanhLimitSingle = 20;

    private static TVector One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TVectors.Constant(1, 1);
    }

    /// <summary>1 / (1 + exp(−x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x)
    {
        // exp(−x) = 2ⁿ · (1 + e); both factors come with a minus.
        TVector minusE = Reduced(
            TVectors.Clamp(x, TVectors.Constant(SigmoidLimit, SigmoidLimitSingle)), sign: -1, out TVector minusScale);
        return TVectors.Divide(One, TVectors.MultiplyAdd(minusScale, minusE, TVectors.Subtract(One, minusScale)));
    }

    /// <summary>tanh(x) = (exp(2x) − 1) / (exp(2x) + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x)
    {
        // exp(2x) − 1 = 2ⁿ · e + (2ⁿ − 1)
        TVector e = Reduced(
            TVectors.Clamp(TVectors.Add(x, x), TVectors.Constant(TanhLimit, TanhLimitSingle)), sign: 1, out TVector scale);
        e = TVectors.MultiplyAdd(scale, e, TVectors.Subtract(scale, One));
        return TVectors.Divide(e, TVectors.Add(e, TVectors.Constant(2, 2)));
    }

    /// <summary>
    /// exp(sign · x) = scale · (1 + rest), where scale is a power of two and the rest at most √2 − 1; gives sign · rest and
    /// sign · scale. The sign is in the constants, and so costs nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Reduced(TVector x, double sign, out TVector scale)
    {
        TVector rounder = TVectors.Constant(Rounder, RounderSingle);
        TVector shifted = TVectors.MultiplyAdd(x, Coefficient(sign * Log2OfE), rounder);
        TVector n = TVectors.Subtract(shifted, rounder);
        TVector r = typeof(T) == typeof(float) && Simd.RoundsOnce
            ? TVectors.MultiplyAdd(n, Coefficient(sign * -Ln2), x)
            : TVectors.MultiplyAdd(
                n,
                TVectors.Constant(sign * -Ln2Low, sign * -Ln2LowSingle),
                TVectors.MultiplyAdd(n, TVectors.Constant(sign * -Ln2High, sign * -Ln2HighSingle), x));
        scale = TVectors.PowerOfTwo(shifted, sign);

        // exp(r) − 1 = r + r² · p(r). In float p is the polynomial of least largest error, some 2^-26 of the result (Remez's
        // method); its terms in pairs, since a chain of four would be longer than what the processor looks ahead. With a minus
        // everywhere, powers of r that are even change their sign.
        TVector square = TVectors.Multiply(r, r);
        TVector p;
        if (typeof(T) == typeof(float))
        {
            TVector low = TVectors.MultiplyAdd(Coefficient(0.16666545009), r, Coefficient(sign * 0.500000005866));
            TVector high = TVectors.MultiplyAdd(Coefficient(0.00836640718697), r, Coefficient(sign * 0.0416662889968));
            high = TVectors.MultiplyAdd(Coefficient(sign * 0.00139461084808), square, high);
            p = TVectors.MultiplyAdd(high, square, low);
        }
        else
        {
            p = TVectors.MultiplyAdd(Coefficient(1.0 / 6227020800), r, Coefficient(sign / 479001600));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 39916800));
            p = TVectors.MultiplyAdd(p, r, Coefficient(sign / 3628800));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 362880));
            p = TVectors.MultiplyAdd(p, r, Coefficient(sign / 40320));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 5040));
            p = TVectors.MultiplyAdd(p, r, Coefficient(sign / 720));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 120));
            p = TVectors.MultiplyAdd(p, r, Coefficient(sign / 24));
            p = TVectors.MultiplyAdd(p, r, Coefficient(1.0 / 6));
            p = TVectors.MultiplyAdd(p, r, Coefficient(sign / 2));
        }

        return TVectors.MultiplyAdd(square, p, r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Coefficient(double value) => TVectors.Constant(value, value);
}
