using System.Globalization;

namespace Engine.Data;

/// <summary>Which windows over a series belong to which part. Checked once; shared by all that cut the series.</summary>
internal sealed class WindowLayout
{
    public WindowLayout(int steps, int features, int window, int horizon, int stride, double validationSplit, double testSplit)
    {
        Require(window >= 1, nameof(window), "at least 1", window);
        Require(horizon >= 1, nameof(horizon), "at least 1", horizon);
        Require(stride >= 1, nameof(stride), "at least 1", stride);
        Require(validationSplit is >= 0 and < 1, nameof(validationSplit), "0 to below 1", validationSplit);
        Require(testSplit is >= 0 and < 1, nameof(testSplit), "0 to below 1", testSplit);
        Steps = steps;
        Features = features;
        Window = window;
        Horizon = horizon;
        Stride = stride;
        int test = (int)((testSplit * steps) + 1e-9), validation = (int)((validationSplit * steps) + 1e-9);
        TrainEnd = steps - test - validation;
        ValidationEnd = steps - test;
        int least = window + horizon;
        if (TrainEnd < least)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"TimeSeries.Windows: expected a training part of at least {least} steps, window and horizon, got {TrainEnd} "
                + $"of {steps}. Give a longer series, or take a shorter window or smaller splits."));
        }

        CheckPart("validation", validation, validationSplit);
        CheckPart("test", test, testSplit);
    }

    public int Steps { get; }

    public int Features { get; }

    public int Window { get; }

    public int Horizon { get; }

    public int Stride { get; }

    /// <summary>The first step that training never sees.</summary>
    public int TrainEnd { get; }

    /// <summary>The first step of the test.</summary>
    public int ValidationEnd { get; }

    /// <summary>The number of windows whose targets lie within some steps.</summary>
    /// <param name="firstTarget">The first target's step of the first window.</param>
    /// <param name="end">The step behind the last target.</param>
    public int CountOf(int firstTarget, int end) => ((end - firstTarget - Horizon) / Stride) + 1;

    private void CheckPart(string part, int steps, double split)
    {
        if (split > 0 && steps < Horizon)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"TimeSeries.Windows: expected a {part} part of at least {Horizon} steps, the horizon, got {steps} of {Steps}. "
                + $"Take a larger {part}Split."));
        }
    }

    private static void Require(bool holds, string name, string expected, double actual)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, string.Create(
                CultureInfo.InvariantCulture, $"TimeSeries.Windows: expected {name} {expected}, got {actual}."));
        }
    }
}
