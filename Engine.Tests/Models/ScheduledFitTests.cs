using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Serialization;

namespace Engine.Tests.Models;

/// <summary>A schedule in Fit: which step has which rate, also where a training goes on.</summary>
public sealed class ScheduledFitTests
{
    // One weight, one sample of x = 1 and y = 0 with mean squared error: g = 2 w, so that w shrinks by 1 − 2 rate a step.
    [Test]
    public void Each_step_has_the_rate_of_its_number()
    {
        ExponentialDecay schedule = new(0.4, 1, 0.5);
        Model model = OneWeight(new SGD(schedule));
        List<double> before = [], weights = [];

        History history = model.Fit(OneSample, new FitOptions
        {
            Epochs = 4,
            Callbacks = [new Recorder { EpochBegin = state => before.Add(state.LearningRate), EpochEnd = state => weights.Add(Weight(model)) }],
        });

        // 1 · 0.2 · 0.6 · 0.8 · 0.9
        Assert.That(weights, Is.EqualTo(new[] { 0.2, 0.12, 0.096, 0.0864 }).Within(1e-15));
        Assert.That(before, Is.EqualTo(new[] { 0.4, 0.2, 0.1, 0.05 }));
        Assert.That(history["learning_rate"], Is.EqualTo(new[] { 0.4, 0.2, 0.1, 0.05 }));
    }

    [Test]
    public void A_second_Fit_goes_on_with_the_schedule_and_Compile_begins_anew()
    {
        Model model = OneWeight(new SGD(new ExponentialDecay(0.4, 1, 0.5)));

        Assert.That(Rates(model, 0, 2), Is.EqualTo(new[] { 0.4, 0.2 }));
        Assert.That(Rates(model, 0, 2), Is.EqualTo(new[] { 0.1, 0.05 }));
        Assert.That(Rates(model, 2, 3), Is.EqualTo(new[] { 0.025 }));
        Compile(model, new SGD(new ExponentialDecay(0.4, 1, 0.5)));
        Assert.That(Rates(model, 0, 2), Is.EqualTo(new[] { 0.4, 0.2 }));
    }

    // Steps of 3, 3 and 2 samples: the third step of an epoch counts like any other.
    [Test]
    public void Steps_are_counted_and_not_epochs_or_samples()
    {
        Sequential model = new(new Input(6), new Dense(2));
        model.Compile(new SGD(new PiecewiseConstantDecay([2, 4], [0.25, 0.5, 0.125])), Loss.MeanSquaredError());
        List<double> rates = [];

        History history = model.Fit(new Dataset(Samples.Tensor<float>(1, 8, 6), Samples.Tensor<float>(2, 8, 2)), new FitOptions
        {
            Epochs = 2,
            BatchSize = 3,
            Callbacks = [new Recorder { StepEnd = state => rates.Add(state.LearningRate) }],
        });

        // After the step: the rate of the coming one. Steps 0 to 2 have 0.25, 3 and 4 have 0.5.
        Assert.That(rates, Is.EqualTo(new[] { 0.25, 0.25, 0.5, 0.5, 0.125, 0.125 }));
        Assert.That(history["learning_rate"], Is.EqualTo(new[] { 0.25, 0.125 }));
        Assert.That(history.Keys, Is.EqualTo(new[] { "loss", "learning_rate" }));
    }

    [Test]
    public void A_loaded_training_goes_on_with_the_schedule()
    {
        using TempFolder folder = new();
        Model whole = OneWeight(new SGD(new ExponentialDecay(0.4, 1, 0.5))), begun = OneWeight(new SGD(new ExponentialDecay(0.4, 1, 0.5)));
        Rates(whole, 0, 5);
        Rates(begun, 0, 2);
        begun.Save(folder.File("begun"), includeTraining: true);
        Model loaded = Model.Load(folder.File("begun"));
        Compile(loaded, new SGD(new ExponentialDecay(0.4, 1, 0.5)));

        Assert.That(Rates(loaded, 2, 5), Is.EqualTo(new[] { 0.1, 0.05, 0.025 }));
        Assert.That(Weight(loaded), Is.EqualTo(Weight(whole)));
    }

