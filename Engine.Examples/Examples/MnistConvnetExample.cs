using Engine.Layers;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>The convolutional network of Keras's examples ("mnist_convnet").</summary>
internal sealed class MnistConvnetExample : KerasExample
{
    public override string Name => "mnist-convnet";

    public override string Summary => "Keras's convolutional network with dropout 0.5, trained with several seeds; --full takes many minutes.";

    protected override double Rate => 0.5;

    protected override int Epochs => 15;

    protected override Shape Input => [28, 28, 1];

    protected override Sequential CreateModel(ulong seed) => new(
        new Input(28, 28, 1),
        new Conv2D(32, (3, 3), ReLU),
        new MaxPooling2D((2, 2)),
        new Conv2D(64, (3, 3), ReLU),
        new MaxPooling2D((2, 2)),
        new Flatten(),
        new Dropout(Rate),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };

    protected override Optimizer CreateOptimizer() => new Adam();
}
