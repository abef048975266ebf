namespace Engine;

/// <summary>What a model needs to know of its training without knowing the number type.</summary>
internal interface ITraining
{
    bool IsRunning { get; }

    IReadOnlyList<Shape> TargetShapes { get; }
}
