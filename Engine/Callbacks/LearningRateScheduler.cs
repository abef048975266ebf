namespace Engine.Callbacks;

/// <summary>
/// Sets the learning rate before each epoch by a function of the epoch and of the rate so far: Keras's LearningRateScheduler. The
/// history gets a <c>learning_rate</c>. A rate that changes by the step is a schedule of the optimizer.
/// </summary>
/// <param name="rateOf">
/// Gives the learning rate of an epoch from its number, from 1 as in <see cref="TrainingState.Epoch"/>, and the rate so far.
/// </param>
/// <example><code>new LearningRateScheduler((epoch, rate) => epoch &lt;= 10 ? rate : rate * 0.9)</code></example>
public sealed class LearningRateScheduler(Func<int, double, double> rateOf) : Callback
{
    private readonly Func<int, double, double> _rateOf = rateOf ?? throw new ArgumentNullException(nameof(rateOf));

    /// <inheritdoc/>
    public override bool RecordsLearningRate => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A schedule gives the learning rate already.</exception>
    public override void OnTrainBegin(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        ThrowIfScheduled(training, nameof(LearningRateScheduler));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The function gives a rate that is negative or not finite.</exception>
    public override void OnEpochBegin(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        training.LearningRate = _rateOf(training.Epoch, training.LearningRate);
    }

    /// <summary>Says before the first step that two want to give the learning rate.</summary>
    internal static void ThrowIfScheduled(TrainingState training, string callback)
    {
        if (training.LearningRateSchedule is { } schedule)
        {
            throw new InvalidOperationException(
                $"{callback}: expected an optimizer with a learning rate that can be changed, got one that follows {schedule}. "
                + "Make the optimizer with a number, or leave the callback out.");
        }
    }
}
