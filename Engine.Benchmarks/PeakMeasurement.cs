using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Benchmarks;

/// <summary>
/// How many multiply-adds one core can do: independent chains of them, more than their latency needs, on registers alone. Every
/// percentage of a peak in this project refers to this number, measured in the same run.
/// </summary>
public static class PeakMeasurement
{
    private const int Steps = 20_000;
    private const int Repetitions = 200;
    private const int SliceRepetitions = 100;

    private static readonly Lazy<double> s_float = new(Measure<float>);
    private static readonly Lazy<double> s_double = new(Measure<double>);

    /// <summary>The peak of one core for T, in 10⁹ floating-point operations a second; a multiply-add counts as two.</summary>
    public static double Gflops<T>() => typeof(T) == typeof(float) ? s_float.Value : s_double.Value;

    /// <summary>The same, measured again: the clock of a shared machine is not the same at all times.</summary>
    public static double Measure<T>() => typeof(T) == typeof(float)
        ? Best(static () => Chains256(Vector256.Create(1f)), 8, Wide<float>())
        : Best(static () => Chains256(Vector256.Create(1.0)), 4, Wide<double>());

    /// <summary>The mean over some milliseconds: the peak at this moment, to be compared with what runs just after it.</summary>
    public static double Slice<T>()
    {
        double sum = 0;
        for (int slice = 0; slice < SliceRepetitions; slice++)
        {
            sum += typeof(T) == typeof(float)
                ? Best(static () => Chains256(Vector256.Create(1f)), 8, Wide<float>(1), 1)
                : Best(static () => Chains256(Vector256.Create(1.0)), 4, Wide<double>(1), 1);
        }

        return sum / SliceRepetitions;
    }

    private static double Wide<T>(int repetitions = Repetitions)
    {
        if (!Vector512.IsHardwareAccelerated)
        {
            return 0;
        }

        return typeof(T) == typeof(float)
            ? Best(static () => Chains512(Vector512.Create(1f)), 16, 0, repetitions)
            : Best(static () => Chains512(Vector512.Create(1.0)), 8, 0, repetitions);
    }

    private static double Best(Action chains, int lanes, double atLeast, int repetitions = Repetitions)
    {
        double best = atLeast;
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            long start = Stopwatch.GetTimestamp();
            chains();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = Math.Max(best, 2.0 * 12 * lanes * Steps / seconds * 1e-9);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Chains256(Vector256<float> x)
    {
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < Steps; step++)
        {
            a = Vector256.MultiplyAddEstimate(x, x, a);
            b = Vector256.MultiplyAddEstimate(x, x, b);
            c = Vector256.MultiplyAddEstimate(x, x, c);
            d = Vector256.MultiplyAddEstimate(x, x, d);
            e = Vector256.MultiplyAddEstimate(x, x, e);
            f = Vector256.MultiplyAddEstimate(x, x, f);
            g = Vector256.MultiplyAddEstimate(x, x, g);
            h = Vector256.MultiplyAddEstimate(x, x, h);
            i = Vector256.MultiplyAddEstimate(x, x, i);
            j = Vector256.MultiplyAddEstimate(x, x, j);
            k = Vector256.MultiplyAddEstimate(x, x, k);
            l = Vector256.MultiplyAddEstimate(x, x, l);
        }

        Keep(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Chains256(Vector256<double> x)
    {
        Vector256<double> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < Steps; step++)
        {
            a = Vector256.MultiplyAddEstimate(x, x, a);
            b = Vector256.MultiplyAddEstimate(x, x, b);
            c = Vector256.MultiplyAddEstimate(x, x, c);
            d = Vector256.MultiplyAddEstimate(x, x, d);
            e = Vector256.MultiplyAddEstimate(x, x, e);
            f = Vector256.MultiplyAddEstimate(x, x, f);
            g = Vector256.MultiplyAddEstimate(x, x, g);
            h = Vector256.MultiplyAddEstimate(x, x, h);
            i = Vector256.MultiplyAddEstimate(x, x, i);
            j = Vector256.MultiplyAddEstimate(x, x, j);
            k = Vector256.MultiplyAddEstimate(x, x, k);
            l = Vector256.MultiplyAddEstimate(x, x, l);
        }

        Keep(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Chains512(Vector512<float> x)
    {
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < Steps; step++)
        {
            a = Vector512.MultiplyAddEstimate(x, x, a);
            b = Vector512.MultiplyAddEstimate(x, x, b);
            c = Vector512.MultiplyAddEstimate(x, x, c);
            d = Vector512.MultiplyAddEstimate(x, x, d);
            e = Vector512.MultiplyAddEstimate(x, x, e);
            f = Vector512.MultiplyAddEstimate(x, x, f);
            g = Vector512.MultiplyAddEstimate(x, x, g);
            h = Vector512.MultiplyAddEstimate(x, x, h);
            i = Vector512.MultiplyAddEstimate(x, x, i);
            j = Vector512.MultiplyAddEstimate(x, x, j);
            k = Vector512.MultiplyAddEstimate(x, x, k);
            l = Vector512.MultiplyAddEstimate(x, x, l);
        }

        Keep(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Chains512(Vector512<double> x)
    {
        Vector512<double> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int step = 0; step < Steps; step++)
        {
            a = Vector512.MultiplyAddEstimate(x, x, a);
            b = Vector512.MultiplyAddEstimate(x, x, b);
            c = Vector512.MultiplyAddEstimate(x, x, c);
            d = Vector512.MultiplyAddEstimate(x, x, d);
            e = Vector512.MultiplyAddEstimate(x, x, e);
            f = Vector512.MultiplyAddEstimate(x, x, f);
            g = Vector512.MultiplyAddEstimate(x, x, g);
            h = Vector512.MultiplyAddEstimate(x, x, h);
            i = Vector512.MultiplyAddEstimate(x, x, i);
            j = Vector512.MultiplyAddEstimate(x, x, j);
            k = Vector512.MultiplyAddEstimate(x, x, k);
            l = Vector512.MultiplyAddEstimate(x, x, l);
        }

        Keep(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep<TVector>(TVector value) => _ = value;
}
