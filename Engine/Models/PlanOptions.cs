using Engine.Layers;

namespace Engine;

/// <summary>What a plan is made for.</summary>
internal sealed record PlanOptions
{
    /// <summary>The largest batch.</summary>
    public required int Batch { get; init; }

    /// <summary>The parameters whose gradients are wanted; empty for inference.</summary>
    public IReadOnlySet<Parameter> Wanted { get; init; } = new HashSet<Parameter>();

    /// <summary>The values whose gradients the caller gives: logits or outputs. Empty for inference.</summary>
    public IReadOnlyList<int> LossValues { get; init; } = [];

    /// <summary>Whether the gradients of the model's inputs are wanted.</summary>
    public bool InputGradients { get; init; }
}
