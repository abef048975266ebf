using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// What the recurrent layers have in common, nulls standing for defaults. A layer has its own; only its rates change later.
/// </summary>
internal sealed record RecurrentOptions
{
    public required int Units { get; init; }

    public ActivationFunction? Activation { get; init; }

    public ActivationFunction? RecurrentActivation { get; init; }

    public bool UseBias { get; init; }

    public Initializer? KernelInitializer { get; init; }

    public Initializer? RecurrentInitializer { get; init; }

    public Initializer? BiasInitializer { get; init; }

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? RecurrentRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }

    public Constraint? KernelConstraint { get; init; }

    public Constraint? RecurrentConstraint { get; init; }

    public Constraint? BiasConstraint { get; init; }

    public double Dropout { get; set; }

    public double RecurrentDropout { get; set; }

    public DropoutMasks DropoutMasks { get; init; }

    public bool DropoutPerStep { get; init; }

    public double Zoneout { get; set; }

    public double CellZoneout { get; set; }

    public ulong? Seed { get; init; }

    public bool ReturnSequences { get; init; }

    public bool ReturnState { get; init; }

    public bool GoBackwards { get; init; }

    public bool ZeroOutputForMask { get; init; }

    public int? Truncation { get; init; }

    public bool Stateful { get; init; }

    public int? Batch { get; init; }
}
