using System.Globalization;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>Both tables beside the paper's, the curves, and result.json.</summary>
internal sealed class PaperSrivastavaReport(
    ExampleContext context, IReadOnlyList<(PaperSrivastavaRow Row, PaperSrivastavaProgress Progress)> rows)
{
    /// <summary>Prints and saves it.</summary>
    public void Write()
    {
        Write("Networks (table 2 of the paper)", "networks.png", PaperSrivastavaRow.Networks);
        Write("Ways to regularize 784-1024-1024-2048-10 (table 9)", "regularizers.png", PaperSrivastavaRow.Regularizers);
        context.Output.WriteLine(
            "Errors are those after the last epoch; ± is the standard error that so many test digits alone bring with them.");
        if (!context.Full)
            context.Output.WriteLine("Small networks on few digits for few epochs: --full trains the paper's on all of MNIST.");
        WriteResult();
        context.PrintFiles();
    }

    private void Write(string title, string file, IReadOnlyList<PaperSrivastavaRow> table)
    {
        (PaperSrivastavaRow Row, PaperSrivastavaProgress Progress)[] shown = [.. rows.Where(pair => table.Contains(pair.Row))];
        if (shown.Length == 0)
            return;
        context.Output.WriteLine();
        Print(title, shown);
        if (context.Full)
            PrintOrder(shown);
        if (shown.All(pair => pair.Progress.Epochs.Count > 1))
            context.Save(Curves(title, shown), file);
    }

    private void Print(string title, (PaperSrivastavaRow Row, PaperSrivastavaProgress Progress)[] shown)
    {
        var table = new ResultTable(
            ("network", ColumnAlignment.Left),
            ("epochs", ColumnAlignment.Right),
            ("training loss", ColumnAlignment.Right),
            ("test error", ColumnAlignment.Right),
            ("paper", ColumnAlignment.Right),
            ("minutes", ColumnAlignment.Right))
        {
            Title = title,
        };
        foreach ((PaperSrivastavaRow row, PaperSrivastavaProgress progress) in shown)
        {
            (double share, double error) = progress.Error;
            string epochs = Text.Count(progress.Epochs[^1]);
            table.AddRow(
                row.Title,
                progress.IsFinished ? epochs : $"{epochs} of {progress.Settings.Epochs}",
                Text.Fixed(progress.Losses[^1], 4),
                $"{Text.Fixed(100 * share, 2)} ± {Text.Percent(error)}",
                row.PaperError is { } paper ? $"{Text.Fixed(paper, 2)} %" : "",
                Text.Fixed(progress.Seconds / 60, 1));
        }

        context.Print(table);
    }

    // Each pair of neighbours in the paper's order that came out the other way round.
    private void PrintOrder((PaperSrivastavaRow Row, PaperSrivastavaProgress Progress)[] shown)
    {
        (PaperSrivastavaRow Row, PaperSrivastavaProgress Progress)[] ordered =
            [.. shown.Where(pair => pair.Row.PaperError is not null).OrderBy(pair => pair.Row.PaperError)];
        bool isSame = true;
        foreach ((var better, var worse) in ordered.Zip(ordered.Skip(1)))
        {
            double difference = better.Progress.Errors[^1] - worse.Progress.Errors[^1];
            if (difference <= 0)
                continue;
            isSame = false;
            double error = Math.Sqrt(
                Math.Pow(better.Progress.Error.StandardError, 2) + Math.Pow(worse.Progress.Error.StandardError, 2));
            context.Output.WriteLine(
                $"Not in the paper's order: {better.Row.Title} is {Text.Points(difference)} worse than {worse.Row.Title} "
                + $"({Text.Fixed(difference / error, 1)} standard errors), which the paper has "
                + $"{(worse.Row.PaperError - better.Row.PaperError)?.ToString("F2", CultureInfo.InvariantCulture)} points above it.");
        }

        if (isSame && ordered.Length > 1)
            context.Output.WriteLine("The rows are in the paper's order.");
    }

    private static Chart Curves(string title, (PaperSrivastavaRow Row, PaperSrivastavaProgress Progress)[] shown) => Chart.Lines(
        title,
        "Epochs",
        "Test error (%)",
        [.. shown.Select(pair => Curve(pair.Row.Title, pair.Progress))]).WithWholeX();

    // Without the first tenth, beside which the differences at the end would not be seen.
    private static (string, IReadOnlyList<double>, IReadOnlyList<double>) Curve(string label, PaperSrivastavaProgress progress)
    {
        int skipped = Math.Min(progress.Epochs.Count(epoch => epoch <= progress.Settings.Epochs / 10), progress.Epochs.Count - 1);
        return (
            label,
            [.. progress.Epochs.Skip(skipped).Select(epoch => (double)epoch)],
            [.. progress.Errors.Skip(skipped).Select(error => 100 * error)]);
    }

    // The time of all rows, whichever runs trained them.
    private void WriteResult()
    {
        var result = new ExampleResult { Seconds = rows.Sum(pair => pair.Progress.Seconds) };
        result.Settings.AddRange([("momentum", PaperSrivastavaSettings.Momentum), ("threads", context.DegreeOfParallelism)]);
        foreach ((PaperSrivastavaRow row, PaperSrivastavaProgress progress) in rows)
        {
            PaperSrivastavaSettings settings = progress.Settings;
            result.Settings.AddRange(
            [
                ($"{row.Key}_data", settings.Data),
                ($"{row.Key}_train_samples", settings.Samples),
                ($"{row.Key}_epochs", settings.Epochs),
                ($"{row.Key}_batch_size", settings.BatchSize),
                ($"{row.Key}_learning_rate", settings.LearningRate),
                ($"{row.Key}_width_divisor", settings.WidthDivisor),
            ]);
            if (progress.Commit is { } commit)
                result.Settings.Add(($"{row.Key}_commit", commit));
            result.Seeds.Add((row.Key, settings.Seed));
            result.Metrics.AddRange(
            [
                ($"{row.Key}_epochs_done", progress.Epochs[^1]),
                ($"{row.Key}_test_error", progress.Error.Share),
                ($"{row.Key}_test_error_standard_error", progress.Error.StandardError),
                ($"{row.Key}_training_loss", progress.Losses[^1]),
                ($"{row.Key}_seconds", progress.Seconds),
            ]);
            if (row.PaperError is { } paper)
                result.Metrics.Add(($"{row.Key}_paper_test_error", paper / 100));
        }

        context.WriteResult(result);
    }
}
