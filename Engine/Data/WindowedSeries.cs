using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;

namespace Engine.Data;

/// <summary>
/// A time series cut into windows, made by <see cref="TimeSeries"/>. A window belongs to the part in which all of its targets lie.
/// Windows of validation and test may look back at steps of the part before, which are known when the forecast is made; no target
/// of a part is seen by an earlier one, and the normalization knows the training part's steps only.
/// </summary>
public sealed class WindowedSeries
{
    private readonly double[] _mean;
    private readonly double[] _deviation;
    private readonly int[] _targets;

    internal WindowedSeries(double[] values, WindowLayout layout, int[] targets, bool keepsTargetAxis, bool normalize)
    {
        _targets = targets;
        Window = layout.Window;
        Horizon = layout.Horizon;
        Stride = layout.Stride;
        CheckFinite(values, layout.Features);
        _mean = new double[layout.Features];
        _deviation = new double[layout.Features];
        Array.Fill(_deviation, 1);
        if (normalize)
        {
            Measure(values.AsSpan(0, layout.TrainEnd * layout.Features));
            values = Normalized(values);
        }

        Shape inputShape = [layout.Window, layout.Features];
        Shape targetShape = keepsTargetAxis ? [layout.Horizon, targets.Length] : [layout.Horizon];
        Train = Part(layout.Window, layout.TrainEnd);
        TrainStart = layout.Window;
        ValidationStart = Math.Max(layout.TrainEnd, layout.Window);
        TestStart = Math.Max(layout.ValidationEnd, layout.Window);
        Validation = layout.ValidationEnd > layout.TrainEnd ? Part(ValidationStart, layout.ValidationEnd) : null;
        Test = layout.Steps > layout.ValidationEnd ? Part(TestStart, layout.Steps) : null;

        Dataset Part(int firstTarget, int end)
        {
            int count = layout.CountOf(firstTarget, end);
            WindowSource inputs = new(
                values, layout.Features, null, firstTarget - layout.Window, layout.Stride, layout.Window, count, inputShape);
            WindowSource outputs = new(
                values, layout.Features, targets, firstTarget, layout.Stride, layout.Horizon, count, targetShape);
            return new Dataset(DataColumn.FromSource(inputs), DataColumn.FromSource(outputs));
        }
    }

    /// <summary>The windows to train on.</summary>
    public Dataset Train { get; }

    /// <summary>The windows whose targets come after those of training; null without a share for them.</summary>
    public Dataset? Validation { get; }

    /// <summary>The windows whose targets are the last ones; null without a share for them.</summary>
    public Dataset? Test { get; }

    /// <summary>The steps of a window.</summary>
    public int Window { get; }

    /// <summary>The steps that are predicted.</summary>
    public int Horizon { get; }

    /// <summary>The distance from one window to the next.</summary>
    public int Stride { get; }

    /// <summary>
    /// The step, counted in the series, of the first target of the first sample of <see cref="Train"/>; sample i's is
    /// <c>TrainStart + i · Stride</c>.
    /// </summary>
    public int TrainStart { get; }

    /// <summary>The same for <see cref="Validation"/>.</summary>
    public int ValidationStart { get; }

    /// <summary>The same for <see cref="Test"/>.</summary>
    public int TestStart { get; }

    /// <summary>The mean of each feature over the steps of the training part; 0 without normalization.</summary>
    public IReadOnlyList<double> Mean => _mean;

    /// <summary>
    /// The standard deviation of each feature over the steps of the training part; 1 without normalization, and for a feature that
    /// is constant there.
    /// </summary>
    public IReadOnlyList<double> StandardDeviation => _deviation;

    /// <summary>Targets or predictions in the series' own unit: x · deviation + mean of their feature.</summary>
    /// <param name="values">
    /// Any shape whose last axis is that of the targets, where there are several; of any shape where there is one. Not changed.
    /// </param>
    /// <returns>A new tensor of the same shape.</returns>
    /// <exception cref="ShapeException">The last axis is not as long as there are targets.</exception>
    public Tensor<T> Denormalize<T>(Tensor<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Restore(values, withMean: true);

    /// <summary>Deviations and errors of predictions in the series' own unit: x · deviation of their feature.</summary>
    /// <param name="deviations">As for <see cref="Denormalize"/>.</param>
    /// <returns>A new tensor of the same shape.</returns>
    /// <exception cref="ShapeException">The last axis is not as long as there are targets.</exception>
    public Tensor<T> DenormalizeDeviation<T>(Tensor<T> deviations)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Restore(deviations, withMean: false);

    private Tensor<T> Restore<T>(Tensor<T> values, bool withMean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        if (_targets.Length > 1 && (values.Rank == 0 || values.Lengths[^1] != _targets.Length))
        {
            throw new ShapeException(
                $"WindowedSeries.Denormalize: expected a last axis of {_targets.Length} targets, got {values.ShapeText()}.");
        }

        T[] restored = new T[checked((int)values.FlattenedLength)];
        values.AsReadOnlyTensorSpan().CopyElementsTo(restored);
        for (int i = 0; i < restored.Length; i++)
        {
            int feature = _targets[i % _targets.Length];
            double mean = withMean ? _mean[feature] : 0;
            restored[i] = T.CreateTruncating((double.CreateTruncating(restored[i]) * _deviation[feature]) + mean);
        }

        return Tensor.Create(restored, values.Lengths);
    }

    // Two passes, so that a series far from zero loses nothing.
    private void Measure(ReadOnlySpan<double> training)
    {
        int features = _mean.Length, steps = training.Length / features;
        for (int feature = 0; feature < features; feature++)
        {
            double sum = 0, squares = 0;
            for (int i = feature; i < training.Length; i += features)
            {
                sum += training[i];
            }

            double mean = sum / steps;
            for (int i = feature; i < training.Length; i += features)
            {
                squares += (training[i] - mean) * (training[i] - mean);
            }

            _mean[feature] = mean;
            _deviation[feature] = squares > 0 ? Math.Sqrt(squares / steps) : 1;
        }
    }

    private double[] Normalized(double[] values)
    {
        double[] normalized = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int feature = i % _mean.Length;
            normalized[i] = (values[i] - _mean[feature]) / _deviation[feature];
        }

        return normalized;
    }

    private static void CheckFinite(double[] values, int features)
    {
        int at = Array.FindIndex(values, value => !double.IsFinite(value));
        if (at >= 0)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"TimeSeries.Windows: expected finite numbers, got {values[at]} at step {at / features}"
                + $"{(features > 1 ? $", feature {at % features}" : "")}. Fill in or leave out what is missing."));
        }
    }
}
