using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Numerics;

/// <summary>
/// The elementary functions that activations and losses are made of, lane by lane, in float and double: a few units in the last
/// place, NaN in gives NaN out, the same bits in every lane and on every length. Arguments of the exponentials are never positive
/// in a stable formula, so only that half is here: no overflow to guard against.
/// </summary>
internal static class VectorMath
{
    /// <summary>1 / √(2π): the height of the normal density.</summary>
    public const double NormalHeight = 0.3989422804014326779;

    private const double Log2OfE = 1.442695040888963407;
    private const double Ln2 = 0.6931471805599453094;

    // ln 2 in two parts, the first short enough for its products with |n| < 2^11 (2^8) to be exact without a fused multiply-add.
    private const double Ln2High = 0.693145751953125;
    private const double Ln2Low = 1.428606820309417232e-6;
    private const float Ln2HighSingle = 0.693359375f;
    private const float Ln2LowSingle = -2.12194440055e-4f;

    // Adding 1.5 · 2^(bits of the mantissa) leaves the rounded integer in the low bits.
    private const double Rounder = 6755399441055744.0;
    private const float RounderSingle = 12582912f;

    // The smallest arguments whose exponential is a normal number.
    private const double SmallestArgument = -708.39;
    private const float SmallestArgumentSingle = -87.33f;

    // (1 + x) · exp(x²/2) · Φ(−x) for x >= 0, as a polynomial in (x − 4) / (x + 4): a Chebyshev fit, lowest power first.
    private static ReadOnlySpan<double> NormalTail =>
    [
        0.4720532065098446838, -0.09670347732652606796, 0.01399963472442433269, 0.02860036405357748965,
        -0.03219783742802202492, 0.01793609747886858852, -0.005002378592511494271, -0.0002856230868093941328,
        0.000694897121907316619, -0.00009443033944152222885, -0.00008785330394797745701, 0.0000212504468562083747,
        0.00001362739528535267492, -3.433372216853275381e-6, -2.614410170659615065e-6, 4.067173012515444789e-7,
        5.548340462207789802e-7, -1.237153366992197013e-9, -1.144685071275807977e-7, -1.793212191664241449e-8,
        2.025766713686158655e-8, 5.474708632048689441e-9, -2.618034873125544614e-9, -6.763267210562453877e-10,
        1.787354522185265672e-10,
    ];

    private static ReadOnlySpan<float> NormalTailSingle =>
    [
        0.4720532026941582964f, -0.09670347042745923329f, 0.0139999136679267372f, 0.02860016814339754445f,
        -0.03220116289124841292f, 0.01793769594226397232f, -0.004987714249865996015f, -0.0002912674952331868882f,
        0.0006649886920591676678f, -0.00008455401787143763653f, -0.00005809123525871393363f, 0.00001256854669748779063f,
    ];

    // (exp(r) − 1 − r) / r²: 1/2!, 1/3!, ...
    private static ReadOnlySpan<double> ExponentialRest =>
    [
        1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800,
        1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800,
    ];

    // atanh(s) / s in powers of s²: 1, 1/3, 1/5, ...
    private static ReadOnlySpan<double> InverseHyperbolicTangent =>
        [1.0, 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21];

    private static ReadOnlySpan<float> InverseHyperbolicTangentSingle => [1f, 1f / 3, 1f / 5, 1f / 7, 1f / 9];

