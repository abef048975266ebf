using System.Numerics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Metrics;

namespace Engine;

/// <summary>
/// Turns the outputs of a batch into losses, metrics and the gradients that backward starts from, and keeps their means over an
/// epoch. Everything is summed in the order of the samples. Where an output has a mask of steps each step counts as a sample, and
/// the mean is that of the steps that count, as in Keras.
/// </summary>
internal sealed class LossMeter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Model _model;
    private readonly Compilation _compilation;
    private readonly Metric[][] _metrics;
    private readonly T[][] _targets;
    private readonly T[] _sampleWeights;
    private readonly T[] _lossWeights;
    private readonly T[] _losses;
    private readonly int[] _steps;
    private readonly T[] _spare;
    private readonly double[] _sums;
    private readonly double[] _counts;
    private readonly Parameter[] _penalized;

    public LossMeter(Model model, Compilation compilation, IReadOnlyList<Shape> targetShapes, int batch)
    {
        _model = model;
        _compilation = compilation;
        TargetShapes = targetShapes;
        _metrics = [.. compilation.Metrics.Select((metrics, k) =>
            metrics.Select(metric => metric.Resolve(model.Outputs[k].Shape, targetShapes[k])).ToArray())];
        _targets = [.. targetShapes.Select(shape => new T[batch * shape.Size])];
        _sampleWeights = new T[batch];
        _steps = [.. model.Graph.OutputMasks.Select(mask => mask < 0 ? 1 : model.Graph.ValueShapes[mask][0])];
        _lossWeights = new T[batch * _steps.Max()];
        _losses = new T[batch * _steps.Max()];

        // For the gradients of outputs that are one value under several losses.
        _spare = compilation.LossValues.Distinct().Count() == compilation.LossValues.Length
            ? []
            : new T[batch * model.Outputs.Max(output => output.Shape.Size)];
        _sums = new double[compilation.MetricNames.Count];
        _counts = new double[compilation.MetricNames.Count];

        // As in Keras: what is frozen has no penalty, neither in the gradients nor in the reported loss.
        _penalized = [.. model.TrainableParameters.Distinct().Where(parameter => parameter.Regularizer is not null)];
        Means = new double[compilation.MetricNames.Count];
    }

    /// <summary>The shape of one sample of each target.</summary>
    public IReadOnlyList<Shape> TargetShapes { get; }

    /// <summary>The means so far, in the order of the compilation's names.</summary>
    public double[] Means { get; }

    /// <summary>The loss of the last batch, penalties included.</summary>
    public double LastLoss { get; private set; }

    /// <summary>The memory of a target for a batch.</summary>
    public Span<T> Target(int index, int batch) => _targets[index].AsSpan(0, batch * TargetShapes[index].Size);

    public void Reset()
    {
        Array.Clear(_sums);
        Array.Clear(_counts);
        Array.Clear(Means);
    }

    /// <summary>Takes the targets and the weights of a batch; all weights are 1 without a column of weights.</summary>
    public void Gather(Dataset data, ReadOnlySpan<int> rows)
    {
        for (int k = 0; k < _targets.Length; k++)
        {
            data.TargetColumns[k].CopyRows(rows, Target(k, rows.Length));
        }

        if (data.SampleWeights is { } weights)
        {
            weights.CopyRows(rows, _sampleWeights.AsSpan(0, rows.Length));
        }
        else
        {
            ClearWeights();
        }
    }

    public void ClearWeights() => Array.Fill(_sampleWeights, T.One);

    /// <summary>Measures a batch after forward; penalties of parameters and layers count in the loss.</summary>
    public void Measure(Executor<T> executor)
    {
        int batch = executor.Run.Batch;
        bool isSingle = _targets.Length == 1;
        double total = executor.Run.Penalty;
        foreach (Parameter parameter in _penalized)
        {
            total += parameter.Regularizer!.Penalty(parameter.Values<T>());
        }

        int name = isSingle ? 1 : 1 + _targets.Length;
        for (int k = 0; k < _targets.Length; k++)
        {
            ReadOnlySpan<T> targets = Target(k, batch);
            ReadOnlySpan<T> mask = Mask(executor, k);
            double count = CountOf(mask, batch);
            int rows = batch * _steps[k];
            Span<T> losses = _losses.AsSpan(0, rows);
            _compilation.Losses[k].Forward(
                executor.Value(_compilation.LossValues[k]), targets, rows, RowLength(k), IsFromLogits(k), losses);
            double sum = 0;
            for (int i = 0; i < rows; i++)
            {
                if (mask.IsEmpty || mask[i] != T.Zero)
                {
                    sum += double.CreateChecked(losses[i]) * double.CreateChecked(_sampleWeights[i / _steps[k]]);
                }
            }

            total += _compilation.Weights[k] * sum / count;
            if (!isSingle)
            {
                Count(1 + k, sum / count * batch, batch);
            }

            foreach (Metric metric in _metrics[k])
            {
                Count(name++, metric.Sum(executor.Output(k), targets, rows, RowLength(k), mask), count);
            }
        }

        LastLoss = total;
        Count(0, total * batch, batch);
    }

    /// <summary>Writes the gradients of the loss where backward starts.</summary>
    public void WriteGradients(Executor<T> executor)
    {
        int batch = executor.Run.Batch;
        for (int k = 0; k < _targets.Length; k++)
        {
            Span<T> gradient = executor.Gradient(_compilation.LossValues[k]);
            if (gradient.IsEmpty)
            {
                continue;
            }

            Span<T> weights = WriteWeights(Mask(executor, k), batch, k);
            bool isFirst = Array.IndexOf(_compilation.LossValues, _compilation.LossValues[k]) == k;
            Span<T> written = isFirst ? gradient : _spare.AsSpan(0, gradient.Length);
            _compilation.Losses[k].Backward(
                executor.Value(_compilation.LossValues[k]),
                Target(k, batch),
                weights.Length,
                RowLength(k),
                IsFromLogits(k),
                weights,
                written);
            if (!isFirst)
            {
                TensorPrimitives.Add(gradient, written, gradient);
            }
        }
    }

    private void Count(int name, double sum, double count)
    {
        _sums[name] += sum;
        _counts[name] += count;
        Means[name] = _sums[name] / _counts[name];
    }

    private ReadOnlySpan<T> Mask(Executor<T> executor, int output) =>
        _model.Graph.OutputMasks[output] is >= 0 and var mask ? executor.Value(mask) : [];

    // The samples, or the steps that count: at least 1, so that a batch of padding alone has a loss of 0.
    private static double CountOf(ReadOnlySpan<T> mask, int batch) =>
        mask.IsEmpty ? batch : Math.Max(1, double.CreateChecked(TensorPrimitives.Sum(mask)));

    // weight of the sample · weight of the loss · mask / count   [batch, steps]
    private Span<T> WriteWeights(ReadOnlySpan<T> mask, int batch, int output)
    {
        int steps = _steps[output];
        Span<T> weights = _lossWeights.AsSpan(0, batch * steps);
        T scale = T.CreateChecked(_compilation.Weights[output] / CountOf(mask, batch));
        for (int i = 0; i < batch; i++)
        {
            weights.Slice(i * steps, steps).Fill(_sampleWeights[i] * scale);
        }

        if (!mask.IsEmpty)
        {
            TensorPrimitives.Multiply(weights, mask, weights);
        }

        return weights;
    }

    private bool IsFromLogits(int output) => _compilation.FromLogits[output] || _compilation.Losses[output].FromLogits;

    private int RowLength(int output)
    {
        Shape shape = _model.Outputs[output].Shape;
        return shape.Rank == 0 ? 1 : shape[^1];
    }
}
