using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Regularizers;
using Engine.Uncertainty;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>What a network is worth on rows that it did not see.</summary>
/// <param name="PlainRmse">The root mean squared error with dropout off.</param>
/// <param name="Rmse">That of the mean of the samples.</param>
/// <param name="LogLikelihood">The mean predictive log-likelihood of a row, in nats.</param>
internal readonly record struct PaperGalScore(double PlainRmse, double Rmse, double LogLikelihood);

/// <summary>The paper's network: one hidden layer, and dropout before each layer, the first included.</summary>
internal sealed class PaperGalNetwork
{
    public const int BatchSize = 128;

    private const double Lengthscale = 1e-2;

    private readonly Sequential _model;
    private readonly double _precision;
    private readonly double[] _means, _deviations;
    private readonly double _targetMean, _targetDeviation;

    private PaperGalNetwork(PaperGalSet set, double[][] inputs, double[] targets, double rate, double precision, ulong seed)
    {
        // Moments are those of the rows trained on, the deviation with their number as divisor; a constant column stays as it is.
        _precision = precision;
        double[][] columns = [.. Enumerable.Range(0, inputs[0].Length).Select(c => Array.ConvertAll(inputs, row => row[c]))];
        _means = Array.ConvertAll(columns, column => column.Average());
        _deviations = Array.ConvertAll(columns, column => Deviation(column) is var deviation && deviation > 0 ? deviation : 1);
        _targetMean = targets.Average();
        _targetDeviation = Deviation(targets);

        double l2 = Lengthscale * Lengthscale * (1 - rate) / (2 * inputs.Length * precision);
        _model = new Sequential(
            new Input(columns.Length),
            new Dropout(rate),
            new Dense(set.Units, ReLU, kernelRegularizer: Regularizer.L2(l2)),
            new Dropout(rate),
            new Dense(1, kernelRegularizer: Regularizer.L2(l2)))
        {
            Seed = seed,
        };
    }

    /// <summary>Trains a network on some rows of a set.</summary>
    public static PaperGalNetwork Train(
        PaperGalSet set,
        ReadOnlySpan<int> rows,
        double rate,
        double precision,
        int epochs,
        ulong seed,
        CancellationToken cancellation)
    {
        (double[][] inputs, double[] targets) = set.Take(rows);
        PaperGalNetwork network = new(set, inputs, targets, rate, precision, seed);
        network._model.Compile(new Adam(), Loss.MeanSquaredError());
        network._model.Fit(new Dataset(network.Normalize(inputs), network.Normalize(targets)), new FitOptions
        {
            Epochs = epochs,
            BatchSize = BatchSize,
            Seed = seed,
            DegreeOfParallelism = 1,
            CancellationToken = cancellation,
        });
        return network;
    }

    /// <summary>Measures it on other rows, with some number of samples.</summary>
    public PaperGalScore Score(PaperGalSet set, ReadOnlySpan<int> rows, int samples, ulong seed, CancellationToken cancellation)
    {
        (double[][] inputs, double[] targets) = set.Take(rows);
        Tensor<float> x = Normalize(inputs);
        Tensor<float> plain = _model.Predict(x, new PredictOptions { DegreeOfParallelism = 1, CancellationToken = cancellation });
        MonteCarloPrediction sampled = _model.PredictMonteCarlo(x, samples, seed, new MonteCarloOptions
        {
            Targets = Normalize(targets),
            NoisePrecision = _precision * _targetDeviation * _targetDeviation,
            DegreeOfParallelism = 1,
            CancellationToken = cancellation,
        });

        // The density of y, of which the normalized target is y / deviation, less a constant.
        double logLikelihood = ToDoubles(sampled.LogLikelihood).Average() - Math.Log(_targetDeviation);
        return new PaperGalScore(Rmse(plain, targets), Rmse(sampled.Mean, targets), logLikelihood);
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length);
    }

    private static double[] ToDoubles(Tensor<float> values)
    {
        float[] flat = new float[values.FlattenedLength];
        values.FlattenTo(flat);
        return Array.ConvertAll(flat, value => (double)value);
    }

    private double Rmse(Tensor<float> predictions, double[] targets) => Math.Sqrt(ToDoubles(predictions)
        .Zip(targets, (y, target) => Math.Pow(_targetMean + (_targetDeviation * y) - target, 2))
        .Average());

    private Tensor<float> Normalize(double[] targets) => Tensor.Create(
        Array.ConvertAll(targets, target => (float)((target - _targetMean) / _targetDeviation)), [targets.Length, 1]);

    private Tensor<float> Normalize(double[][] rows)
    {
        float[] values = new float[rows.Length * _means.Length];
        for (int i = 0; i < values.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, _means.Length);
            values[i] = (float)((rows[row][column] - _means[column]) / _deviations[column]);
        }

        return Tensor.Create(values, [rows.Length, _means.Length]);
    }
}
