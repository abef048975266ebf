using Engine.Optimizers;

namespace Engine;

/// <summary>Where a training stands: what callbacks see.</summary>
public sealed class TrainingState
{
    internal TrainingState(Model model, int epochs, int stepsPerEpoch, History history)
    {
        Model = model;
        Epochs = epochs;
        StepsPerEpoch = stepsPerEpoch;
        History = history;
    }

    /// <summary>The model that trains. Between steps it may be evaluated, asked for predictions and saved.</summary>
    public Model Model { get; }

    /// <summary>The current epoch: 1 to <see cref="Epochs"/>.</summary>
    public int Epoch { get; internal set; }

    /// <summary>The number of epochs asked for.</summary>
    public int Epochs { get; }

    /// <summary>The steps done in this epoch: after the first step, 1.</summary>
    public int Step { get; internal set; }

    /// <summary>The number of steps of an epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>What was recorded so far; in <see cref="Callback.OnEpochEnd"/> with the epoch that ends.</summary>
    /// <remarks>
    /// A Fit that is cancelled or throws gives no history back: a callback that keeps this one has that of the epochs that were
    /// finished, validation included.
    /// </remarks>
    public History History { get; }

    /// <summary>Names of the training's running values: "loss", then the metrics. The same list throughout a Fit.</summary>
    public IReadOnlyList<string> MetricNames { get; internal set; } = [];

    /// <summary>
    /// The keys that each epoch records in <see cref="History"/>: the metrics' names, and where there are validation data the
    /// same with <c>val_</c> in front. Known from <see cref="Callback.OnTrainBegin"/> on.
    /// </summary>
    public IReadOnlyList<string> HistoryKeys { get; internal set; } = [];

    /// <summary>The running means over this epoch's steps so far, in the order of <see cref="MetricNames"/>.</summary>
    public ReadOnlySpan<double> MetricValues => Values;

    /// <summary>The learning rate of the coming step: at least 0. May be changed where no schedule gives it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    /// <exception cref="InvalidOperationException">It is set, but a schedule gives the learning rate.</exception>
    public double LearningRate
    {
        get => Model.Compiled.Optimizer.LearningRateAt(Model.OptimizerState.Iterations);
        set => Model.Compiled.Optimizer.LearningRate = value;
    }

    /// <summary>What gives the learning rate of each step; null where it is a number that may be changed.</summary>
    public LearningRateSchedule? LearningRateSchedule => Model.Compiled.Optimizer.Schedule;

    /// <summary>Whether the training ends after this epoch.</summary>
    public bool IsStopping { get; private set; }

    internal double[] Values { get; set; } = [];

    /// <summary>Ends the training after the current epoch.</summary>
    public void StopTraining() => IsStopping = true;
}