    [Test]
    public void Another_schedule_cannot_take_over()
    {
        using TempFolder folder = new();
        OneWeight(new SGD(new CosineDecay(0.5, 8))).Save(folder.File("scheduled"), includeTraining: true);
        OneWeight(new SGD(0.5)).Save(folder.File("plain"), includeTraining: true);
        Model scheduled = Model.Load(folder.File("scheduled")), plain = Model.Load(folder.File("plain"));
        const string Advice = "Compile with the settings of the training that was saved, or save without optimizer state to begin anew.";

        Assert.That(() => Compile(scheduled, new SGD(new CosineDecay(0.5, 9))), Throws.InvalidOperationException.With.Message.EqualTo(
            $"{scheduled.Title}: expected the optimizer sgd with the schedule cosine_decay(initial: 0.5, steps: 8, alpha: 0), "
            + "as in the training that was loaded, got one with the schedule cosine_decay(initial: 0.5, steps: 9, alpha: 0). " + Advice));
        Assert.That(() => Compile(scheduled, new SGD(0.5)), Throws.InvalidOperationException.With.Message.Contains(
            "got one with a learning rate without a schedule. "));
        Assert.That(() => Compile(plain, new SGD(new CosineDecay(0.5, 8))), Throws.InvalidOperationException.With.Message.Contains(
            "expected the optimizer sgd with a learning rate without a schedule, as in the training that was loaded, "
            + "got one with the schedule cosine_decay"));
        Assert.That(() => Compile(scheduled, new SGD(new CosineDecay(0.5, 8))), Throws.Nothing);
        Assert.That(() => Compile(plain, new SGD(0.25)), Throws.Nothing);
    }

    [Test]
    public void A_callback_cannot_change_what_a_schedule_gives()
    {
        Model model = OneWeight(new SGD(new CosineDecay(0.5, 8)));

        Assert.That(
            () => model.Fit(OneSample, new FitOptions { Callbacks = [new Recorder { EpochBegin = state => state.LearningRate = 1 }] }),
            Throws.InvalidOperationException.With.Message.StartsWith("SGD: expected a learning rate of its own to be changed, got one"));
    }

    [TestCaseSource(typeof(Optimizers.LearningRateScheduleTests), nameof(Optimizers.LearningRateScheduleTests.All))]
    public void A_scheduled_step_allocates_nothing(LearningRateSchedule schedule)
    {
        Model model = OneWeight(new Adam(schedule));
        System.Numerics.Tensors.Tensor<double> x = System.Numerics.Tensors.Tensor.Create([1.0], [1, 1]);
        FitOptions options = new() { DegreeOfParallelism = 1 };
        for (int i = 0; i < 3; i++)
        {
            model.TrainOnBatch<double>(x, x, options);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        model.TrainOnBatch<double>(x, x, options);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    internal static Dataset OneSample => new(
        System.Numerics.Tensors.Tensor.Create([1.0], [1, 1]), System.Numerics.Tensors.Tensor.Create([0.0], [1, 1]));

    internal static double Weight(Model model) => model.Parameters[0].Values<double>()[0];

    internal static Model OneWeight(Optimizer optimizer)
    {
        Sequential model = new(new Input(1), new Dense(1, useBias: false)) { Precision = Precision.Double };
        Compile(model, optimizer);
        model.Parameters[0].SetValues<double>([1]);
        return model;
    }

    private static void Compile(Model model, Optimizer optimizer) => model.Compile(optimizer, Loss.MeanSquaredError());

    private static IReadOnlyList<double> Rates(Model model, int from, int to) =>
        model.Fit(OneSample, new FitOptions { InitialEpoch = from, Epochs = to })["learning_rate"];
}
