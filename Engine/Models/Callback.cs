namespace Engine;

/// <summary>
/// Watches and steers a training: override what is of interest. A callback is called on the thread that called Fit, between
/// steps; whatever it reads of the model is the state after a finished step.
/// </summary>
public abstract class Callback
{
    /// <summary>
    /// Whether the history gets a <c>learning_rate</c>, that of each epoch's last step: for callbacks that change it. With a
    /// schedule it is recorded anyway.
    /// </summary>
    public virtual bool RecordsLearningRate => false;

    /// <summary>Before the first step.</summary>
    public virtual void OnTrainBegin(TrainingState training)
    {
    }

    /// <summary>Before the first step of an epoch.</summary>
    public virtual void OnEpochBegin(TrainingState training)
    {
    }

    /// <summary>After each step. Allocating here breaks Fit's promise to allocate nothing.</summary>
    public virtual void OnStepEnd(TrainingState training)
    {
    }

    /// <summary>After an epoch and its validation.</summary>
    public virtual void OnEpochEnd(TrainingState training)
    {
    }

    /// <summary>After the last epoch, also when the training was stopped or cancelled early.</summary>
    public virtual void OnTrainEnd(TrainingState training)
    {
    }
}
