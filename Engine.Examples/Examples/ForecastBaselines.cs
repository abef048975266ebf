using MathNet.Numerics.LinearRegression;

namespace Engine.Examples;

/// <summary>
/// Forecasts that need no network, to measure one against: each gives a series' value some steps ahead from what is known until
/// then.
/// </summary>
internal static class ForecastBaselines
{
    /// <summary>What was there last stays.</summary>
    public static Func<int, int, double> Persistence(float[] series) => (step, lead) => series[step - lead];

    /// <summary>The value of one cycle before.</summary>
    public static Func<int, int, double> Cycle(float[] series, int length) => (step, _) => series[step - length];

    /// <summary>
    /// A line through the roots of the last values, fitted by least squares on the training part for each lead by itself, and
    /// squared: autoregression.
    /// </summary>
    /// <param name="series">The whole series, square roots.</param>
    /// <param name="trainEnd">The first step that the fit must not see.</param>
    /// <param name="order">How many last values it looks at.</param>
    /// <param name="horizon">The largest lead.</param>
    public static Func<int, int, double> Autoregression(float[] series, int trainEnd, int order, int horizon)
    {
        double[][] weights = [.. Enumerable.Range(1, horizon).Select(lead =>
        {
            int[] steps = [.. Enumerable.Range(order + lead - 1, trainEnd - order - lead + 1)];
            return MultipleRegression.QR(
                [.. steps.Select(step => Known(step, lead))], [.. steps.Select(step => (double)series[step])], intercept: true);
        })];
        return (step, lead) =>
        {
            double[] w = weights[lead - 1];
            double root = w[0] + Known(step, lead).Select((value, i) => value * w[i + 1]).Sum();
            return root > 0 ? root * root : 0;
        };

        double[] Known(int step, int lead) => [.. Enumerable.Range(0, order).Select(i => (double)series[step - lead - i])];
    }
}
