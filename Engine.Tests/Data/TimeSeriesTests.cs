using System.Numerics.Tensors;
using Engine.Data;

namespace Engine.Tests.Data;

public class TimeSeriesTests
{
    // Step t is t: what a window holds says where it comes from.
    private static readonly float[] Steps = [.. Enumerable.Range(0, 20).Select(t => (float)t)];

    [Test]
    public void CutsWindowsInTheOrderOfTime()
    {
        WindowedSeries data = TimeSeries.Windows(Steps, window: 3, horizon: 2, stride: 2, 0.25, 0.2, normalize: false);
        Assert.That(data.Train.InputShapes[0], Is.EqualTo(Shape.Create(3, 1)));
        Assert.That(data.Train.TargetShapes[0], Is.EqualTo(Shape.Create(2)));

        // 20 steps: 0 to 10 to train on, 11 to 15 to validate, 16 to 19 to test.
        Assert.That(Rows(data.Train.Inputs, 3), Is.EqualTo(new[] { "0 1 2", "2 3 4", "4 5 6", "6 7 8" }));
        Assert.That(Rows(data.Train.Targets, 2), Is.EqualTo(new[] { "3 4", "5 6", "7 8", "9 10" }));
        Assert.That(Rows(data.Validation!.Inputs, 3), Is.EqualTo(new[] { "8 9 10", "10 11 12" }), "may look back");
        Assert.That(Rows(data.Validation.Targets, 2), Is.EqualTo(new[] { "11 12", "13 14" }));
        Assert.That(Rows(data.Test!.Inputs, 3), Is.EqualTo(new[] { "13 14 15", "15 16 17" }));
        Assert.That(Rows(data.Test.Targets, 2), Is.EqualTo(new[] { "16 17", "18 19" }));
        Assert.That((data.TrainStart, data.ValidationStart, data.TestStart), Is.EqualTo((3, 11, 16)));
        Assert.That((data.Window, data.Horizon, data.Stride), Is.EqualTo((3, 2, 2)));
    }

    [Test]
    public void NoTargetOfAPartIsSeenByAnEarlierOne(
        [Values(1, 3, 5)] int window, [Values(1, 2, 4)] int horizon, [Values(1, 2, 3)] int stride)
    {
        WindowedSeries data = TimeSeries.Windows(Steps, window, horizon, stride, 0.2, 0.3, normalize: false);
        float seenInTraining = Math.Max(Max(data.Train.Inputs), Max(data.Train.Targets));
        float seenInValidation = Math.Max(Max(data.Validation!.Inputs), Max(data.Validation.Targets));
        Assert.That(seenInTraining, Is.LessThan(Min(data.Validation.Targets)));
        Assert.That(seenInValidation, Is.LessThan(Min(data.Test!.Targets)));
    }

    [Test]
    public void NormalizesByTheTrainingPartAlone()
    {
        float[] series = [1, 5, 1, 5, 1, 5, 1, 5, 1000, -1000];
        WindowedSeries data = TimeSeries.Windows(series, window: 2, testSplit: 0.2);
        Assert.That(data.Mean, Is.EqualTo(new[] { 3.0 }));
        Assert.That(data.StandardDeviation, Is.EqualTo(new[] { 2.0 }));
        Assert.That(data.Train.Inputs.AsDenseSpan()[..2].ToArray(), Is.EqualTo(new float[] { -1, 1 }));
        Assert.That(data.Denormalize(data.Test!.Targets).AsDenseSpan().ToArray(), Is.EqualTo(new float[] { 1000, -1000 }));
        Assert.That(data.DenormalizeDeviation(Tensor.Create(new float[] { 0.5f })).AsDenseSpan().ToArray(), Is.EqualTo(new float[] { 1 }));
    }

    [Test]
    public void KeepsFeaturesApart()
    {
        double[,] series = new double[12, 3];
        for (int t = 0; t < 12; t++)
        {
            (series[t, 0], series[t, 1], series[t, 2]) = (t, 100 + (10 * t), 7);
        }

        WindowedSeries data = TimeSeries.Windows(series, window: 4, horizon: 2, testSplit: 0.25, targets: [2, 1]);
        Assert.That(data.Train.InputShapes[0], Is.EqualTo(Shape.Create(4, 3)));
        Assert.That(data.Train.TargetShapes[0], Is.EqualTo(Shape.Create(2, 2)));
        Assert.That(data.Mean, Is.EqualTo(new[] { 4.0, 140, 7 }));
        Assert.That(data.StandardDeviation[2], Is.EqualTo(1), "a constant feature stays");
        double[] test = data.Denormalize(data.Test!.TargetColumns[0].ToTensor<double>()).AsDenseSpan()[..4].ToArray();
        Assert.That(test, Is.EqualTo(new double[] { 7, 190, 7, 200 }).Within(1e-12));
        Assert.That(() => data.Denormalize(Tensor.Create(new float[3])), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "WindowedSeries.Denormalize: expected a last axis of 2 targets, got [3]."));
    }

    [Test]
    public void RefusesWhatCannotBeCut()
    {
        AssertRefused(() => TimeSeries.Windows(Steps, 0), "TimeSeries.Windows: expected window at least 1, got 0.");
        AssertRefused(() => TimeSeries.Windows(Steps, 3, 0), "TimeSeries.Windows: expected horizon at least 1, got 0.");
        AssertRefused(() => TimeSeries.Windows(Steps, 3, 1, 0), "TimeSeries.Windows: expected stride at least 1, got 0.");
        AssertRefused(
            () => TimeSeries.Windows(Steps, 3, testSplit: 1), "TimeSeries.Windows: expected testSplit 0 to below 1, got 1.");
        AssertRefused(
            () => TimeSeries.Windows(Steps, 16, 2, testSplit: 0.2),
            "TimeSeries.Windows: expected a training part of at least 18 steps, window and horizon, got 16 of 20. "
            + "Give a longer series, or take a shorter window or smaller splits.");
        AssertRefused(
            () => TimeSeries.Windows(Steps, 3, 5, testSplit: 0.1),
            "TimeSeries.Windows: expected a test part of at least 5 steps, the horizon, got 2 of 20. Take a larger testSplit.");
        AssertRefused(
            () => TimeSeries.Windows([0, 1, float.NaN, 3], 1),
            "TimeSeries.Windows: expected finite numbers, got NaN at step 2. Fill in or leave out what is missing.");
        AssertRefused(
            () => TimeSeries.Windows(new double[6, 2], 1, targets: [2]),
            "TimeSeries.Windows: expected targets among the features 0 to 1, got [2].");
    }

    private static void AssertRefused(Action cut, string message) =>
        Assert.That(cut, Throws.InstanceOf<ArgumentException>().With.Message.StartsWith(message));

    private static string[] Rows(Tensor<float> values, int length) =>
        [.. values.AsDenseSpan().ToArray().Chunk(length).Select(row => string.Join(" ", row))];

    private static float Max(Tensor<float> values) => TensorPrimitives.Max(values.AsDenseSpan());

    private static float Min(Tensor<float> values) => TensorPrimitives.Min(values.AsDenseSpan());
}