    /// <summary>exp(x) for x &lt;= 0; zero where the result would not be a normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Exp<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> rest = Reduce(x, out Vector<T> scale, out Vector<T> isTiny);
        return Vector.AndNot(Simd.MultiplyAdd(scale, rest, scale), isTiny);
    }

    /// <summary>exp(x) − 1 for x &lt;= 0, accurate near zero too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> ExpMinusOne<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> rest = Reduce(x, out Vector<T> scale, out Vector<T> isTiny);
        Vector<T> result = Simd.MultiplyAdd(scale, rest, scale - Vector<T>.One);
        return Vector.ConditionalSelect(isTiny, -Vector<T>.One, result);
    }

    /// <summary>log(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Log<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => typeof(T) == typeof(float)
        ? Vector.Log(x.As<T, float>()).As<float, T>()
        : Vector.Log(x.As<T, double>()).As<double, T>();

    /// <summary>log(1 + u) for 0 &lt;= u &lt;= 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> LogOnePlus<T>(Vector<T> u)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // log(1 + u) = 2 atanh(u / (2 + u)); past √2 − 1: log 2 + 2 atanh((u − 1) / (u + 3)). Both keep |s| <= 0.172.
        Vector<T> isLarge = Vector.GreaterThan(u, Constant<T>(0.41421356));
        Vector<T> s = (u - (isLarge & Vector<T>.One)) / (u + Vector.ConditionalSelect(isLarge, Constant<T>(3), Constant<T>(2)));
        Vector<T> series = typeof(T) == typeof(float)
            ? Horner(InverseHyperbolicTangentSingle, (s * s).As<T, float>()).As<float, T>()
            : Horner(InverseHyperbolicTangent, (s * s).As<T, double>()).As<double, T>();
        return Simd.MultiplyAdd(s + s, series, isLarge & Constant<T>(Ln2));
    }

    /// <summary>1 / (1 + exp(−x)), accurate relative to itself on both sides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Sigmoid<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> e = Exp(-Vector.Abs(x));
        return Vector.ConditionalSelect(Vector.LessThan(x, Vector<T>.Zero), e, Vector<T>.One) / (Vector<T>.One + e);
    }

    /// <summary>tanh(x) = (1 − exp(−2|x|)) / (1 + exp(−2|x|)) with the sign of x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Tanh<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> size = Vector.Abs(x);
        Vector<T> e = ExpMinusOne(-(size + size));
        return Vector.Abs(e / (e + Constant<T>(2))) | (x & Constant<T>(-0.0));
    }

    /// <summary>log(1 + exp(x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Softplus<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> positive = Vector.ConditionalSelect(Vector.LessThan(x, Vector<T>.Zero), Vector<T>.Zero, x);
        return positive + LogOnePlus(Exp(-Vector.Abs(x)));
    }

    /// <summary>
    /// The standard normal distribution Φ(x), accurate relative to itself in the lower tail, and its density φ(x); for finite
    /// x.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> NormalDistribution<T>(Vector<T> x, out Vector<T> density)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> size = Vector.Abs(x);
        Vector<T> u = (size - Constant<T>(4)) / (size + Constant<T>(4));
        Vector<T> e, p;

        // exp(−x²/2): the rounding of x² would be magnified by x². The upper half of x has an exact square; the rest is a
        // factor close to 1.
        if (typeof(T) == typeof(float))
        {
            Vector<T> high = (size.As<T, uint>() & new Vector<uint>(0xFFFFF000)).As<uint, T>();
            e = Gaussian(size, high);
            p = Horner(NormalTailSingle, u.As<T, float>()).As<float, T>();
        }
        else
        {
            Vector<T> high = (size.As<T, ulong>() & new Vector<ulong>(0xFFFF_FFFF_F800_0000)).As<ulong, T>();
            e = Gaussian(size, high);
            p = Horner(NormalTail, u.As<T, double>()).As<double, T>();
        }

        density = e * Constant<T>(NormalHeight);
        Vector<T> tail = e * p / (Vector<T>.One + size);
        return Vector.ConditionalSelect(Vector.LessThan(x, Vector<T>.Zero), tail, Vector<T>.One - tail);
    }

    /// <summary>The constant in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Constant<T>(double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => typeof(T) == typeof(float)
            ? Vector.Create((float)value).As<float, T>()
            : Vector.Create(value).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Gaussian<T>(Vector<T> size, Vector<T> high)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Vector<T> minusHalf = Constant<T>(-0.5);
        return Exp(minusHalf * high * high) * Exp(minusHalf * (size - high) * (size + high));
    }

    // exp(x) − 1 = scale · rest + (scale − 1) with scale = 2^n, n = round(x / ln 2), rest = exp(r) − 1, r = x − n ln 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Reduce<T>(Vector<T> x, out Vector<T> scale, out Vector<T> isTiny)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            Vector<float> v = x.As<T, float>();
            Vector<float> shifted = Vector.MultiplyAddEstimate(v, Vector.Create((float)Log2OfE), Vector.Create(RounderSingle));
            Vector<float> n = shifted - Vector.Create(RounderSingle);
            Vector<float> r = Vector.MultiplyAddEstimate(n, Vector.Create(-Ln2HighSingle), v);
            r = Vector.MultiplyAddEstimate(n, Vector.Create(-Ln2LowSingle), r);
            scale = (Vector.ShiftLeft(shifted.As<float, int>(), 23) + Vector<float>.One.As<float, int>()).As<int, T>();
            isTiny = Vector.LessThan(v, Vector.Create(SmallestArgumentSingle)).As<int, T>();
            return Vector.MultiplyAddEstimate(r * r, ExponentialRestSingle(r), r).As<float, T>();
        }
        else
        {
            Vector<double> v = x.As<T, double>();
            Vector<double> shifted = Vector.MultiplyAddEstimate(v, Vector.Create(Log2OfE), Vector.Create(Rounder));
            Vector<double> n = shifted - Vector.Create(Rounder);
            Vector<double> r = Vector.MultiplyAddEstimate(n, Vector.Create(-Ln2High), v);
            r = Vector.MultiplyAddEstimate(n, Vector.Create(-Ln2Low), r);
            scale = (Vector.ShiftLeft(shifted.As<double, long>(), 52) + Vector<double>.One.As<double, long>()).As<long, T>();
            isTiny = Vector.LessThan(v, Vector.Create(SmallestArgument)).As<long, T>();
            return Vector.MultiplyAddEstimate(r * r, Horner(ExponentialRest, r), r).As<double, T>();
        }
    }

    // The same in float, written out: this is the innermost loop of most activations.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> ExponentialRestSingle(Vector<float> r)
    {
        Vector<float> sum = Vector.MultiplyAddEstimate(Vector.Create(1f / 5040), r, Vector.Create(1f / 720));
        sum = Vector.MultiplyAddEstimate(sum, r, Vector.Create(1f / 120));
        sum = Vector.MultiplyAddEstimate(sum, r, Vector.Create(1f / 24));
        sum = Vector.MultiplyAddEstimate(sum, r, Vector.Create(1f / 6));
        return Vector.MultiplyAddEstimate(sum, r, Vector.Create(1f / 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Horner(ReadOnlySpan<float> coefficients, Vector<float> x)
    {
        Vector<float> sum = Vector.Create(coefficients[^1]);
        for (int i = coefficients.Length - 2; i >= 0; i--)
        {
            sum = Vector.MultiplyAddEstimate(sum, x, Vector.Create(coefficients[i]));
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Horner(ReadOnlySpan<double> coefficients, Vector<double> x)
    {
        Vector<double> sum = Vector.Create(coefficients[^1]);
        for (int i = coefficients.Length - 2; i >= 0; i--)
        {
            sum = Vector.MultiplyAddEstimate(sum, x, Vector.Create(coefficients[i]));
        }

        return sum;
    }
}
