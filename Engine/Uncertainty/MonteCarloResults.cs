using System.Numerics;

namespace Engine.Uncertainty;

/// <summary>The arrays that a Monte Carlo run fills, row by row.</summary>
internal sealed class MonteCarloResults<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double[] _levels;

    public MonteCarloResults(PredictionShape shape, int rows, int samples, double[] levels, bool hasTargets)
    {
        _levels = levels;
        Shape = shape;
        Rows = rows;
        Samples = samples;
        Mean = new T[checked(rows * shape.Size)];
        Deviation = new T[Mean.Length];
        int distributions = shape.HasProbabilities ? rows * shape.Distributions : 0;
        PredictiveEntropy = new T[distributions];
        ExpectedEntropy = new T[distributions];
        MutualInformation = new T[distributions];
        VariationRatio = new T[distributions];
        Quantiles = [.. levels.Select(_ => new T[Mean.Length])];
        LogLikelihood = new T[hasTargets ? rows : 0];
    }

    public PredictionShape Shape { get; }

    public int Rows { get; }

    public int Samples { get; }

    public IReadOnlyList<double> Levels => _levels;

    public T[] Mean { get; }

    public T[] Deviation { get; }

    public T[] PredictiveEntropy { get; }

    public T[] ExpectedEntropy { get; }

    public T[] MutualInformation { get; }

    public T[] VariationRatio { get; }

    public T[][] Quantiles { get; }

    public T[] LogLikelihood { get; }

    /// <summary>Writes what follows from the moments of some rows.</summary>
    public void Write(SampleMoments<T> moments, int from)
    {
        ReadOnlySpan<double> mean = moments.Mean, squares = moments.Squares;
        int start = from * Shape.Size;
        for (int i = 0; i < mean.Length; i++)
        {
            Mean[start + i] = T.CreateTruncating(mean[i]);
            Deviation[start + i] = T.CreateTruncating(Math.Sqrt(squares[i] / Samples));
        }

        for (int d = 0; Shape.HasProbabilities && d < moments.Entropy.Length; d++)
        {
            Range row = (d * Shape.RowLength)..((d + 1) * Shape.RowLength);
            double predictive = Entropies.Of(mean[row], Shape.Kind);
            double expected = moments.Entropy[d] / Samples;
            int to = (from * Shape.Distributions) + d;
            PredictiveEntropy[to] = T.CreateTruncating(predictive);
            ExpectedEntropy[to] = T.CreateTruncating(expected);
            MutualInformation[to] = T.CreateTruncating(Math.Max(0, predictive - expected));
            VariationRatio[to] = T.CreateTruncating(Disagreement(moments.Votes[row]));
        }

        for (int r = 0; r < moments.Rows && LogLikelihood.Length > 0; r++)
        {
            LogLikelihood[from + r] = T.CreateTruncating(moments.LogLikelihood(r));
        }
    }

    /// <summary>Sorts the samples of each output of a row and writes its quantiles.</summary>
    /// <param name="samples">[size, samples]; sorted in place.</param>
    /// <param name="row">The row.</param>
    public void WriteQuantiles(Span<T> samples, int row)
    {
        for (int i = 0; i < Shape.Size; i++)
        {
            Span<T> sorted = samples.Slice(i * Samples, Samples);
            sorted.Sort();
            for (int q = 0; q < _levels.Length; q++)
            {
                Quantiles[q][(row * Shape.Size) + i] = Quantile(sorted, _levels[q]);
            }
        }
    }

    // Linear between neighbours: type 7 of Hyndman and Fan, "Sample quantiles in statistical packages", 1996.
    private static T Quantile(ReadOnlySpan<T> sorted, double level)
    {
        double place = level * (sorted.Length - 1);
        int below = (int)place;
        T low = sorted[below];
        T high = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return low + (T.CreateTruncating(place - below) * (high - low));
    }

    // The share of the samples that did not vote with the majority; of independent outputs the mean of theirs.
    private double Disagreement(ReadOnlySpan<int> votes)
    {
        if (Shape.Kind == PredictionKind.Categories)
        {
            int most = 0;
            foreach (int count in votes)
            {
                most = Math.Max(most, count);
            }

            return 1 - ((double)most / Samples);
        }

        double sum = 0;
        foreach (int yes in votes)
        {
            sum += 1 - ((double)Math.Max(yes, Samples - yes) / Samples);
        }

        return sum / votes.Length;
    }
}
