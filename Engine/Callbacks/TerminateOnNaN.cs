namespace Engine.Callbacks;

/// <summary>
/// Ends a training whose loss is no longer finite: after that epoch, as in Keras, or at once with an error that says where.
/// </summary>
public sealed class TerminateOnNaN : Callback
{
    /// <summary>Whether to throw an <see cref="ArithmeticException"/> at that step, rather than stop after its epoch.</summary>
    public bool Throws { get; init; }

    /// <summary>The epoch and its step, both from 1, at which the loss was no longer finite; null if it always was.</summary>
    public (int Epoch, int Step)? TerminatedAt { get; private set; }

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingState training) => TerminatedAt = null;

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">The loss is not finite, and <see cref="Throws"/> is set.</exception>
    public override void OnStepEnd(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);

        // The mean since the epoch's beginning: once not finite it stays so.
        double loss = training.MetricValues[0];
        if (double.IsFinite(loss) || TerminatedAt is not null)
        {
            return;
        }

        TerminatedAt = (training.Epoch, training.Step);
        training.StopTraining();
        if (Throws)
        {
            throw new ArithmeticException(FormattableString.Invariant(
                $"TerminateOnNaN: expected a finite loss, got {loss} in step {training.Step} of epoch {training.Epoch}. ")
                + "Lower the learning rate, clip the gradients, or look for numbers in the data that are far from 1.");
        }
    }
}
