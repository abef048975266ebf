using Engine.Numerics;

namespace Engine.Tuning;

/// <summary>
/// Tries combinations of values, all of a grid or some at random, each with one or several seeds, on all cores: for whatever one
/// would otherwise guess, dropout rates, learning rates, widths. What a trial does is a function of one's own.
/// </summary>
/// <remarks>
/// A trial is a function of its values and its seed: the results do not depend on how many run at once, nor on whether the sweep
/// was stopped and started again. Combination k of a random search depends on the seed and the parameters only: with more
/// <see cref="Trials"/> or <see cref="Repeats"/> a sweep goes on from the same file.
/// </remarks>
/// <example><code>
/// var sweep = new Sweep(seed: 1) { Parameters = { SweepParameter.Values("rate", 0.1, 0.3, 0.5) }, Repeats = 3 };
/// SweepResult result = sweep.Run(trial =>
/// {
///     Sequential model = CreateModel(trial["rate"], trial.Seed);
///     ...
///     return new TrialResult(("accuracy", model.Evaluate(test)["accuracy"]));
/// });
/// Console.WriteLine(result.Best("accuracy"));
/// </code></example>
/// <param name="seed">The seed of the first repetition, and of what a random search draws.</param>
public sealed class Sweep(ulong seed = 0)
{
    // Apart from the streams of models: a trial may well use the same seed.
    private const ulong FirstStream = 1ul << 63;

    /// <summary>The seed of the first repetition, and of what a random search draws.</summary>
    public ulong Seed => seed;

    /// <summary>What is tried. In a grid the last parameter changes fastest.</summary>
    public IList<SweepParameter> Parameters { get; } = new List<SweepParameter>();

    /// <summary>How many combinations a random search draws: at least 1; null for a grid, which takes all.</summary>
    public int? Trials { get; init; }

    /// <summary>With how many seeds each combination is tried: at least 1.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>
    /// What else the results depend on, such as the number of epochs. It is written to the results file, and a file with other
    /// settings is refused.
    /// </summary>
    public IDictionary<string, SweepValue> Settings { get; } = new OrderedDictionary<string, SweepValue>();

    /// <summary>Runs the trials that are not in the results file yet.</summary>
    /// <param name="run">
    /// What a trial does; called on several threads at once. It should hand the trial's seed, degree of parallelism and
    /// cancellation on to Fit, and share nothing that changes.
    /// </param>
    /// <param name="options">How many at once, the results file, progress, cancellation.</param>
    /// <exception cref="ArgumentException">
    /// There is no parameter, two have one name, a grid has a range, or a number is out of range.
    /// </exception>
    /// <exception cref="InvalidDataException">The results file is another sweep's, or damaged.</exception>
    /// <exception cref="InvalidOperationException">A trial failed; the message says which and why.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SweepResult Run(Func<Trial, TrialResult> run, SweepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        options ??= new SweepOptions();
        Validate(options);
        IReadOnlyDictionary<string, SweepValue>[] points = [.. Enumerable.Range(0, CountPoints()).Select(ValuesOf)];
        using SweepFile? file = options.ResultsFile is null ? null : SweepFile.Open(options.ResultsFile, this);
        TrialRecord?[] records = new TrialRecord?[checked(points.Length * Repeats)];
        foreach (SavedTrial saved in file?.Saved ?? [])
        {
            if (saved.Point < points.Length && saved.Repeat < Repeats)
            {
                records[(saved.Point * Repeats) + saved.Repeat] = new TrialRecord(
                    saved.Point, saved.Repeat, SeedOf(saved.Repeat), points[saved.Point], saved.Metrics, saved.Seconds);
            }
        }

        new SweepRun(this, run, options, file, points, records).Run();
        return new SweepResult([.. Parameters.Select(parameter => parameter.Name)], Trials is not null, records!);
    }

    internal ulong SeedOf(int repeat) => unchecked(seed + (ulong)repeat);

    private int CountPoints() => Trials ?? Parameters.Aggregate(1, (count, parameter) => checked(count * parameter.Count!.Value));

    // A grid counts with the last parameter as its lowest digit.
    private OrderedDictionary<string, SweepValue> ValuesOf(int point)
    {
        SweepValue[] values = new SweepValue[Parameters.Count];
        int rest = point;
        for (int i = Parameters.Count - 1; i >= 0; i--)
        {
            if (Trials is not null)
            {
                values[i] = Parameters[i].Draw(new RandomSource(seed, FirstStream + (ulong)i).Uniform(point));
                continue;
            }

            (rest, int digit) = Math.DivRem(rest, Parameters[i].Count!.Value);
            values[i] = Parameters[i].At(digit);
        }

        OrderedDictionary<string, SweepValue> byName = [];
        for (int i = 0; i < values.Length; i++)
        {
            byName.Add(Parameters[i].Name, values[i]);
        }

        return byName;
    }

    private void Validate(SweepOptions options)
    {
        if (Parameters.Count == 0)
        {
            throw new ArgumentException("Sweep: expected at least one parameter, got none. Add one to Parameters.");
        }

        if (Parameters.GroupBy(parameter => parameter.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException(
                $"Sweep: expected parameters of different names, got '{twice.Key}' {twice.Count()} times.");
        }

        if (Trials is null && Parameters.FirstOrDefault(parameter => parameter.Count is null) is { } range)
        {
            throw new ArgumentException(
                $"Sweep: expected values for a grid, got a range for {range}. "
                + "Set Trials to draw that many combinations at random.");
        }

        Require(Trials is not < 1, nameof(Trials), Trials ?? 0);
        Require(Repeats >= 1, nameof(Repeats), Repeats);
        Require(options.DegreeOfParallelism >= 1, nameof(options.DegreeOfParallelism), options.DegreeOfParallelism);

        static void Require(bool holds, string name, int actual)
        {
            if (!holds)
            {
                throw new ArgumentOutOfRangeException(name, $"Sweep: expected {name} to be at least 1, got {actual}.");
            }
        }
    }
}
