namespace Engine.Optimizers;

/// <summary>Which update an optimizer is doing.</summary>
/// <param name="Iteration">The number of the update in the life of the training, from 1.</param>
/// <param name="LearningRate">The learning rate to use.</param>
public readonly record struct UpdateStep(long Iteration, double LearningRate);
