using Engine.Layers;

namespace Engine.Checking;

/// <summary>How to verify a layer's contract.</summary>
public sealed record LayerContractOptions
{
    internal static LayerContractOptions Default { get; } = new();

    /// <summary>The gradient check's options; its phase is set by the contract, which checks all three.</summary>
    public GradientCheckOptions GradientCheck { get; init; } = GradientCheckOptions.Default;

    /// <summary>
    /// How far float may be from double, and in inference a sample in a batch from the same sample alone in float, relative
    /// to the largest value: 2e-5, some hundred roundings. Float against double may also differ by 1e-6 of the largest of all
    /// results.
    /// </summary>
    public double FloatTolerance { get; init; } = 2e-5;

    /// <summary>
    /// How far, in double, a sample in a batch may be from the same sample alone, relative to the largest value: sums may run in
    /// another order.
    /// </summary>
    public double BatchTolerance { get; init; } = 1e-13;

    /// <summary>The shape of one sample of the output that is expected; not checked if null.</summary>
    public Shape? Output { get; init; }

    /// <summary>Inputs that the layer must refuse; not checked if null.</summary>
    public IReadOnlyList<Shape>? WrongInputs { get; init; }

    /// <summary>The exact text with which it must refuse them.</summary>
    public string? WrongInputMessage { get; init; }

    /// <summary>Factories for saving and loading a layer of one's own; if null, one that makes it anew is used.</summary>
    public LayerCatalog? Catalog { get; init; }

    /// <summary>Whether the layer must not differ between the phases: it then is checked for it.</summary>
    public bool IsSameInAllPhases { get; init; }
}
