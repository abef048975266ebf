using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Numerics;

/// <summary>
/// Random numbers as a function of (seed, stream; step, row, element): nothing is stored, any element can be had alone, and the
/// same arguments give the same number on any machine, thread count and vector width.
/// </summary>
/// <remarks>
/// Threefry-4x32 with 20 rounds (Salmon et al. 2011). Key: seed and stream. Counter: (kind of draw and block of elements, row,
/// step); the kinds, which are uniform numbers, normal numbers, masks and permutations, never share a counter. A row holds 2³¹
/// elements. Normal numbers go through <see cref="Math"/>, whose last bit may differ between platforms; all else is exact.
/// </remarks>
/// <param name="seed">The seed: any number.</param>
/// <param name="stream">Which of the independent streams of this seed.</param>
/// <param name="step">The step of the model's life, or the number of the sample.</param>
public readonly struct RandomSource(ulong seed, ulong stream, ulong step = 0)
{
    // Enough for two vectors of any width, which are drawn at once.
    private const int BatchBlocks = 32;
    private const double TwoToMinus24 = 1.0 / (1 << 24);
    private const double TwoToMinus53 = 1.0 / (1L << 53);

    /// <summary>The seed: first half of the key.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>
    /// Which of the independent streams of this seed (a graph node, a parameter, the shuffling): second half of the key.
    /// </summary>
    public ulong Stream { get; } = stream;

    /// <summary>The step of the model's life, or the number of the Monte Carlo sample: part of the counter.</summary>
    public ulong Step { get; } = step;

    private (uint K0, uint K1, uint K2, uint K3) Key
        => ((uint)Seed, (uint)(Seed >> 32), (uint)Stream, (uint)(Stream >> 32));

    /// <summary>A number uniform on [0, 1): a multiple of 2⁻⁵³.</summary>
    /// <param name="element">The element of the row: 0 to 2³¹ − 1.</param>
    /// <param name="row">The row.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="element"/> is outside its range.</exception>
    public double Uniform(long element, uint row = 0)
    {
        CheckElement(element);
        var (x0, x1, x2, x3) = Block(RandomKind.Uniform, (uint)(element >> 1), row);
        return (element & 1) == 0 ? ToUniform(x0, x1) : ToUniform(x2, x3);
    }

    /// <summary>A normal number of mean 0 and standard deviation 1, at most 8.6 from 0.</summary>
    /// <param name="element">The element of the row: 0 to 2³¹ − 1.</param>
    /// <param name="row">The row.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="element"/> is outside its range.</exception>
    public double Normal(long element, uint row = 0)
    {
        CheckElement(element);
        var (x0, x1, x2, x3) = Block(RandomKind.Normal, (uint)(element >> 1), row);
        var (even, odd) = ToNormals(x0, x1, x2, x3);
        return (element & 1) == 0 ? even : odd;
    }

    /// <summary>
    /// Fills with numbers uniform on [0, 1): element i gets <c>Uniform(i, row)</c>; of type float, its 24 leading bits, so
    /// that it is never rounded up to 1.
    /// </summary>
    /// <param name="destination">Overwritten.</param>
    /// <param name="row">The row.</param>
    public void FillUniform<T>(Span<T> destination, uint row = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<uint> words = stackalloc uint[BatchBlocks * 4];
        ThreefryVectors<Vector<uint>, NativeWords> vectors = Vectors();
        for (int start = 0; start < destination.Length; start += BatchBlocks * 2)
        {
            FillWords(vectors, row, RandomKind.Uniform, (uint)start / 2, words);
            Span<T> batch = destination[start..Math.Min(start + (BatchBlocks * 2), destination.Length)];
            for (int i = 0; i < batch.Length; i++)
            {
                uint high = words[2 * i];
                batch[i] = typeof(T) == typeof(float)
                    ? T.CreateTruncating((high >> 8) * TwoToMinus24)
                    : T.CreateTruncating(ToUniform(high, words[(2 * i) + 1]));
            }
        }
    }

    /// <summary>Fills with standard normal numbers: element i gets <c>Normal(i, row)</c>, rounded to T.</summary>
    /// <param name="destination">Overwritten.</param>
    /// <param name="row">The row.</param>
    public void FillNormal<T>(Span<T> destination, uint row = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<uint> words = stackalloc uint[BatchBlocks * 4];
        ThreefryVectors<Vector<uint>, NativeWords> vectors = Vectors();
        for (int start = 0; start < destination.Length; start += BatchBlocks * 2)
        {
            FillWords(vectors, row, RandomKind.Normal, (uint)start / 2, words);
            Span<T> batch = destination[start..Math.Min(start + (BatchBlocks * 2), destination.Length)];
            for (int i = 0; i < batch.Length; i += 2)
            {
                Span<uint> w = words.Slice(2 * i, 4);
                var (even, odd) = ToNormals(w[0], w[1], w[2], w[3]);
                batch[i] = T.CreateTruncating(even);
                if (i + 1 < batch.Length)
                {
                    batch[i + 1] = T.CreateTruncating(odd);
                }
            }
        }
    }

    /// <summary>Fills with a permutation of 0 to n − 1, n being the length, each of the n! as likely as any other.</summary>
    /// <param name="destination">Overwritten.</param>
    /// <param name="row">The row: another row, another permutation.</param>
    public void FillPermutation(Span<int> destination, uint row = 0)
    {
        // Fisher and Yates, inside out: element i is put at a place j <= i, and what was there moves to the end.
        var words = new RandomWords(this, row, stackalloc uint[BatchBlocks * 4]);
        for (int i = 0; i < destination.Length; i++)
        {
            int j = (int)words.NextBelow((uint)i + 1);
            destination[i] = destination[j];
            destination[j] = i;
        }
    }

    /// <summary>
    /// A source of its own for a part of what this one serves, such as one of a layer's masks: the same step, another stream.
    /// </summary>
    internal RandomSource Branch(int index) => new(Seed, BranchOf(Stream, index), Step);

    /// <summary>The stream of a branch of a stream.</summary>
    /// <remarks>
    /// Mixed by the finalizer of SplitMix64 (Steele, Lea and Flood 2014), so that the branch 1 of branch 0 is not the branch 0 of
    /// branch 1.
    /// </remarks>
    internal static ulong BranchOf(ulong stream, int index)
    {
        ulong z = stream + (((ulong)index + 1) * 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>The four random words of one block: the counter is (kind and block, row, step).</summary>
    internal (uint X0, uint X1, uint X2, uint X3) Block(RandomKind kind, uint block, uint row)
        => Threefry.Block(Key, (uint)kind | block, row, (uint)Step, (uint)(Step >> 32));

    /// <summary>The same for many blocks at once.</summary>
    internal ThreefryVectors<Vector<uint>, NativeWords> Vectors() => new(Key, (uint)Step, (uint)(Step >> 32));

    /// <summary>The same, sixteen blocks a vector.</summary>
    internal ThreefryVectors<Vector512<uint>, WideWords> WideVectors() => new(Key, (uint)Step, (uint)(Step >> 32));

    /// <summary>Fills with the words of consecutive blocks, four a block. The length must be a multiple of 128.</summary>
    // Never inlined: the compiler's budget for one method is enough for the rounds once.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void FillWords(in ThreefryVectors<Vector<uint>, NativeWords> vectors, uint row, RandomKind kind, uint block, Span<uint> words)
    {
        int width = Vector<uint>.Count;
        ThreefryVectors<Vector<uint>, NativeWords>.RowStart start = vectors.Row(row);
        for (; !words.IsEmpty; words = words[(8 * width)..], block += 2 * (uint)width)
        {
            vectors.Draw(
                start, Vector.CreateSequence((uint)kind | block, 1u), out var a0, out var a1, out var a2, out var a3,
                start,
                Vector.CreateSequence(((uint)kind | block) + (uint)width, 1u),
                out var b0,
                out var b1,
                out var b2,
                out var b3);
            Store(words[..(4 * width)], a0, a1, a2, a3);
            Store(words[(4 * width)..], b0, b1, b2, b3);
        }

        static void Store(Span<uint> words, Vector<uint> w0, Vector<uint> w1, Vector<uint> w2, Vector<uint> w3)
        {
            for (int lane = 0; lane < Vector<uint>.Count; lane++)
            {
                Span<uint> destination = words.Slice(4 * lane, 4);
                destination[0] = w0[lane];
                destination[1] = w1[lane];
                destination[2] = w2[lane];
                destination[3] = w3[lane];
            }
        }
    }

    private static double ToUniform(uint high, uint low) => (((ulong)high << 21) | (low >> 11)) * TwoToMinus53;

    // Box and Muller, "A note on the generation of random normal deviates", 1958. 1 − u is in (0, 1], so its logarithm is finite.
    private static (double Even, double Odd) ToNormals(uint x0, uint x1, uint x2, uint x3)
    {
        double r = Math.Sqrt(-2 * Math.Log(1 - ToUniform(x0, x1)));
        var (sin, cos) = Math.SinCos(2 * Math.PI * ToUniform(x2, x3));
        return (r * cos, r * sin);
    }

    private static void CheckElement(long element)
    {
        if ((ulong)element > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(element), $"RandomSource: expected an element from 0 to {int.MaxValue}, got {element}. Use more rows.");
        }
    }
}
