namespace Engine.Tests.Models;

/// <summary>A callback made of delegates; keeps the order in which it was called.</summary>
internal sealed class Recorder : Callback
{
    public List<string> Calls { get; } = [];

    public Action<TrainingState>? TrainBegin { get; init; }

    public Action<TrainingState>? StepEnd { get; init; }

    public Action<TrainingState>? EpochBegin { get; init; }

    public Action<TrainingState>? EpochEnd { get; init; }

    public Action<TrainingState>? TrainEnd { get; init; }

    public override void OnTrainBegin(TrainingState training)
    {
        Calls.Add("train begin");
        TrainBegin?.Invoke(training);
    }

    public override void OnEpochBegin(TrainingState training)
    {
        Calls.Add($"epoch {training.Epoch} begin");
        EpochBegin?.Invoke(training);
    }

    public override void OnStepEnd(TrainingState training)
    {
        Calls.Add($"step {training.Step} of {training.StepsPerEpoch}");
        StepEnd?.Invoke(training);
    }

    public override void OnEpochEnd(TrainingState training)
    {
        Calls.Add($"epoch {training.Epoch} of {training.Epochs} end");
        EpochEnd?.Invoke(training);
    }

    public override void OnTrainEnd(TrainingState training)
    {
        Calls.Add("train end");
        TrainEnd?.Invoke(training);
    }
}
