using System.Globalization;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>Both tables beside the paper's, the curves, and result.json.</summary>
internal sealed class PaperSrivastavaReport(ExampleContext context, IReadOnlyList<PaperSrivastavaOutcome> rows)
{
    /// <summary>Prints and saves it.</summary>
    public void Write()
    {
        Write("Networks (table 2 of the paper)", "networks.png", PaperSrivastavaRow.Networks);
        Write("Ways to regularize 784-1024-1024-2048-10 (table 9)", "regularizers.png", PaperSrivastavaRow.Regularizers);
        context.Output.WriteLine(
            "Errors are those after the last epoch, the mean where there are several seeds; ± is the standard error that so many test "
            + "digits alone bring with them.");
        if (!context.Full)
            context.Output.WriteLine("Small networks on few digits for few epochs: --full trains the paper's on all of MNIST.");
        WriteResult();
        context.PrintFiles();
    }

    private void Write(string title, string file, IReadOnlyList<PaperSrivastavaRow> table)
    {
        PaperSrivastavaOutcome[] shown = [.. rows.Where(outcome => table.Any(row => row.Key == outcome.Row.Key))];
        if (shown.Length == 0)
            return;
        context.Output.WriteLine();
        Print(title, shown);
        if (context.Full)
            PrintOrder(shown);
        if (shown.All(outcome => outcome.Curve.Epochs.Count > 1))
            context.Save(Curves(title, shown), file);
    }

    private void Print(string title, PaperSrivastavaOutcome[] shown)
    {
        var table = new ResultTable(
            ("network", ColumnAlignment.Left),
            ("seeds", ColumnAlignment.Right),
            ("epochs", ColumnAlignment.Right),
            ("training loss", ColumnAlignment.Right),
            ("test error", ColumnAlignment.Right),
            ("paper", ColumnAlignment.Right),
            ("minutes", ColumnAlignment.Right))
        {
            Title = title,
        };
        foreach (PaperSrivastavaOutcome outcome in shown)
        {
            string epochs = Text.Count(outcome.Epochs);
            table.AddRow(
                outcome.Row.Title,
                Text.Count(outcome.Runs.Count),
                outcome.IsFinished ? epochs : $"{epochs} of {outcome.Settings.Epochs}",
                Text.Fixed(outcome.Loss, 4),
                $"{Text.Fixed(100 * outcome.Error, 2)} ± {Text.Percent(outcome.StandardError)}",
                outcome.Row.PaperError is { } paper ? $"{Text.Fixed(paper, 2)} %" : "",
                Text.Fixed(outcome.Seconds / 60, 1));
        }

        context.Print(table);
    }

    // Each pair of neighbours in the paper's order that came out the other way round.
    private void PrintOrder(PaperSrivastavaOutcome[] shown)
    {
        PaperSrivastavaOutcome[] ordered =
            [.. shown.Where(outcome => outcome.Row.PaperError is not null).OrderBy(outcome => outcome.Row.PaperError)];
        bool isSame = true;
        foreach ((PaperSrivastavaOutcome better, PaperSrivastavaOutcome worse) in ordered.Zip(ordered.Skip(1)))
        {
            double difference = better.Error - worse.Error;
            if (difference <= 0)
                continue;
            isSame = false;
            double error = Math.Sqrt(Math.Pow(better.StandardError, 2) + Math.Pow(worse.StandardError, 2));
            context.Output.WriteLine(
                $"Not in the paper's order: {better.Row.Title} is {Text.Points(difference)} worse than {worse.Row.Title} "
                + $"({Text.Fixed(difference / error, 1)} standard errors), which the paper has "
                + $"{(worse.Row.PaperError - better.Row.PaperError)?.ToString("F2", CultureInfo.InvariantCulture)} points above it.");
        }

        if (isSame && ordered.Length > 1)
            context.Output.WriteLine("The rows are in the paper's order.");
    }

    private static Chart Curves(string title, PaperSrivastavaOutcome[] shown) => Chart.Lines(
        title,
        "Epochs",
        "Test error (%)",
        [.. shown.Select(Curve)]).WithWholeX();

    // Without the first tenth, beside which the differences at the end would not be seen.
    private static (string, IReadOnlyList<double>, IReadOnlyList<double>) Curve(PaperSrivastavaOutcome outcome)
    {
        (IReadOnlyList<int> epochs, IReadOnlyList<double> errors) = outcome.Curve;
        int skipped = Math.Min(epochs.Count(epoch => epoch <= outcome.Settings.Epochs / 10), epochs.Count - 1);
        return (
            outcome.Row.Title,
            [.. epochs.Skip(skipped).Select(epoch => (double)epoch)],
            [.. errors.Skip(skipped).Select(error => 100 * error)]);
    }

    // The time of all rows, whichever runs trained them.
    private void WriteResult()
    {
        var result = new ExampleResult { Seconds = rows.Sum(outcome => outcome.Seconds) };
        result.Settings.AddRange([("momentum", PaperSrivastavaSettings.Momentum), ("threads", context.DegreeOfParallelism)]);
        foreach (PaperSrivastavaOutcome outcome in rows)
        {
            PaperSrivastavaRow row = outcome.Row;
            PaperSrivastavaSettings settings = outcome.Settings;
            result.Settings.AddRange(
            [
                ($"{row.Key}_data", settings.Data),
                ($"{row.Key}_train_samples", settings.Samples),
                ($"{row.Key}_epochs", settings.Epochs),
                ($"{row.Key}_batch_size", settings.BatchSize),
                ($"{row.Key}_learning_rate", settings.LearningRate),
                ($"{row.Key}_width_divisor", settings.WidthDivisor),
            ]);
            foreach ((string name, double factor) in row.Factors)
                result.Settings.Add(($"{row.Key}_{name}", factor));
            if (outcome.Runs[0].Commit is { } commit)
                result.Settings.Add(($"{row.Key}_commit", commit));
            result.Metrics.AddRange(
            [
                ($"{row.Key}_epochs_done", outcome.Epochs),
                ($"{row.Key}_test_error", outcome.Error),
                ($"{row.Key}_test_error_standard_error", outcome.StandardError),
                ($"{row.Key}_training_loss", outcome.Loss),
                ($"{row.Key}_seconds", outcome.Seconds),
            ]);
            for (int i = 0; i < outcome.Runs.Count; i++)
            {
                string end = i == 0 ? "" : $"_{i + 1}";
                result.Seeds.Add(($"{row.Key}{end}", outcome.Runs[i].Settings.Seed));
                if (outcome.Runs.Count > 1)
                    result.Metrics.Add(($"{row.Key}_test_error_of_seed_{outcome.Runs[i].Settings.Seed}", outcome.Runs[i].Errors[^1]));
            }

            if (row.PaperError is { } paper)
                result.Metrics.Add(($"{row.Key}_paper_test_error", paper / 100));
        }

        context.WriteResult(result);
    }
}
