using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Numerics;

/// <summary>
/// Random numbers for noise in layers, many at once: standard normal or logistic, 32 random bits each. They are computed in float
/// for either precision, by sums, products, quotients and square roots alone, each rounded as it stands: the same bits on any
/// machine and vector width, and a double model sees the noise of a float one.
/// </summary>
/// <remarks>
/// Numbers are drawn in groups of 64, from 16 blocks: word j of block b is number 16j + b of the group. Normal numbers reach to
/// ±6.6, logistic ones to ±21. They take the counters of <see cref="RandomKind.Normal"/> and <see cref="RandomKind.Uniform"/>, so
/// that one stream should serve either these or those of <see cref="RandomSource"/>.
/// </remarks>
internal readonly ref struct NoiseVectors
{
    /// <summary>Numbers that are drawn together.</summary>
    public const int Group = 64;

    private const int GroupBlocks = Group / 4;
    private const float TwoToMinus31 = 1f / (1u << 31);
    private const float Ln2 = 0.69314718f;

    private readonly ThreefryVectors<Vector<uint>, NativeWords> _random;

    /// <summary>The numbers of a source: of its seed, stream and step.</summary>
    public NoiseVectors(in RandomSource random) => _random = random.Vectors();

    /// <summary>Fills with standard normal numbers.</summary>
    /// <param name="row">The row.</param>
    /// <param name="group">The first group.</param>
    /// <param name="destination">A whole number of groups.</param>
    // Box and Muller 1958: r = √(−2 ln u), and a point on the circle: an angle within ±π/4 and three bits for the quarter.
    public void FillNormal<T>(uint row, uint group, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (; !destination.IsEmpty; destination = destination[Group..], group++)
        {
            Buffer words = default;
            FillWords(row, RandomKind.Normal, group, words);
            ref uint first = ref MemoryMarshal.GetReference<uint>(words);
            for (int i = 0; i < Group / 2; i += Vector<uint>.Count)
            {
                Vector<uint> angle = Vector.LoadUnsafe(ref first, (nuint)(i + (Group / 2)));
                Vector<float> radius = Vector.SquareRoot(
                    Vector.Create(-2f) * Log(Uniform(Vector.LoadUnsafe(ref first, (nuint)i))));
                Vector<float> t = Vector.ConvertToSingle((angle << 2).As<uint, int>()) * Vector.Create(MathF.PI / 4 * TwoToMinus31);
                Vector<float> cosine = (Cosine(t).As<float, uint>() ^ (angle & Vector.Create(0x8000_0000))).As<uint, float>();
                Vector<float> sine = Sine(t);
                Vector<float> swaps = Vector.LessThan((angle << 1).As<uint, int>(), Vector<int>.Zero).As<int, float>();
                Store(radius * Vector.ConditionalSelect(swaps, sine, cosine), destination, i);
                Store(radius * Vector.ConditionalSelect(swaps, cosine, sine), destination, i + (Group / 2));
            }
        }
    }

    /// <summary>Fills with logistic numbers: ln u − ln (1 − u), u uniform between 0 and 1.</summary>
    /// <param name="row">The row.</param>
    /// <param name="group">The first group.</param>
    /// <param name="destination">A whole number of groups.</param>
    public void FillLogistic<T>(uint row, uint group, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (; !destination.IsEmpty; destination = destination[Group..], group++)
        {
            Buffer words = default;
            FillWords(row, RandomKind.Uniform, group, words);
            ref uint first = ref MemoryMarshal.GetReference<uint>(words);
            for (int i = 0; i < Group; i += Vector<uint>.Count)
            {
                // The complement of all bits but the sign is 1 − u.
                Vector<uint> word = Vector.LoadUnsafe(ref first, (nuint)i);
                Store(Log(Uniform(word)) - Log(Uniform(~word)), destination, i);
            }
        }
    }

    // Odd multiples of 2⁻³¹ below 1, rounded to float: never 0, and 1 only by rounding, where its logarithm is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Uniform(Vector<uint> words) =>
        Vector.ConvertToSingle(((words >>> 1) | Vector<uint>.One).As<uint, int>()) * Vector.Create(TwoToMinus31);

    // ln u = e ln 2 + 2 atanh(s), s = (m − 1) / (m + 1), u = m 2ᵉ, 1/√2 <= m < √2: |s| <= 0.172, and s¹¹/11 is below rounding.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Log(Vector<float> u)
    {
        Vector<int> exponent = Vector.ShiftRightArithmetic(u.As<float, int>() - Vector.Create(0x3f35_04f3), 23);
        Vector<float> m = (u.As<float, int>() - Vector.ShiftLeft(exponent, 23)).As<int, float>();
        Vector<float> s = (m - Vector<float>.One) / (m + Vector<float>.One);
        Vector<float> square = s * s;
        Vector<float> series = (Vector.Create(1f / 9) * square) + Vector.Create(1f / 7);
        series = (series * square) + Vector.Create(1f / 5);
        series = (series * square) + Vector.Create(1f / 3);
        series = (series * square) + Vector<float>.One;
        return (Vector.ConvertToSingle(exponent) * Vector.Create(Ln2)) + ((s + s) * series);
    }

    // Taylor's series for |t| <= π/4: what is left out is below rounding.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Sine(Vector<float> t)
    {
        Vector<float> square = t * t;
        Vector<float> series = (Vector.Create(1f / 362880) * square) - Vector.Create(1f / 5040);
        series = (series * square) + Vector.Create(1f / 120);
        series = (series * square) - Vector.Create(1f / 6);
        return (series * square * t) + t;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Cosine(Vector<float> t)
    {
        Vector<float> square = t * t;
        Vector<float> series = (Vector.Create(1f / 40320) * square) - Vector.Create(1f / 720);
        series = (series * square) + Vector.Create(1f / 24);
        series = (series * square) - Vector.Create(1f / 2);
        return (series * square) + Vector<float>.One;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector<float> values, Span<T> destination, int start)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T to = ref MemoryMarshal.GetReference(destination);
        if (typeof(T) == typeof(float))
        {
            values.As<float, T>().StoreUnsafe(ref to, (nuint)start);
        }
        else
        {
            Vector.Widen(values, out Vector<double> low, out Vector<double> high);
            low.As<double, T>().StoreUnsafe(ref to, (nuint)start);
            high.As<double, T>().StoreUnsafe(ref to, (nuint)(start + Vector<double>.Count));
        }
    }

    // The words of a group, each word's of all blocks side by side. With 16 lanes one vector is a whole group, and the second idles.
    // Never inlined: the compiler's budget for one method is enough for the rounds once.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FillWords(uint row, RandomKind kind, uint group, Span<uint> words)
    {
        int width = Vector<uint>.Count;
        ref uint first = ref MemoryMarshal.GetReference(words);
        ThreefryVectors<Vector<uint>, NativeWords>.RowStart start = _random.Row(row);
        for (int i = 0; i < GroupBlocks; i += 2 * width)
        {
            var block = Vector.CreateSequence((uint)kind + (GroupBlocks * group) + (uint)i, 1u);
            Vector<uint> next = block + new Vector<uint>((uint)width);
            _random.Draw(
                start, block, out Vector<uint> a0, out Vector<uint> a1, out Vector<uint> a2, out Vector<uint> a3,
                start, next, out Vector<uint> b0, out Vector<uint> b1, out Vector<uint> b2, out Vector<uint> b3);
            a0.StoreUnsafe(ref first, (nuint)i);
            a1.StoreUnsafe(ref first, (nuint)(i + GroupBlocks));
            a2.StoreUnsafe(ref first, (nuint)(i + (2 * GroupBlocks)));
            a3.StoreUnsafe(ref first, (nuint)(i + (3 * GroupBlocks)));
            if (width < GroupBlocks)
            {
                b0.StoreUnsafe(ref first, (nuint)(i + width));
                b1.StoreUnsafe(ref first, (nuint)(i + width + GroupBlocks));
                b2.StoreUnsafe(ref first, (nuint)(i + width + (2 * GroupBlocks)));
                b3.StoreUnsafe(ref first, (nuint)(i + width + (3 * GroupBlocks)));
            }
        }
    }

    [InlineArray(Group)]
    private struct Buffer
    {
        private uint _first;
    }
}
