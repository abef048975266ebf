using Engine.Checking;
using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>One row of the table: a layer, how it is made, what it is given and what must come of it.</summary>
public sealed record LayerCase(string Name, Func<Layer> Make, Shape[] Inputs, Shape Output)
{
    /// <summary>Inputs that it must refuse, and the exact text of the refusal.</summary>
    public Shape[] Wrong { get; init; } = [];

    public string WrongMessage { get; init; } = "";

    public bool AllowTrivial { get; init; }

    public bool IsSameInAllPhases { get; init; } = true;

    /// <summary>Fills the inputs of layers that want class numbers; null: normal numbers.</summary>
    public InputFill? FillInput { get; init; }

    /// <summary>The step of the gradient check's stencil.</summary>
    public double Step { get; init; } = 1e-3;

    public LayerContractOptions Options => new()
    {
        GradientCheck = new GradientCheckOptions { AllowTrivial = AllowTrivial, FillInput = FillInput, Step = Step },
        Output = Output,
        WrongInputs = Wrong,
        WrongInputMessage = WrongMessage,
        IsSameInAllPhases = IsSameInAllPhases,
        Catalog = new LayerCatalog(),
    };

    public override string ToString() => $"{Make().Kind} {Name} of {string.Join(" and ", Inputs.Select(shape => shape.ToString()))}";
}
