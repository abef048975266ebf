using System.Numerics.Tensors;
using Engine.Layers;

namespace Engine.Examples;

/// <summary>Samples of a network's predictions with dropout on, streamed: their mean, and how likely they make the targets.</summary>
internal sealed class PaperGalSamples(double[] targets, double precision)
{
    // Rows of several samples are computed together: one sample is too small a batch.
    private const int BatchSize = 1024, PassRows = 16 * BatchSize;

    private readonly double[] _sums = new double[targets.Length];
    private readonly double[] _largest = [.. Enumerable.Repeat(double.NegativeInfinity, targets.Length)];
    private readonly double[] _scaled = new double[targets.Length];
    private int _count;

    /// <summary>The mean of the samples, in the targets' units.</summary>
    public double[] Means => Array.ConvertAll(_sums, sum => sum / _count);

    /// <summary>The mean over the rows of log (1/T) Σ N(y; ŷ, 1/τ).</summary>
    public double LogLikelihood => _largest.Zip(_scaled, (largest, scaled) => largest + Math.Log(scaled)).Average()
        - Math.Log(_count) - (0.5 * Math.Log(2 * Math.PI)) + (0.5 * Math.Log(precision));

    /// <summary>Draws samples of a model whose outputs are normalized.</summary>
    public void Draw(
        Model model, Tensor<float> x, double mean, double deviation, int samples, ulong seed, CancellationToken cancellation)
    {
        int rows = targets.Length, together = Math.Clamp(PassRows / rows, 1, samples);
        float[] row = new float[x.FlattenedLength];
        x.FlattenTo(row);
        float[] tiled = [.. Enumerable.Repeat(row, together).SelectMany(values => values)];
        float[] y = new float[together * rows];
        for (int sample = 0; sample < samples; sample += together)
        {
            int taken = Math.Min(together, samples - sample);
            ReadOnlyTensorSpan<float> inputs = new(tiled.AsSpan(0, taken * row.Length), [taken * rows, x.Lengths[1]]);
            TensorSpan<float> outputs = new(y.AsSpan(0, taken * rows), [taken * rows, 1]);
            model.Predict(inputs, outputs, new PredictOptions
            {
                Phase = Phase.StochasticInference,
                Seed = seed + (ulong)sample,
                BatchSize = BatchSize,
                DegreeOfParallelism = 1,
                CancellationToken = cancellation,
            });
            for (int i = 0; i < taken * rows; i++)
                Add(i % rows, mean + (deviation * y[i]));
        }

        _count += samples;
    }

    private void Add(int row, double prediction)
    {
        _sums[row] += prediction;
        double difference = targets[row] - prediction, exponent = -0.5 * precision * difference * difference;
        if (exponent > _largest[row])
        {
            _scaled[row] = (_scaled[row] * Math.Exp(_largest[row] - exponent)) + 1;
            _largest[row] = exponent;
        }
        else
        {
            _scaled[row] += Math.Exp(exponent - _largest[row]);
        }
    }
}
