using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>What a layer of convolution has besides its window, nulls standing for defaults.</summary>
internal readonly record struct ConvolutionOptions(
    ActivationFunction? Activation,
    bool UseBias,
    Initializer? KernelInitializer,
    Initializer? BiasInitializer,
    Regularizer? KernelRegularizer,
    Regularizer? BiasRegularizer,
    Constraint? KernelConstraint,
    Constraint? BiasConstraint);
