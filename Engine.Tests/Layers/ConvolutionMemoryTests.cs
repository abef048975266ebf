using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Layers;

/// <summary>What a convolution works with beside its values: nothing of the size of a matrix of patches.</summary>
public class ConvolutionMemoryTests
{
    private const int Batch = 8, Side = 56, Channels = 64;

    [TestCase(true, TestName = "AStepNeedsNoMatrixOfPatches, Winograd")]
    [TestCase(false, TestName = "AStepNeedsNoMatrixOfPatches, products of patches")]
    public void AStepNeedsNoMatrixOfPatches(bool useWinograd)
    {
        const long Values = 4L * Batch * Side * Side * Channels, Patches = 9 * Values;
        Sequential model = new(
            new Input(Side, Side, Channels),
            new Conv2D(Channels, (3, 3), ReLU, padding: Padding.Same, useWinograd: useWinograd),
            new Conv2D(Channels, (3, 3), ReLU, padding: Padding.Same, useWinograd: useWinograd),
            new GlobalAveragePooling2D());
        model.Compile(new SGD(), Loss.MeanSquaredError());
        Tensor<float> x = RandomTensor.Uniform([Batch, Side, Side, Channels], seed: 1), y = Tensor.Create(new float[Batch * Channels], [Batch, Channels]);

        // All that is ever allocated for a step comes with the first one: the plan's memory and the threads' blocks.
        long before = GC.GetTotalAllocatedBytes(precise: true);
        model.TrainOnBatch<float>(x, y, new FitOptions { DegreeOfParallelism = 2 });
        long working = GC.GetTotalAllocatedBytes(precise: true) - before;

        // Two outputs, their gradients, a masked gradient, and the rest: less than a third of one matrix of patches on top.
        TestContext.Out.WriteLine($"{working / 1e6:F1} MB, the values of one layer {Values / 1e6:F1} MB, its patches {Patches / 1e6:F1} MB");
        Assert.That(working, Is.LessThan((5 * Values) + (Patches / 3)));
        Assert.That(working, Is.GreaterThan(3 * Values), "the plan's memory is counted");
    }
}
