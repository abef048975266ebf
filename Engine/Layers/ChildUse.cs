namespace Engine.Layers;

/// <summary>How a wrapper uses a child: the shapes of one sample that the child sees, and how many samples at most.</summary>
/// <param name="Inputs">The shape of one sample of each of the child's inputs.</param>
/// <param name="Batch">The largest batch the child is called with, for the wrapper's largest batch.</param>
public readonly record struct ChildUse(Shape[] Inputs, int Batch);
