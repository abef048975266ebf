using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Tests.Kernels;

/// <summary>The kernels of recurrent layers against plain loops.</summary>
[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class RecurrentKernelsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Over all magnitudes, to where the sigmoid stays at what it is; both widths of vectors where there are two.
    [Test]
    public void GatesAreWithinTheirUnitsInTheLastPlace()
    {
        Random random = new(1);
        double near = 0, far = 0, tanhs = 0, limit = typeof(T) == typeof(float) ? 87 : 700;
        for (int i = 0; i < 20_000; i++)
        {
            double size = limit * Math.Pow(10, -8 * random.NextDouble());
            T x = T.CreateChecked(i % 2 == 0 ? size : -size);
            double exact = double.CreateChecked(x);
            foreach ((T s, T t) in Both(x))
            {
                double sigmoid = Units(s, 1 / (1 + Math.Exp(-exact)));
                (near, far) = Math.Abs(exact) <= 20 ? (Math.Max(near, sigmoid), far) : (near, Math.Max(far, sigmoid));
                tanhs = Math.Max(tanhs, Units(t, Math.Tanh(exact)));
            }
        }

        Assert.That(near, Is.GreaterThan(0.5).And.LessThanOrEqualTo(3), "sigmoid up to 20");
        Assert.That(far, Is.GreaterThan(0.5).And.LessThanOrEqualTo(6), "sigmoid beyond");
        Assert.That(tanhs, Is.GreaterThan(0.5).And.LessThanOrEqualTo(3), "tanh");
    }

    // Where they come near 1 the last digits are only rounding: densely from 3 to where both are 1.
    [Test]
    public void GatesAreNeverBeyondOne()
    {
        Random random = new(2);
        double end = typeof(T) == typeof(float) ? 20 : 40;
        for (int i = 0; i < 50_000; i++)
        {
            double size = 3 + ((end - 3) * random.NextDouble());
            foreach ((T s, T t) in Both(T.CreateChecked(i % 2 == 0 ? size : -size)))
            {
                Assert.That(s <= T.One && T.Abs(t) <= T.One, $"at {size}");
            }
        }
    }

    [Test]
    public void GatesKeepNaNAndEndAtTheirLimits()
    {
        foreach ((T s, T t) in Both(T.NaN))
        {
            Assert.That(T.IsNaN(s) && T.IsNaN(t));
        }

        foreach ((T s, T t) in Both(T.PositiveInfinity))
        {
            Assert.That((s, t), Is.EqualTo((T.One, T.One)));
        }

        foreach ((T s, T t) in Both(T.NegativeInfinity))
        {
            Assert.That(T.IsNormal(s) && s > T.Zero && double.CreateChecked(s) < (typeof(T) == typeof(float) ? 2e-38 : 4e-308));
            Assert.That(t, Is.EqualTo(-T.One));
        }
    }

    // Tiles of any height add up in the same order.
    [Test]
    public void ARowOfAPackedProductHasTheSameBitsAmongAnyNumberOfRows([Values(32, 64, 160)] int n)
    {
        const int Rows = 17, K = 530;
        T[] Numbers(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => T.CreateChecked(Math.Sin((seed * i) + 1)))];
        T[] a = Numbers(Rows * K, 3), b = Numbers(K * n, 5), bias = Numbers(n, 7), whole = new T[Rows * n];
        T[] packed = new T[GemmPacked.Length(K, n)];
        GemmPacked.Pack(new ReadOnlyMatrixView<T>(b, K, n), 0, K, packed);
        GemmPacked.Multiply(new ReadOnlyMatrixView<T>(a, Rows, K), packed, bias, new MatrixView<T>(whole, Rows, n));
        for (int rows = 1; rows < Rows; rows++)
        {
            T[] part = new T[rows * n];
            GemmPacked.Multiply(
                new ReadOnlyMatrixView<T>(a.AsSpan((Rows - rows) * K), rows, K), packed, bias, new MatrixView<T>(part, rows, n));
            Assert.That(part.AsSpan().SequenceEqual(whole.AsSpan((Rows - rows) * n)), $"{rows} rows");
        }
    }

    // On small integers the same bits, at every length around the widths of tiles, vectors and blocks.
    [Test]
    public void APackedProductIsTheNaiveTwin([Values(1, 2, 3, 4, 5, 8, 9, 12, 17)] int rows, [Values] bool accumulate)
    {
        foreach (int k in (int[])[1, 5, 96, 514, 1030])
        {
            foreach (int n in (int[])[1, 7, 8, 15, 16, 17, 31, 33, 64, 65, 97, 130])
            {
                T[] a = Integers(rows * (k + 2), 1), b = Integers(k * n, 2), bias = Integers(n, 3), c = Integers(rows * (n + 1), 4);
                ReadOnlyMatrixView<T> left = new(a, rows, k, k + 2);
                T[] before = [.. c];
                int cut = k / 3;
                T[] packed = Poisoned(GemmPacked.Length(k, n)), transposed = Poisoned(GemmPacked.Length(k, n));
                GemmPacked.Pack(new ReadOnlyMatrixView<T>(b, cut, n), 0, k, packed);
                GemmPacked.Pack(new ReadOnlyMatrixView<T>(b.AsSpan(cut * n), k - cut, n), cut, k, packed);
                GemmPacked.Pack(new ReadOnlyMatrixView<T>(Transpose(b, k, n), n, k).Transposed, 0, k, transposed);
                GemmPacked.Multiply(
                    left, packed, accumulate ? [] : bias, new MatrixView<T>(c, rows, n, n + 1), accumulate);
                T[] other = [.. before];
                GemmPacked.Multiply(
                    left, transposed, accumulate ? [] : bias, new MatrixView<T>(other, rows, n, n + 1), accumulate);

                // What lies between the rows stays.
                T[] expected = [.. before];
                for (int i = 0; i < rows * n; i++)
                {
                    int row = i / n, column = i % n, at = (row * (n + 1)) + column;
                    T sum = accumulate ? before[at] : bias[column];
                    for (int p = 0; p < k; p++)
                    {
                        sum += a[(row * (k + 2)) + p] * b[(p * n) + column];
                    }

                    expected[at] = sum;
                }

                Assert.That(c.SequenceEqual(expected), $"[{rows}, {k}, {n}]");
                Assert.That(other.SequenceEqual(expected), $"transposed [{rows}, {k}, {n}]");
            }
        }
    }

    [Test]
    public void ThePackedProductRefusesWhatDoesNotFit() => Assert.That(
        () => GemmPacked.Multiply(
            new ReadOnlyMatrixView<T>(new T[6], 2, 3), new T[3], [], new MatrixView<T>(new T[4], 2, 2)),
        Throws.TypeOf<ShapeException>().With.Message.StartsWith("GemmPacked: expected 2 rows of A, a packed B of "));

    [Test]
    public void TheGatesOfAnLstmAreTheNaiveTwin()
    {
        for (int units = 1; units <= 40; units++)
        {
            const int Rows = 3;
            T[] arguments = Numbers(Rows * 4 * units, 1), previous = Numbers(Rows * units, 2);
            T[] dh = Numbers(Rows * units, 3), dc = Numbers(Rows * units, 4);
            T[] gates = [.. arguments], cell = [.. previous], hidden = Poisoned(Rows * units), cellGradient = [.. dc];
            LstmGates.Forward<T>(gates, cell, hidden, units);
            T[] gradients = [.. gates];
            LstmGates.Backward<T>(gradients, previous, dh, cellGradient, units);
            for (int i = 0; i < Rows * units; i++)
            {
                int at = (i / units * 4 * units) + (i % units);
                double Argument(int gate) => double.CreateChecked(arguments[at + (gate * units)]);
                double ig = Sigmoid(Argument(0)), f = Sigmoid(Argument(1)), n = Math.Tanh(Argument(2)), o = Sigmoid(Argument(3));
                double before = double.CreateChecked(previous[i]), c = (f * before) + (ig * n), t = Math.Tanh(c);
                double dhi = double.CreateChecked(dh[i]), dci = double.CreateChecked(dc[i]) + (dhi * o * (1 - (t * t)));
                double[] expected =
                [
                    ig, f, n, o, c, o * t,
                    dci * n * ig * (1 - ig), dci * before * f * (1 - f), dci * ig * (1 - (n * n)), dhi * t * o * (1 - o), dci * f,
                ];
                T[] actual =
                [
                    gates[at], gates[at + units], gates[at + (2 * units)], gates[at + (3 * units)], cell[i], hidden[i],
                    gradients[at], gradients[at + units], gradients[at + (2 * units)], gradients[at + (3 * units)], cellGradient[i],
                ];
                AssertClose(actual, expected, $"units {units}, element {i}");
            }
        }
    }

    [Test]
    public void TheGatesOfAGruAreTheNaiveTwin()
    {
        for (int units = 1; units <= 40; units++)
        {
            const int Rows = 3;
            T[] arguments = Numbers(Rows * 4 * units, 1), previous = Numbers(Rows * units, 2), dh = Numbers(Rows * units, 3);
            T[] gates = [.. arguments], hidden = [.. previous], hiddenGradient = [.. dh];
            GruGates.Forward<T>(gates, hidden, units);
            T[] gradients = [.. gates];
            GruGates.Backward<T>(gradients, previous, hiddenGradient, units);
            for (int i = 0; i < Rows * units; i++)
            {
                int at = (i / units * 4 * units) + (i % units);
                double Argument(int gate) => double.CreateChecked(arguments[at + (gate * units)]);
                double z = Sigmoid(Argument(0)), r = Sigmoid(Argument(1)), s = Argument(3), n = Math.Tanh(Argument(2) + (r * s));
                double before = double.CreateChecked(previous[i]), dhi = double.CreateChecked(dh[i]);
                double dn = dhi * (1 - z) * (1 - (n * n));
                double[] expected =
                [
                    z, r, n, (z * before) + ((1 - z) * n),
                    dhi * (before - n) * z * (1 - z), dn * s * r * (1 - r), dn, dn * r, dhi * z,
                ];
                T[] actual =
                [
                    gates[at], gates[at + units], gates[at + (2 * units)], hidden[i],
                    gradients[at], gradients[at + units], gradients[at + (2 * units)], gradients[at + (3 * units)], hiddenGradient[i],
                ];
                AssertClose(actual, expected, $"units {units}, element {i}");
            }
        }
    }

    // Copies 0: without masks. What lies between the rows stays.
    [Test]
    public void MaskedRowsAreTheNaiveTwin([Values(0, 1, 3, 4)] int copies)
    {
        const int Rows = 3;
        for (int length = 1; length <= 40; length++)
        {
            for (int copy = 0; copy < Math.Max(1, copies); copy++)
            {
                int from = length + 2, to = length + 5;
                T[] x = Integers(Rows * from, 1), masks = Integers(Rows * copies * length, 2);
                T[] masked = Poisoned(Rows * to), expected = Poisoned(Rows * to);
                RecurrentRows.MaskRows(ref x[0], from, masks, copies, copy, Rows, length, ref masked[0], to);
                for (int i = 0; i < Rows * length; i++)
                {
                    int row = i / length, column = i % length;
                    T mask = copies == 0 ? T.One : masks[(((row * copies) + copy) * length) + column];
                    expected[(row * to) + column] = x[(row * from) + column] * mask;
                }

                Assert.That(masked.SequenceEqual(expected), $"length {length}, copy {copy}");
            }
        }
    }

    [Test]
    public void SumsOfMaskedRowsAreTheNaiveTwin([Values(1, 3, 4)] int copies, [Values] bool accumulate)
    {
        const int Rows = 3;
        for (int length = 1; length <= 40; length++)
        {
            foreach ((int first, int count) in
                from first in Enumerable.Range(0, copies) from count in Enumerable.Range(1, copies - first) select (first, count))
            {
                T[] x = Integers(count * Rows * length, 1), masks = Integers(Rows * copies * length, 2);
                T[] sums = accumulate ? Integers(Rows * length, 3) : Poisoned(Rows * length);
                T[] expected = accumulate ? [.. sums] : new T[Rows * length];
                RecurrentRows.AddMasked(x, masks, copies, first, count, sums, length, accumulate);
                for (int i = 0; i < count * Rows * length; i++)
                {
                    int copy = i / (Rows * length), row = i / length % Rows, column = i % length;
                    expected[(row * length) + column] += x[i] * masks[(((row * copies) + first + copy) * length) + column];
                }

                Assert.That(sums.SequenceEqual(expected), $"length {length}, copies {first} to {first + count - 1}");
            }
        }
    }

    // A rate of 1/4 loses no bit of small integers; any number but 0 takes the new value.
    [Test]
    public void ZoneoutIsTheNaiveTwin([Values] bool drawn)
    {
        for (int length = 1; length <= 40; length++)
        {
            T[] masks = Integers(length + 3, 1), previous = Integers(length, 2), state = Integers(length, 3), gradient = Integers(length, 4);
            T[] mixed = [.. state], split = [.. gradient], rest = Poisoned(length);
            Zoneout<T> zoneout = new Zoneout<T>(drawn ? masks : [], 0.25).Slice(2, length);
            Assert.That(zoneout.IsOn);
            zoneout.Mix(previous, mixed);
            zoneout.Split(split, rest);
            for (int i = 0; i < length; i++)
            {
                T share = T.CreateChecked(drawn ? (masks[2 + i] == T.Zero ? 0 : 1) : 0.75);
                Assert.That(
                    (mixed[i], split[i], rest[i]),
                    Is.EqualTo((
                        (share * state[i]) + ((T.One - share) * previous[i]), share * gradient[i], (T.One - share) * gradient[i])),
                    $"length {length}, element {i}");
            }
        }

        Assert.That(new Zoneout<T>([], 0).IsOn, Is.False);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    // Some dozen roundings of numbers of order 1.
    private static void AssertClose(T[] actual, double[] expected, string what)
    {
        double tolerance = 20 * double.CreateChecked(T.BitIncrement(T.One) - T.One);
        Assert.That(actual.Select(double.CreateChecked), Is.EqualTo(expected).Within(tolerance), what);
    }

    private static double Units(T actual, double exact)
    {
        T rounded = T.Abs(T.CreateChecked(exact));
        return Math.Abs(double.CreateChecked(actual) - exact) / double.CreateChecked(T.BitIncrement(rounded) - rounded);
    }

    private static IEnumerable<(T Sigmoid, T Tanh)> Both(T x)
    {
        yield return Value<Vector<T>, NativeVectors<T>>(x);
        if (Vector512.IsHardwareAccelerated)
        {
            yield return Value<Vector512<T>, WideVectors<T>>(x);
        }
    }

    // The same bits in every place of every combination, whatever is worked out beside it: backward takes tanh alone.
    private static (T Sigmoid, T Tanh) Value<TVector, TVectors>(T x)
        where TVector : struct
        where TVectors : struct, IVectors<TVector, T>
    {
        TVector at = TVectors.Create(x), one = TVectors.Create(T.One);
        TVector[] sigmoids = [at, at, at, at, at], tanhs = [GateMath<T, TVector, TVectors>.Tanh(at), at, at];
        TVector[] beside = [one, one, one, one, one, one, one];
        GateMath<T, TVector, TVectors>.Sigmoids(ref sigmoids[0], ref beside[0]);
        GateMath<T, TVector, TVectors>.Sigmoids(ref beside[1], ref sigmoids[1]);
        GateMath<T, TVector, TVectors>.SigmoidAndTanh(ref sigmoids[2], ref beside[2]);
        GateMath<T, TVector, TVectors>.SigmoidAndTanh(ref beside[3], ref tanhs[1]);
        GateMath<T, TVector, TVectors>.SigmoidsAndTanh(ref sigmoids[3], ref beside[4], ref tanhs[2]);
        GateMath<T, TVector, TVectors>.SigmoidsAndTanh(ref beside[5], ref sigmoids[4], ref beside[6]);
        T sigmoid = Last<TVector, TVectors>(sigmoids[0]), tanh = Last<TVector, TVectors>(tanhs[0]);
        Assert.That(sigmoids.Select(Last<TVector, TVectors>), Is.All.EqualTo(sigmoid), $"sigmoid of {x}");
        Assert.That(tanhs.Select(Last<TVector, TVectors>), Is.All.EqualTo(tanh), $"tanh of {x}");
        return (sigmoid, tanh);
    }

    private static T Last<TVector, TVectors>(TVector vector)
        where TVector : struct
        where TVectors : struct, IVectors<TVector, T>
    {
        T[] lanes = new T[TVectors.Count];
        TVectors.Store(vector, ref lanes[0]);
        return lanes[^1];
    }

    private static T[] Transpose(T[] b, int rows, int columns) =>
        [.. Enumerable.Range(0, rows * columns).Select(i => b[(i % rows * columns) + (i / rows)])];

    private static T[] Integers(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => T.CreateChecked(random.Next(-4, 5)))];
    }

    private static T[] Numbers(int length, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => T.CreateChecked((random.NextDouble() * 4) - 2))];
    }

    private static T[] Poisoned(int length)
    {
        T[] values = new T[length];
        MemoryMarshal.AsBytes(values.AsSpan()).Fill(0xff);
        return values;
    }
}
