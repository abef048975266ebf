using Engine.Callbacks;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;

namespace Engine.Tests.Callbacks;

public sealed class EarlyStoppingTests
{
    private const double NaN = double.NaN;

    // Keras's rules: an epoch waits first; an improvement must be strict by min_delta; stops at patience, never after epoch 1.
    [TestCase(new[] { 3.0, 2, 1, 0.5 }, 0, 0, null, 4)]
    [TestCase(new[] { 3.0, 3, 1 }, 0, 0, 2, 1)]
    [TestCase(new[] { 3.0, 4, 1 }, 0, 0, 2, 1)]
    [TestCase(new[] { 3.0, 4, 1 }, 1, 0, 2, 1)]
    [TestCase(new[] { 3.0, 4, 2, 5, 6, 1 }, 2, 0, 5, 3)]
    [TestCase(new[] { 3.0, 4, 4, 4, 1 }, 3, 0, 4, 1)]
    [TestCase(new[] { 3.0, 2.95, 2.9, 2.85, 1 }, 3, 0.2, 4, 1)]
    [TestCase(new[] { 3.0, 2.75, 2.5, 2.25, 2 }, 1, 0.25, 2, 1)]
    [TestCase(new[] { NaN, NaN, 1 }, 2, 0, 2, 1)]
    [TestCase(new[] { NaN, 2, 1 }, 2, 0, null, 3)]
    [TestCase(new[] { NaN, NaN, NaN }, 0, 0, 2, 1)]
    public void Stops_by_Kerass_rules(double[] losses, int patience, double minDelta, int? stopped, int best)
    {
        (EarlyStopping stopping, TrainingState state) = Run(
            new EarlyStopping(patience: patience, minDelta: minDelta) { RestoreBestWeights = true }, "val_loss", losses);

        Assert.That((stopping.StoppedEpoch, state.IsStopping), Is.EqualTo((stopped, stopped is not null)));
        Assert.That(stopping.BestEpoch, Is.EqualTo(best));
        // The weights of epoch k are all k.
        Assert.That(state.Model.Parameters[0].Values<float>()[0], Is.EqualTo(best));
    }

    [TestCase("val_accuracy", null, 3)]
    [TestCase("val_loss", true, 3)]
    [TestCase("val_accuracy", false, 2)]
    public void Accuracies_are_maximized_unless_told_otherwise(string monitor, bool? maximize, int best)
    {
        (EarlyStopping stopping, _) = Run(new EarlyStopping(monitor, patience: 9, maximize: maximize), monitor, [0.5, 0.4, 0.7, 0.6]);

        Assert.That(stopping.BestEpoch, Is.EqualTo(best));
    }

    [Test]
    public void Without_restoring_the_last_weights_stay()
    {
        (_, TrainingState state) = Run(new EarlyStopping(patience: 1), "val_loss", [1, 2, 3]);

        Assert.That(state.Model.Parameters[0].Values<float>()[0], Is.EqualTo(2));
    }

    [Test]
    public void Restores_the_best_weights_also_at_the_natural_end_of_a_training()
    {
        // The learning rate is far too high: the loss grows after some epoch.
        Sequential model = Network(new SGD(3));
        Dataset data = new(Models.Samples.Tensor<float>(1, 20, 6), Models.Samples.Tensor<float>(2, 20, 2));
        EarlyStopping stopping = new("loss", patience: 100) { RestoreBestWeights = true };
        Dictionary<int, float[]> weights = [];
        Models.Recorder recorder = new() { EpochEnd = state => weights[state.Epoch] = Models.Samples.Weights<float>(model) };

        History history = model.Fit(data, new FitOptions { Epochs = 6, Callbacks = [recorder, stopping] });

        Assert.That(history.Epochs, Is.EqualTo(6));
        Assert.That(stopping.StoppedEpoch, Is.Null);
        Assert.That(stopping.BestEpoch, Is.EqualTo(1 + history["loss"].ToList().IndexOf(history["loss"].Min())).And.LessThan(6));
        Assert.That(stopping.Best, Is.EqualTo(history["loss"].Min()));
        Assert.That(Models.Samples.Weights<float>(model), Is.EqualTo(weights[stopping.BestEpoch]));
    }

    [Test]
    public void Can_be_used_again()
    {
        EarlyStopping stopping = new(patience: 1);
        Run(stopping, "val_loss", [1, 2]);
        Run(stopping, "val_loss", [5, 4, 3]);

        Assert.That((stopping.StoppedEpoch, stopping.BestEpoch, stopping.Best), Is.EqualTo(((int?)null, 3, 3.0)));
    }

    [Test]
    public void A_monitor_that_is_not_there_is_refused_before_the_first_step()
    {
        Sequential model = Network(new SGD());
        Dataset data = new(Models.Samples.Tensor<float>(1, 20, 6), Models.Samples.Tensor<float>(2, 20, 2));

        Assert.That(
            () => model.Fit(data, new FitOptions { Callbacks = [new EarlyStopping()] }),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "EarlyStopping: expected one of loss, mean_absolute_error to monitor, got 'val_loss'. "
                + "Give Fit ValidationData or a ValidationSplit, or Compile a metric of that name."));
        Assert.That(model.StepsTrained, Is.Zero);
        Assert.That(() => new EarlyStopping(patience: -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new EarlyStopping(minDelta: -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new EarlyStopping(minDelta: NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static Sequential Network(Optimizer optimizer)
    {
        Sequential model = new(new Input(6), new Dense(2));
        model.Compile(optimizer, Loss.MeanSquaredError(), Metric.MeanAbsoluteError());
        return model;
    }

    // Plays a training in which epoch k has the k-th value and weights that are all k.
    private static (EarlyStopping Stopping, TrainingState State) Run(EarlyStopping stopping, string monitor, double[] values)
    {
        Sequential model = new(new Input(1), new Dense(1, useBias: false));
        History history = new();
        TrainingState state = new(model, values.Length, 1, history) { HistoryKeys = ["loss", monitor] };
        stopping.OnTrainBegin(state);
        for (int epoch = 1; epoch <= values.Length && !state.IsStopping; epoch++)
        {
            model.Parameters[0].SetValues<float>([epoch]);
            history.Add(monitor, values[epoch - 1]);
            state.Epoch = epoch;
            stopping.OnEpochEnd(state);
        }

        stopping.OnTrainEnd(state);
        return (stopping, state);
    }
}
