using System.Globalization;
using Engine.Tuning;

namespace Engine.Visualization;

/// <summary>What a sweep found, as a table and as charts: extension members of <see cref="SweepResult"/>.</summary>
public static class SweepViews
{
    extension(SweepResult result)
    {
        /// <summary>
        /// A row for each combination of values: the values and the mean of each metric, with its standard error where there are
        /// several seeds.
        /// </summary>
        /// <param name="metrics">
        /// The metrics to show, each under a header and in a format of .NET: ("accuracy", "test accuracy", "P2"). All of them,
        /// with four decimals, if none is given.
        /// </param>
        /// <exception cref="KeyNotFoundException">There is no such metric; the message lists them.</exception>
        public ResultTable ToTable(params (string Metric, string Header, string Format)[] metrics)
        {
            ArgumentNullException.ThrowIfNull(result);
            ArgumentNullException.ThrowIfNull(metrics);
            if (metrics.Length == 0)
                metrics = [.. result.MetricNames.Select(name => (name, HistoryCurves.Readable(name), "F4"))];
            var table = new ResultTable(
            [
                .. result.ParameterNames.Select(name => (name, AlignmentOf(result, name))),
                .. metrics.Select(metric => (metric.Header, ColumnAlignment.Right)),
                ("seeds", ColumnAlignment.Right),
            ]);
            foreach (SweepPoint point in result.Points)
            {
                table.AddRow(
                [
                    .. result.ParameterNames.Select(name => TextOf(point.Values[name])),
                    .. metrics.Select(metric => TextOf(point, metric.Metric, metric.Format)),
                    point.Trials.Count.ToString(CultureInfo.InvariantCulture),
                ]);
            }

            return table;
        }

        /// <summary>
        /// The means of metrics against the values of a parameter: a line for each metric and each combination of the other
        /// parameters, in a band of one standard error where there are several seeds; points for a random search. For learning
        /// rates add <see cref="Chart.WithLogarithmicX"/>.
        /// </summary>
        /// <param name="parameter">A parameter whose values are numbers.</param>
        /// <param name="metrics">At least one metric.</param>
        /// <param name="title">The title; made of the names if null.</param>
        /// <param name="xTitle">The title of the horizontal axis; the parameter's name if null.</param>
        /// <param name="yTitle">The title of the vertical axis; the metrics' names if null.</param>
        /// <exception cref="KeyNotFoundException">There is no such parameter or metric; the message lists them.</exception>
        /// <exception cref="ArgumentException">There is no metric, or a value of the parameter is a text.</exception>
        public Chart ToChart(
            string parameter,
            IReadOnlyList<string> metrics,
            string? title = null,
            string? xTitle = null,
            string? yTitle = null)
        {
            ArgumentNullException.ThrowIfNull(result);
            ArgumentNullException.ThrowIfNull(metrics);
            CheckNumbers(result, parameter);
            string names = string.Join(" and ", metrics.Select(HistoryCurves.Readable));
            (string Label, double[] X, double[] Y, double[] Error)[] series =
            [
                .. from line in LinesOf(result, parameter)
                   from metric in metrics
                   select (LabelOf(line.Label, metrics.Count > 1 || line.Label.Length == 0 ? HistoryCurves.Readable(metric) : ""),
                       line.Points.Select(point => point[parameter]).ToArray(),
                       line.Points.Select(point => point.Mean(metric)).ToArray(),
                       line.Points.Select(point => point.StandardError(metric)).ToArray()),
            ];
            (string, IReadOnlyList<double>, IReadOnlyList<double>)[] lines =
                [.. series.Select(one => (one.Label, (IReadOnlyList<double>)one.X, (IReadOnlyList<double>)one.Y))];
            title ??= $"{names} against {parameter}";
            xTitle ??= parameter;
            yTitle ??= names;
            return result.IsRandom ? Chart.Scatter(title, xTitle, yTitle, lines)
                : series.All(one => one.Error.All(double.IsNaN)) ? Chart.Lines(title, xTitle, yTitle, lines)
                : Chart.Band(title, xTitle, yTitle, [.. series.Select(one => (
                    $"{one.Label} (± standard error)",
                    (IReadOnlyList<double>)one.X,
                    (IReadOnlyList<double>)one.Y,
                    (IReadOnlyList<double>)[.. one.Y.Zip(one.Error, (y, error) => y - error)],
                    (IReadOnlyList<double>)[.. one.Y.Zip(one.Error, (y, error) => y + error)]))]);
        }
    }

    private static string LabelOf(string line, string metric) =>
        line.Length == 0 ? metric : metric.Length == 0 ? line : $"{line}: {metric}";

    // In a grid the other parameters tell lines apart; drawn combinations hardly ever share one.
    private static IEnumerable<(string Label, SweepPoint[] Points)> LinesOf(SweepResult result, string parameter)
    {
        string[] others = result.IsRandom ? [] : [.. result.ParameterNames.Where(name => name != parameter)];
        return
            from point in result.Points
            group point by string.Join(", ", others.Select(name => LabelOf(point, name))) into line
            select (line.Key, line.OrderBy(point => point.Values[parameter].Number).ToArray());

        static string LabelOf(SweepPoint point, string name) =>
            point.Values[name] is { IsText: true } text ? text.ToString() : $"{name} {TextOf(point.Values[name])}";
    }

    private static void CheckNumbers(SweepResult result, string parameter)
    {
        if (!result.ParameterNames.Contains(parameter))
        {
            throw new KeyNotFoundException(
                $"SweepResult: expected one of {string.Join(", ", result.ParameterNames)}, got '{parameter}'.");
        }

        if (result.Points.FirstOrDefault(point => point.Values[parameter].IsText) is { } text)
        {
            throw new ArgumentException(
                $"SweepResult.ToChart: expected numbers to draw over, got '{text.Values[parameter]}' for '{parameter}'. "
                + "Use ToTable, or draw over another parameter.",
                nameof(parameter));
        }
    }

    private static ColumnAlignment AlignmentOf(SweepResult result, string parameter) =>
        result.Points.Any(point => point.Values[parameter].IsText) ? ColumnAlignment.Left : ColumnAlignment.Right;

    // Drawn numbers have sixteen digits; nobody reads them.
    private static string TextOf(SweepValue value) => value.IsText || double.IsInteger(value.Number)
        ? value.ToString()
        : value.Number.ToString("G4", CultureInfo.InvariantCulture);

    private static string TextOf(SweepPoint point, string metric, string format)
    {
        string mean = point.Mean(metric).ToString(format, CultureInfo.InvariantCulture);
        double error = point.StandardError(metric);
        return double.IsNaN(error) ? mean : $"{mean} ± {error.ToString(format, CultureInfo.InvariantCulture)}";
    }
}
