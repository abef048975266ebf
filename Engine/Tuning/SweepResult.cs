using System.Globalization;
using System.Text;

namespace Engine.Tuning;

/// <summary>What a sweep found, in the order of its combinations, whatever order they ran in.</summary>
public sealed class SweepResult
{
    internal SweepResult(IReadOnlyList<string> parameterNames, bool isRandom, IReadOnlyList<TrialRecord> trials)
    {
        ParameterNames = parameterNames;
        IsRandom = isRandom;
        Trials = trials;
        MetricNames = [.. trials[0].Metrics.Keys];
        Points = [.. trials.GroupBy(trial => trial.Point).Select(group => new SweepPoint([.. group]))];
    }

    /// <summary>The names of the parameters.</summary>
    public IReadOnlyList<string> ParameterNames { get; }

    /// <summary>The names of the numbers that each trial gave.</summary>
    public IReadOnlyList<string> MetricNames { get; }

    /// <summary>Whether the combinations were drawn, rather than all taken.</summary>
    public bool IsRandom { get; }

    /// <summary>All trials, by combination and repetition.</summary>
    public IReadOnlyList<TrialRecord> Trials { get; }

    /// <summary>The combinations.</summary>
    public IReadOnlyList<SweepPoint> Points { get; }

    /// <summary>The combination with the best mean of a metric; of equal ones the first. NaN does not count.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="maximize">Whether larger is better; if null, where the name says so: accuracies.</param>
    /// <exception cref="KeyNotFoundException">There is no such metric; the message lists them.</exception>
    /// <exception cref="InvalidOperationException">The metric is NaN everywhere.</exception>
    public SweepPoint Best(string metric, bool? maximize = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(metric);
        double sign = maximize ?? metric.Contains("accuracy", StringComparison.Ordinal) ? -1 : 1;
        return Points.Where(point => !double.IsNaN(point.Mean(metric))).MinBy(point => sign * point.Mean(metric))
            ?? throw new InvalidOperationException(
                $"SweepResult: expected a number as {metric} of some combination, got NaN for all.");
    }

    /// <summary>
    /// A line for each trial under a line of names: point, repeat, seed, the parameters, the metrics, seconds. Numbers have a
    /// point and as many digits as they need.
    /// </summary>
    public string ToCsv()
    {
        StringBuilder text = new();
        Add(["point", "repeat", "seed", .. ParameterNames, .. MetricNames, "seconds"]);
        foreach (TrialRecord trial in Trials)
        {
            Add(
            [
                Text(trial.Point), Text(trial.Repeat), Text(trial.Seed),
                .. ParameterNames.Select(name => trial.Values[name].ToString()),
                .. MetricNames.Select(name => Text(trial.Metrics[name])),
                Text(trial.Seconds),
            ]);
        }

        return text.ToString();

        void Add(IEnumerable<string> cells) => text.AppendJoin(',', cells.Select(Quoted)).Append('\n');

        static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

        static string Quoted(string cell) => cell.AsSpan().ContainsAny(",\"\r\n")
            ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : cell;
    }

    /// <summary>Writes <see cref="ToCsv"/>; makes the folder if need be.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    public void SaveCsv(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, ToCsv());
    }

    internal static double MetricOf(TrialRecord trial, string metric) => trial.Metrics.TryGetValue(metric, out double value)
        ? value
        : throw new KeyNotFoundException(
            $"SweepResult: expected one of {string.Join(", ", trial.Metrics.Keys)}, got '{metric}'.");
}
