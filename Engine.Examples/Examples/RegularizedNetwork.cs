using Engine.Constraints;
using Engine.Layers;
using Engine.Regularizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>The network of section 7 of the guide, with any of its regularizers.</summary>
/// <param name="L2">The factor of the L2 penalty on the kernels of both hidden layers; 0 for none.</param>
/// <param name="MaxNorm">The greatest norm of a unit's weights in the first layer; 0 for any.</param>
/// <param name="Rate">The dropout rate behind both hidden layers; 0 for none.</param>
/// <param name="IsAugmented">Whether the digits are moved, turned and zoomed in training.</param>
internal sealed record RegularizedNetwork(double L2 = 0, double MaxNorm = 0, double Rate = 0, bool IsAugmented = false)
{
    /// <summary>The layers that change the digits, in training only.</summary>
    public static Layer[] CreateAugmentation() =>
        [new RandomTranslation(0.1, 0.1), new RandomRotation(0.05), new RandomZoom(0.1)];

    /// <summary>
    /// Neither dropout nor augmentation have parameters: with the same seed all of these networks begin with the same weights.
    /// </summary>
    public Sequential Create(ulong seed)
    {
        Regularizer? regularizer = L2 > 0 ? Regularizer.L2(L2) : null;
        Constraint? constraint = MaxNorm > 0 ? Constraint.MaxNorm(MaxNorm) : null;
        return new Sequential(
        [
            new Input(28, 28, 1),
            .. IsAugmented ? CreateAugmentation() : [],
            new Flatten(),
            new Dense(128, ReLU, kernelRegularizer: regularizer, kernelConstraint: constraint),
            new Dropout(Rate),
            new Dense(64, ReLU, kernelRegularizer: regularizer),
            new Dropout(Rate),
            new Dense(10, Softmax),
        ])
        {
            Seed = seed,
        };
    }
}
