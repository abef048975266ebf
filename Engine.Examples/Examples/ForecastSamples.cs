using System.Numerics.Tensors;
using Engine.Data;
using Engine.Uncertainty;

namespace Engine.Examples;

/// <summary>
/// Monte Carlo forecasts of one part of a series, of square roots: a mean and a deviation for each window and lead.
/// </summary>
internal sealed class ForecastSamples
{
    private readonly Tensor<float> _mean;
    private readonly Tensor<float> _deviation;
    private readonly int _start;
    private readonly int _horizon;

    private ForecastSamples(Tensor<float> mean, Tensor<float> deviation, int start, int horizon, int trainEnd)
    {
        (_mean, _deviation, _start, _horizon, TrainEnd) = (mean, deviation, start, horizon, trainEnd);
    }

    /// <summary>The first step that training did not see.</summary>
    public int TrainEnd { get; }

    private int Windows => checked((int)_mean.Lengths[0]);

    /// <summary>Draws them.</summary>
    /// <param name="model">Trained on the series.</param>
    /// <param name="series">The series.</param>
    /// <param name="part">A part of it.</param>
    /// <param name="start">The step of that part's first target.</param>
    /// <param name="samples">How many to draw.</param>
    /// <param name="seed">The seed of the masks.</param>
    /// <param name="context">Threads and cancellation.</param>
    public static ForecastSamples Draw(
        Model model, WindowedSeries series, Dataset part, int start, int samples, ulong seed, ExampleContext context)
    {
        MonteCarloPrediction prediction = model.PredictMonteCarlo(part.Inputs, samples, seed, new MonteCarloOptions
        {
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
        });
        return new ForecastSamples(
            series.Denormalize(prediction.Mean),
            series.DenormalizeDeviation(prediction.StandardDeviation),
            start,
            series.Horizon,
            series.ValidationStart);
    }

    /// <summary>The steps that are forecast so many steps ahead.</summary>
    public IEnumerable<int> Steps(int lead) => Enumerable.Range(_start + lead - 1, Windows);

    /// <summary>The forecast of a step, made so many steps before: the square of the samples' mean.</summary>
    public double Mean(int step, int lead) => Square(RootMean(step, lead));

    /// <summary>The edge of an interval: so many deviations, of samples and noise together, from the mean.</summary>
    public double Edge(int step, int lead, double[] noise, double deviations)
    {
        double all = Math.Sqrt(Variance(step, lead) + (noise[lead - 1] * noise[lead - 1]));
        return Square(RootMean(step, lead) + (deviations * all));
    }

    /// <summary>
    /// The root mean square error of a forecast, which is given the step and how far ahead it is, on these windows.
    /// </summary>
    public double Error(float[] series, int lead, Func<int, int, double> forecast) =>
        Math.Sqrt(Steps(lead).Average(step => Math.Pow(forecast(step, lead) - series[step], 2)));

    /// <summary>
    /// For each lead the deviation of what the samples do not explain: of the squared error, on these windows, what is more than
    /// the samples' own variance.
    /// </summary>
    public double[] NoiseOf(float[] roots) =>
    [
        .. Enumerable.Range(1, _horizon).Select(lead => Math.Sqrt(Math.Max(0, Steps(lead).Average(step =>
            Math.Pow(RootMean(step, lead) - roots[step], 2) - Variance(step, lead))))),
    ];

    /// <summary>The share of the steps, forecast so many steps ahead, that lie within so many deviations.</summary>
    public double Coverage(float[] series, int lead, double[] noise, double deviations) => Steps(lead).Average(step =>
        series[step] >= Edge(step, lead, noise, -deviations) && series[step] <= Edge(step, lead, noise, deviations) ? 1.0 : 0);

    private static double Square(double root) => root > 0 ? root * root : 0;

    private double RootMean(int step, int lead) => _mean[step - _start - lead + 1, lead - 1];

    private double Variance(int step, int lead) => Math.Pow(_deviation[step - _start - lead + 1, lead - 1], 2);
}
