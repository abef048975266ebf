using Engine.Callbacks;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Tests.Models;

namespace Engine.Tests.Callbacks;

/// <summary>ReduceLearningRateOnPlateau, LearningRateScheduler and TerminateOnNaN.</summary>
public sealed class LearningRateCallbackTests
{
    // Keras's rules, by hand: the rate after each epoch, from 1, falling to a half.
    [TestCase(new[] { 5.0, 4, 3, 2 }, 1, 0, 0, new[] { 1.0, 1, 1, 1 })]
    [TestCase(new[] { 5.0, 5, 5, 5 }, 1, 0, 0, new[] { 1, 0.5, 0.25, 0.125 })]
    [TestCase(new[] { 5.0, 6, 7, 4, 5, 6 }, 2, 0, 0, new[] { 1, 1, 0.5, 0.5, 0.5, 0.25 })]
    [TestCase(new[] { 5.0, 4.9, 4.8, 4.7 }, 1, 0.25, 0, new[] { 1, 0.5, 0.25, 0.25 }, Description = "4.7 is better than 5 by more than 0.25")]
    [TestCase(new[] { 5.0, 5, 5, 5, 5, 5 }, 1, 0, 2, new[] { 1, 0.5, 0.5, 0.25, 0.25, 0.125 }, Description = "the second epoch of a cooldown ends it and waits")]
    [TestCase(new[] { double.NaN, double.NaN, 1, 2 }, 2, 0, 0, new[] { 1, 0.5, 0.5, 0.5 })]
    public void The_rate_falls_by_Kerass_rules(double[] losses, int patience, double minDelta, int cooldown, double[] rates) => Assert.That(
        Play(new ReduceLearningRateOnPlateau("loss", factor: 0.5, patience, minDelta, cooldown), losses), Is.EqualTo(rates));

    [Test]
    public void The_rate_does_not_fall_below_the_least()
    {
        ReduceLearningRateOnPlateau callback = new("loss", 0.5, patience: 0, minLearningRate: 0.3);

        // With no patience the first epoch, which is always an improvement, does not count.
        Assert.That(Play(callback, [5, 5, 5, 5]), Is.EqualTo(new[] { 1, 0.5, 0.3, 0.3 }));
        Assert.That(callback.Reductions, Is.EqualTo(2));
    }

    [Test]
    public void Accuracies_are_maximized() => Assert.That(
        Play(new ReduceLearningRateOnPlateau("val_accuracy", 0.5, patience: 1), [0.1, 0.2, 0.15, 0.3], "val_accuracy"),
        Is.EqualTo(new[] { 1, 1, 0.5, 0.5 }));

    [Test]
    public void The_history_has_the_rate_that_each_epoch_was_trained_with()
    {
        // 1 − 2 · 0.5 = 0 in the first step: the loss is 0 from then on.
        Model model = ScheduledFitTests.OneWeight(new SGD(0.5));
        History history = model.Fit(ScheduledFitTests.OneSample, new FitOptions
        {
            Epochs = 4,
            Callbacks = [new ReduceLearningRateOnPlateau("loss", 0.1, patience: 1)],
        });

        Assert.That(history["loss"], Is.EqualTo(new[] { 1.0, 0, 0, 0 }));
        Assert.That(history["learning_rate"], Is.EqualTo(new[] { 0.5, 0.5, 0.5, 0.05 }).Within(1e-17));
    }

    [Test]
    public void A_scheduler_sets_the_rate_of_each_epoch()
    {
        Model model = ScheduledFitTests.OneWeight(new SGD(0.4));
        FitOptions options = new() { Epochs = 4, Callbacks = [new LearningRateScheduler((epoch, rate) => epoch <= 2 ? rate : rate / 2)] };

        Assert.That(model.Fit(ScheduledFitTests.OneSample, options)["learning_rate"], Is.EqualTo(new[] { 0.4, 0.4, 0.2, 0.1 }));

        // 1 · 0.2 · 0.2 · 0.6 · 0.8
        Assert.That(ScheduledFitTests.Weight(model), Is.EqualTo(0.0192).Within(1e-15));
        Assert.That(model.Fit(ScheduledFitTests.OneSample, options with { InitialEpoch = 3 })["learning_rate"], Is.EqualTo(new[] { 0.05 }));
    }

    [TestCase(true, "ReduceLearningRateOnPlateau")]
    [TestCase(false, "LearningRateScheduler")]
    public void A_schedule_of_the_optimizer_is_refused_before_the_first_step(bool isPlateau, string name)
    {
        Model model = ScheduledFitTests.OneWeight(new SGD(new CosineDecay(0.5, 8)));
        Callback callback = isPlateau ? new ReduceLearningRateOnPlateau("loss") : new LearningRateScheduler((_, rate) => rate);

        Assert.That(
            () => model.Fit(ScheduledFitTests.OneSample, new FitOptions { Callbacks = [callback] }),
            Throws.InvalidOperationException.With.Message.EqualTo(
                $"{name}: expected an optimizer with a learning rate that can be changed, got one that follows "
                + "cosine_decay(initial: 0.5, steps: 8, alpha: 0). Make the optimizer with a number, or leave the callback out."));
        Assert.That(model.StepsTrained, Is.Zero);
    }

    [Test]
    public void A_loss_that_is_not_finite_ends_the_training()
    {
        // w grows by 1 − 2 · 1e60 a step: its square overflows in the third.
        TerminateOnNaN callback = new();
        Model model = ScheduledFitTests.OneWeight(new SGD(1e60));

        Assert.That(
            model.Fit(ScheduledFitTests.OneSample, new FitOptions { Epochs = 20, Callbacks = [callback] }).Epochs, Is.EqualTo(4));
        Assert.That(callback.TerminatedAt, Is.EqualTo((4, 1)));
        Assert.That(
            () => model.Fit(ScheduledFitTests.OneSample, new FitOptions { Callbacks = [new TerminateOnNaN { Throws = true }] }),
            Throws.TypeOf<ArithmeticException>().With.Message.EqualTo(
                "TerminateOnNaN: expected a finite loss, got Infinity in step 1 of epoch 1. "
                + "Lower the learning rate, clip the gradients, or look for numbers in the data that are far from 1."));
    }

    [Test]
    public void Errors_say_what_was_expected()
    {
        Assert.That(() => new ReduceLearningRateOnPlateau(factor: 1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "ReduceLearningRateOnPlateau: expected factor to be in [0, 1), got 1."));
        Assert.That(
            () => ScheduledFitTests.OneWeight(new SGD(0.1)).Fit(
                ScheduledFitTests.OneSample, new FitOptions { Callbacks = [new ReduceLearningRateOnPlateau()] }),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "ReduceLearningRateOnPlateau: expected one of loss, learning_rate to monitor, got 'val_loss'. "
                + "Give Fit ValidationData or a ValidationSplit, or Compile a metric of that name."));
    }

    // Plays a training whose epoch k has the k-th value; gives the learning rate after each epoch.
    private static double[] Play(Callback callback, double[] values, string key = "loss")
    {
        Sequential model = new(new Input(1), new Dense(1));
        model.Compile(new SGD(1), Loss.MeanSquaredError());
        History history = new();
        TrainingState state = new(model, values.Length, 1, history) { HistoryKeys = [key] };
        List<double> rates = [];
        callback.OnTrainBegin(state);
        foreach (double value in values)
        {
            history.Add(key, value);
            state.Epoch++;
            callback.OnEpochEnd(state);
            rates.Add(state.LearningRate);
        }

        return [.. rates];
    }
}
