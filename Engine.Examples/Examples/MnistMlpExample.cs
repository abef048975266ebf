using Engine.Layers;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>The multilayer perceptron of Keras's examples ("mnist_mlp").</summary>
internal sealed class MnistMlpExample : KerasExample
{
    public override string Name => "mnist-mlp";

    public override string Summary => "Keras's 784-512-512-10 with dropout 0.2, trained with several seeds; --full takes minutes.";

    protected override double Rate => 0.2;

    protected override int Epochs => 20;

    protected override Shape Input => [784];

    protected override Sequential CreateModel(ulong seed) => new(
        new Input(784),
        new Dense(512, ReLU),
        new Dropout(Rate),
        new Dense(512, ReLU),
        new Dropout(Rate),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    protected override Optimizer CreateOptimizer() => new RMSprop();
}
