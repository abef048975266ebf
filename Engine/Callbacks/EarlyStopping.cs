
namespace Engine.Callbacks;

/// <summary>
/// Ends a training when a monitored value has not improved for a number of epochs: Keras's rules. An improvement must be strict,
/// by more than <see cref="MinDelta"/>.
/// </summary>
public sealed class EarlyStopping : Callback
{
    private readonly Monitor _monitor;
    private WeightSnapshot? _bestWeights;
    private int _waited;

    /// <summary>Makes the callback.</summary>
    /// <param name="monitor">A key of the history: "val_loss", "val_accuracy".</param>
    /// <param name="patience">The epochs without improvement after which training ends; at least 0.</param>
    /// <param name="minDelta">By how much a value must be better to count; at least 0.</param>
    /// <param name="maximize">Whether larger is better; if null, where the name says so: accuracies.</param>
    /// <exception cref="ArgumentOutOfRangeException">Patience or minDelta is negative.</exception>
    public EarlyStopping(string monitor = "val_loss", int patience = 0, double minDelta = 0, bool? maximize = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(monitor);
        ArgumentOutOfRangeException.ThrowIfNegative(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(minDelta);
        Patience = patience;
        MinDelta = minDelta;
        _monitor = new Monitor(nameof(EarlyStopping), monitor, minDelta, maximize);
    }

    /// <summary>The monitored key of the history.</summary>
    public string Monitor => _monitor.Key;

    /// <summary>The epochs without improvement after which training ends.</summary>
    public int Patience { get; }

    /// <summary>By how much a value must be better to count.</summary>
    public double MinDelta { get; }

    /// <summary>
    /// Whether the weights of the best epoch are put back at the end, also of a training that was not cut short.
    /// </summary>
    public bool RestoreBestWeights { get; init; }

    /// <summary>The epoch after which the training was ended, from 1; null if it was not.</summary>
    public int? StoppedEpoch { get; private set; }

    /// <summary>The epoch with the best value, from 1; 0 before the first.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>The best value so far.</summary>
    public double Best => _monitor.Best;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The history will have no such key.</exception>
    public override void OnTrainBegin(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        _monitor.Reset(training);
        _waited = 0;
        _bestWeights = null;
        StoppedEpoch = null;
        BestEpoch = 0;
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        _waited++;
        if (RestoreBestWeights && _bestWeights is null)
        {
            // Where no value is ever better than the start, NaN all along, the first epoch counts as the best.
            BestEpoch = training.Epoch;
            (_bestWeights = new WeightSnapshot(training.Model)).Take();
        }

        if (_monitor.Improves(training))
        {
            BestEpoch = training.Epoch;
            _waited = 0;
            _bestWeights?.Take();
        }
        else if (_waited >= Patience && training.Epoch > 1)
        {
            StoppedEpoch = training.Epoch;
            training.StopTraining();
        }
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingState training)
    {
        _bestWeights?.PutBack();
        _bestWeights = null;
    }
}
