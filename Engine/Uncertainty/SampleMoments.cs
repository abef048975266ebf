using System.Numerics;
using System.Numerics.Tensors;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Uncertainty;

/// <summary>
/// What is kept of the samples of some rows, however many there are: first and second moments, sums of entropies, votes and the
/// likelihood of the targets. Samples are added one by one to the moments of a chunk, chunks are merged in order.
/// </summary>
/// <remarks>
/// Moments are sums of differences from the chunk's first sample, in double, so that a small deviation beside a large mean keeps
/// its digits; merged by Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances",
/// 1979, equation 2.1.
/// </remarks>
internal sealed class SampleMoments<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PredictionShape _shape;
    private readonly double _noisePrecision;
    private readonly bool _hasTargets;
    private readonly double[] _origin, _differences, _sum, _squares;
    private readonly T[] _terms;
    private readonly double[] _entropy;
    private readonly int[] _votes;
    private readonly double[] _largest, _scaled;

    /// <summary>Memory for some rows.</summary>
    public SampleMoments(int rows, PredictionShape shape, bool hasTargets, double noisePrecision)
    {
        _shape = shape;
        _hasTargets = hasTargets;
        _noisePrecision = noisePrecision;
        _origin = new double[rows * shape.Size];
        _differences = new double[_origin.Length];
        _sum = new double[_origin.Length];
        _squares = new double[_origin.Length];
        _terms = new T[shape.HasProbabilities ? _origin.Length : 0];
        _votes = new int[_terms.Length];
        _entropy = new double[shape.HasProbabilities ? rows * shape.Distributions : 0];
        _largest = new double[hasTargets ? rows : 0];
        _scaled = new double[_largest.Length];
    }

    /// <summary>How many samples there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many rows there are.</summary>
    public int Rows { get; private set; }

    /// <summary>The means, <c>[rows, size]</c>; only after <see cref="Finish"/> or <see cref="Merge"/>.</summary>
    public ReadOnlySpan<double> Mean => _origin.AsSpan(0, Rows * _shape.Size);

    /// <summary>The sums of squared differences from the mean, <c>[rows, size]</c>; as <see cref="Mean"/>.</summary>
    public ReadOnlySpan<double> Squares => _squares.AsSpan(0, Rows * _shape.Size);

    /// <summary>The sums of the samples' entropies, <c>[rows, distributions]</c>.</summary>
    public ReadOnlySpan<double> Entropy => _entropy.AsSpan(0, Rows * _shape.Distributions);

    /// <summary>How many samples had each class on top, or said yes: <c>[rows, size]</c>.</summary>
    public ReadOnlySpan<int> Votes => _votes.AsSpan(0, Rows * _shape.Size);

    /// <summary>Forgets all samples.</summary>
    public void Clear(int rows)
    {
        (Rows, Count) = (rows, 0);
        Array.Clear(_origin);
        Array.Clear(_sum);
        Array.Clear(_squares);
        Array.Clear(_entropy);
        Array.Clear(_votes);
        Array.Clear(_scaled);
        Array.Fill(_largest, double.NegativeInfinity);
    }

    /// <summary>Adds a sample of all rows.</summary>
    /// <param name="y">The outputs, <c>[rows, size]</c>.</param>
    /// <param name="targets">The true values, <c>[rows, size]</c>; empty without targets.</param>
    public void Add(ReadOnlySpan<T> y, ReadOnlySpan<T> targets)
    {
        int length = y.Length;
        if (Count == 0)
        {
            TensorPrimitives.ConvertTruncating(y, _origin.AsSpan(0, length));
        }
        else
        {
            Span<double> d = _differences.AsSpan(0, length);
            TensorPrimitives.ConvertTruncating(y, d);
            TensorPrimitives.Subtract(d, _origin.AsSpan(0, length), d);
            Span<double> sum = _sum.AsSpan(0, length), squares = _squares.AsSpan(0, length);
            TensorPrimitives.Add(sum, d, sum);
            TensorPrimitives.Multiply(d, d, d);
            TensorPrimitives.Add(squares, d, squares);
        }

        Count++;
        if (_shape.Kind == PredictionKind.Categories)
        {
            Elementwise.Map(y, _terms.AsSpan(0, length), default(CategoryEntropy));
            AddEntropies(length);
            AddVotesOfLargest(y);
        }
        else if (_shape.Kind == PredictionKind.Binary)
        {
            Elementwise.Map(y, _terms.AsSpan(0, length), default(BinaryEntropy));
            AddEntropies(length);
            AddVotesOfHalf(y);
        }

        if (_hasTargets)
        {
            AddLikelihoods(y, targets);
        }
    }

    /// <summary>Turns the sums into moments, after the last sample of a chunk.</summary>
    public void Finish()
    {
        for (int i = 0; i < Rows * _shape.Size; i++)
        {
            double shift = _sum[i] / Count;
            _origin[i] += shift;
            _squares[i] = Math.Max(0, _squares[i] - (shift * _sum[i]));
        }
    }

    /// <summary>Adds the samples of a finished chunk to those of the rows from <paramref name="row"/> on.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="row">Its first row.</param>
    /// <param name="count">How many samples these rows have so far.</param>
    public void Merge(SampleMoments<T> chunk, int row, int count)
    {
        int start = row * _shape.Size;
        int total = count + chunk.Count;
        double share = (double)chunk.Count / total;
        for (int i = 0; i < chunk.Rows * _shape.Size; i++)
        {
            double difference = chunk._origin[i] - _origin[start + i];
            _origin[start + i] += difference * share;
            _squares[start + i] += chunk._squares[i] + (difference * difference * count * share);
        }

        if (_shape.HasProbabilities)
        {
            Span<double> entropy = _entropy.AsSpan(row * _shape.Distributions, chunk.Rows * _shape.Distributions);
            TensorPrimitives.Add(entropy, chunk.Entropy, entropy);
            Span<int> votes = _votes.AsSpan(start, chunk.Rows * _shape.Size);
            TensorPrimitives.Add(votes, chunk.Votes, votes);
        }

        for (int r = 0; _hasTargets && r < chunk.Rows; r++)
        {
            AddScaled(row + r, chunk._largest[r], chunk._scaled[r]);
        }

        Count = total;
    }

    /// <summary>log of the mean over the samples of N(target; y, 1/τ) of a row.</summary>
    public double LogLikelihood(int row) => _largest[row] + Math.Log(_scaled[row]) - Math.Log(Count)
        + (_shape.Size * 0.5 * Math.Log(_noisePrecision / (2 * Math.PI)));

    private void AddEntropies(int length)
    {
        int rowLength = _shape.RowLength;
        int d = 0;
        for (int start = 0; start < length; start += rowLength, d++)
        {
            double sum = 0;
            foreach (T term in _terms.AsSpan(start, rowLength))
            {
                sum += double.CreateTruncating(term);
            }

            _entropy[d] += sum;
        }
    }

    private void AddVotesOfLargest(ReadOnlySpan<T> y)
    {
        int rowLength = _shape.RowLength;
        for (int start = 0; start < y.Length; start += rowLength)
        {
            ReadOnlySpan<T> p = y.Slice(start, rowLength);
            int best = 0;
            T largest = p[0];
            for (int c = 1; c < p.Length; c++)
            {
                // Two selections without a branch: which class is on top cannot be predicted.
                bool isLarger = p[c] > largest;
                best = isLarger ? c : best;
                largest = isLarger ? p[c] : largest;
            }

            _votes[start + best]++;
        }
    }

    private void AddVotesOfHalf(ReadOnlySpan<T> y)
    {
        T half = T.CreateChecked(0.5);
        for (int i = 0; i < y.Length; i++)
        {
            _votes[i] += y[i] >= half ? 1 : 0;
        }
    }

    // exp(−τ/2 |target − y|²), summed relative to the largest so far.
    private void AddLikelihoods(ReadOnlySpan<T> y, ReadOnlySpan<T> targets)
    {
        int size = _shape.Size;
        for (int r = 0; r < Rows; r++)
        {
            double squares = 0;
            for (int i = r * size; i < (r + 1) * size; i++)
            {
                double difference = double.CreateTruncating(targets[i]) - double.CreateTruncating(y[i]);
                squares += difference * difference;
            }

            AddScaled(r, -0.5 * _noisePrecision * squares, 1);
        }
    }

    // Adds scaled · exp(exponent) to a row's sum.
    private void AddScaled(int row, double exponent, double scaled)
    {
        if (double.IsNegativeInfinity(exponent))
        {
            return;     // adds nothing, not even to what is minus infinity itself
        }

        if (exponent > _largest[row])
        {
            _scaled[row] = (_scaled[row] * Math.Exp(_largest[row] - exponent)) + scaled;
            _largest[row] = exponent;
        }
        else
        {
            _scaled[row] += scaled * Math.Exp(exponent - _largest[row]);
        }
    }

    // −p log p; 0 where p is 0.
    private readonly struct CategoryEntropy : IUnaryOperation<T>
    {
        public Vector<T> Invoke(Vector<T> x) => -x * VectorMath.Log(Vector.Max(x, Smallest));

        internal static Vector<T> Smallest => VectorMath.Constant<T>(1e-37);
    }

    // −p log p − (1 − p) log(1 − p)
    private readonly struct BinaryEntropy : IUnaryOperation<T>
    {
        public Vector<T> Invoke(Vector<T> x)
        {
            CategoryEntropy term = default;
            return term.Invoke(x) + term.Invoke(Vector<T>.One - x);
        }
    }
}
