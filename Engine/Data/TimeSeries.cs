using System.Numerics;

namespace Engine.Data;

/// <summary>
/// Windows over a time series: what was seen, and what came next. Cut into training, validation and test in the order of time, and
/// normalized by what the training part knows.
/// </summary>
/// <example>
/// <code>
/// WindowedSeries data = TimeSeries.Windows(sunspots, window: 33, horizon: 1, validationSplit: 0.15, testSplit: 0.2);
/// model.Fit(data.Train, new FitOptions { ValidationData = data.Validation });
/// Tensor&lt;float&gt; forecast = data.Denormalize(model.Predict(data.Test!.Inputs));
/// </code>
/// </example>
public static class TimeSeries
{
    /// <summary>Windows over a series of one value a step.</summary>
    /// <param name="series">The values in the order of time; copied.</param>
    /// <param name="window">How many steps the model sees; at least 1.</param>
    /// <param name="horizon">How many steps after these it shall say; at least 1.</param>
    /// <param name="stride">The distance from one window to the next, in steps; at least 1.</param>
    /// <param name="validationSplit">The share of the steps, before those of the test, that validation predicts: 0 to below 1.</param>
    /// <param name="testSplit">The share of the steps, from the end, that the test predicts: 0 to below 1.</param>
    /// <param name="normalize">Whether values are brought to mean 0 and deviation 1 over the steps of the training part.</param>
    /// <returns>Inputs <c>[n, window, 1]</c> and targets <c>[n, horizon]</c>.</returns>
    /// <exception cref="ArgumentException">A value is not finite, or a part is too short for a window; the message names it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static WindowedSeries Windows<T>(
        T[] series,
        int window,
        int horizon = 1,
        int stride = 1,
        double validationSplit = 0,
        double testSplit = 0,
        bool normalize = true)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(series);
        double[] values = Array.ConvertAll(series, double.CreateChecked);
        WindowLayout layout = new(values.Length, 1, window, horizon, stride, validationSplit, testSplit);
        return new WindowedSeries(values, layout, [0], keepsTargetAxis: false, normalize);
    }

    /// <summary>Windows over a series of several features a step.</summary>
    /// <param name="series">The values, <c>[steps, features]</c>, in the order of time.</param>
    /// <param name="window">How many steps the model sees; at least 1.</param>
    /// <param name="horizon">How many steps after these it shall say; at least 1.</param>
    /// <param name="stride">The distance from one window to the next, in steps; at least 1.</param>
    /// <param name="validationSplit">The share of the steps, before those of the test, that validation predicts: 0 to below 1.</param>
    /// <param name="testSplit">The share of the steps, from the end, that the test predicts: 0 to below 1.</param>
    /// <param name="normalize">Whether each feature is brought to mean 0 and deviation 1 over the training part's steps.</param>
    /// <param name="targets">The features to be predicted, by number; all if null.</param>
    /// <returns>Inputs <c>[n, window, features]</c> and targets <c>[n, horizon, targets]</c>.</returns>
    /// <exception cref="ArgumentException">A value is not finite, or a part is too short for a window; the message names it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static WindowedSeries Windows<T>(
        T[,] series,
        int window,
        int horizon = 1,
        int stride = 1,
        double validationSplit = 0,
        double testSplit = 0,
        bool normalize = true,
        IReadOnlyList<int>? targets = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(series);
        int steps = series.GetLength(0), features = series.GetLength(1);
        int[] wanted = targets is null ? [.. Enumerable.Range(0, features)] : [.. targets];
        if (wanted.Length == 0 || wanted.Any(target => target < 0 || target >= features))
        {
            throw new ArgumentException(
                $"TimeSeries.Windows: expected targets among the features 0 to {features - 1}, got {Shape.Text(wanted)}.",
                nameof(targets));
        }

        double[] values = [.. series.Cast<T>().Select(double.CreateChecked)];
        WindowLayout layout = new(steps, features, window, horizon, stride, validationSplit, testSplit);
        return new WindowedSeries(values, layout, wanted, keepsTargetAxis: true, normalize);
    }
}
