using System.Diagnostics;

namespace Engine.Examples;

/// <summary>How splits are run: what another run must share to take a split's result over.</summary>
/// <param name="Epochs">Of each training.</param>
/// <param name="Samples">The passes with dropout on.</param>
/// <param name="Seed">All other seeds follow from it.</param>
internal sealed record PaperGalSettings(int Epochs, int Samples, ulong Seed);

/// <summary>What one split of a set gave.</summary>
/// <param name="Set">The set's folder.</param>
/// <param name="Split">The split's number.</param>
/// <param name="Rate">The dropout rate that was chosen.</param>
/// <param name="Precision">The precision τ that was chosen.</param>
/// <param name="PlainRmse">The test error with dropout off.</param>
/// <param name="Rmse">The test error of the samples' mean.</param>
/// <param name="LogLikelihood">The test log-likelihood.</param>
/// <param name="TrainingSeconds">Spent on training, of one thread.</param>
/// <param name="SamplingSeconds">Spent on samples, of one thread.</param>
/// <param name="WallSeconds">
/// By the clock, since the split that was done before it: splits run side by side, and the sum over all is what the set took.
/// Null in files of a time that did not write it down.
/// </param>
internal sealed record PaperGalSplit(
    string Set,
    int Split,
    double Rate,
    double Precision,
    double PlainRmse,
    double Rmse,
    double LogLikelihood,
    double TrainingSeconds,
    double SamplingSeconds,
    double? WallSeconds = null)
{
    /// <summary>
    /// Trains a network for each rate and precision on the first four fifths of the split's training rows, takes those that make
    /// the last fifth most likely, trains again on all of them, and tests.
    /// </summary>
    public static PaperGalSplit Run(PaperGalSet set, int split, PaperGalSettings settings, CancellationToken cancellation)
    {
        int[] train = set.TrainRows(split), test = set.TestRows(split);
        int count = (int)(0.8 * train.Length);
        var clock = new Clock();
        (double Rate, double Precision, double LogLikelihood) best = (0, 0, double.NegativeInfinity);
        ulong seed = settings.Seed + (1000 * (ulong)split);
        foreach (double rate in set.Rates)
        {
            foreach (double precision in set.Precisions)
            {
                PaperGalScore score = TrainAndScore(train.AsSpan(0, count), train.AsSpan(count), rate, precision, seed++);
                if (score.LogLikelihood > best.LogLikelihood)
                    best = (rate, precision, score.LogLikelihood);
            }
        }

        PaperGalScore result = TrainAndScore(train, test, best.Rate, best.Precision, seed);
        return new PaperGalSplit(
            set.Key,
            split,
            best.Rate,
            best.Precision,
            result.PlainRmse,
            result.Rmse,
            result.LogLikelihood,
            clock.Training,
            clock.Sampling);

        PaperGalScore TrainAndScore(ReadOnlySpan<int> rows, ReadOnlySpan<int> others, double rate, double precision, ulong own)
        {
            long start = Stopwatch.GetTimestamp();
            PaperGalNetwork network = PaperGalNetwork.Train(set, rows, rate, precision, settings.Epochs, own, cancellation);
            clock.Training += Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            PaperGalScore score = network.Score(set, others, settings.Samples, own, cancellation);
            clock.Sampling += Stopwatch.GetElapsedTime(start).TotalSeconds;
            return score;
        }
    }

    private sealed class Clock
    {
        public double Training { get; set; }

        public double Sampling { get; set; }
    }
}
