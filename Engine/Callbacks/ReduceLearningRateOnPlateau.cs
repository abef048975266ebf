using Engine.Numerics;

namespace Engine.Callbacks;

/// <summary>
/// Multiplies the learning rate by a factor when a monitored value has not improved for a number of epochs: Keras's
/// ReduceLROnPlateau. An improvement must be strict, by more than <see cref="MinDelta"/>.
/// </summary>
/// <remarks>
/// The history gets a <c>learning_rate</c>. What was waited for lives in the callback: a training that is saved and loaded goes
/// on with the learning rate that its optimizer is made with, and waits anew.
/// </remarks>
public sealed class ReduceLearningRateOnPlateau : Callback
{
    private readonly Monitor _monitor;
    private int _waited;
    private int _cooling;

    /// <summary>Makes the callback.</summary>
    /// <param name="monitor">A key of the history: "val_loss", "val_accuracy".</param>
    /// <param name="factor">What the learning rate is multiplied by: in [0, 1).</param>
    /// <param name="patience">The epochs without improvement after which the rate falls; at least 0.</param>
    /// <param name="minDelta">By how much a value must be better to count; at least 0.</param>
    /// <param name="cooldown">The epochs after a fall that are not counted as waiting; at least 0.</param>
    /// <param name="minLearningRate">Below this the rate does not fall; at least 0.</param>
    /// <param name="maximize">Whether larger is better; if null, where the name says so: accuracies.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public ReduceLearningRateOnPlateau(
        string monitor = "val_loss",
        double factor = 0.1,
        int patience = 10,
        double minDelta = 1e-4,
        int cooldown = 0,
        double minLearningRate = 0,
        bool? maximize = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(monitor);
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        Factor = Guard.Fraction(factor, nameof(ReduceLearningRateOnPlateau), nameof(factor));
        Patience = patience;
        MinDelta = Guard.NonNegative(minDelta, nameof(ReduceLearningRateOnPlateau), nameof(minDelta));
        Cooldown = cooldown;
        MinLearningRate = Guard.NonNegative(minLearningRate, nameof(ReduceLearningRateOnPlateau), nameof(minLearningRate));
        _monitor = new Monitor(nameof(ReduceLearningRateOnPlateau), monitor, minDelta, maximize);
    }

    /// <summary>The monitored key of the history.</summary>
    public string Monitor => _monitor.Key;

    /// <summary>What the learning rate is multiplied by.</summary>
    public double Factor { get; }

    /// <summary>The epochs without improvement after which the rate falls.</summary>
    public int Patience { get; }

    /// <summary>By how much a value must be better to count.</summary>
    public double MinDelta { get; }

    /// <summary>The epochs after a fall that are not counted as waiting.</summary>
    public int Cooldown { get; }

    /// <summary>Below this the rate does not fall.</summary>
    public double MinLearningRate { get; }

    /// <summary>How many times the rate fell in the last training.</summary>
    public int Reductions { get; private set; }

    /// <inheritdoc/>
    public override bool RecordsLearningRate => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// The history will have no such key, or a schedule gives the learning rate.
    /// </exception>
    public override void OnTrainBegin(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        LearningRateScheduler.ThrowIfScheduled(training, nameof(ReduceLearningRateOnPlateau));
        _monitor.Reset(training);
        _waited = 0;
        _cooling = 0;
        Reductions = 0;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (_cooling > 0)
        {
            _cooling--;
            _waited = 0;
        }

        if (_monitor.Improves(training))
        {
            _waited = 0;
        }
        else if (_cooling == 0 && ++_waited >= Patience && training.LearningRate > MinLearningRate)
        {
            training.LearningRate = Math.Max(training.LearningRate * Factor, MinLearningRate);
            Reductions++;
            _cooling = Cooldown;
            _waited = 0;
        }
    }
}
