using System.Numerics.Tensors;
using Engine.Constraints;
using Engine.Data;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Regularizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

/// <summary>What pulls at the weights beside the loss: penalties, constraints, clipping.</summary>
public sealed class FitPenaltiesTests
{
    [Test]
    public void Penalties_count_in_the_loss_and_pull_the_weights()
    {
        Sequential model = new(
            new Input(3), new Dense(2, useBias: false, kernelInitializer: Initializer.Ones, kernelRegularizer: Regularizer.L2(0.1)));
        model.Compile(new SGD(0.5), Loss.MeanSquaredError());
        // Inputs of zero: the loss is the penalty alone, 0.1 · 6, and the gradient 2 · 0.1 · w.
        Dataset data = new(Tensor.Create(new float[12], [4, 3]), Tensor.Create(new float[8], [4, 2]));

        History history = model.Fit(data, new FitOptions { BatchSize = 3 });

        // Two steps, of 3 and 1 samples: w = 1, then 0.9; the epoch's mean weighs by samples.
        Assert.That(history["loss"][0], Is.EqualTo(((3 * 0.6) + (1 * 0.6 * 0.81)) / 4).Within(1e-6));
        Assert.That(Samples.Weights<float>(model), Is.All.EqualTo(0.81f).Within(1e-6));
        Assert.That(model.Evaluate(data).Loss, Is.EqualTo(0.6 * 0.81 * 0.81).Within(1e-6));
    }

    [Test]
    public void Penalties_of_what_is_frozen_do_not_count()
    {
        Dense penalized = new(2, useBias: false, kernelInitializer: Initializer.Ones, kernelRegularizer: Regularizer.L2(0.1));
        Sequential model = new(new Input(3), penalized);
        model.Compile(new SGD(0.5), Loss.MeanSquaredError());
        Dataset data = new(Tensor.Create(new float[12], [4, 3]), Tensor.Create(new float[8], [4, 2]));
        Assert.That(model.Evaluate(data).Loss, Is.EqualTo(0.6).Within(1e-6));

        penalized.Trainable = false;

        Assert.That(model.Fit(data)["loss"][0], Is.Zero);
        Assert.That(model.Evaluate(data).Loss, Is.Zero);
    }

    [Test]
    public void Constraints_hold_after_every_step()
    {
        Sequential model = new(
            new Input(6), new Dense(9, ReLU, kernelConstraint: Constraint.MaxNorm(0.5)),
            new Dense(3, Softmax, biasConstraint: Constraint.NonNegative()));
        model.Compile(new SGD(1), Loss.CategoricalCrossentropy());
        var first = (Dense)model.Layers[1];
        var last = (Dense)model.Layers[2];
        double greatest = 0;
        float least = 0;
        Recorder recorder = new()
        {
            StepEnd = _ =>
            {
                float[] w = first.Kernel!.Values<float>().ToArray();
                for (int j = 0; j < 9; j++)
                {
                    greatest = Math.Max(greatest, Math.Sqrt(Enumerable.Range(0, 6).Sum(i => (double)w[(i * 9) + j] * w[(i * 9) + j])));
                }

                least = Math.Min(least, last.Bias!.Values<float>().ToArray().Min());
            },
        };

        model.Fit(Samples.Classes(20, 6, 3), new FitOptions { Epochs = 3, BatchSize = 4, Callbacks = [recorder] });

        Assert.That(greatest, Is.EqualTo(0.5).Within(1e-4));
        Assert.That(least, Is.Zero);
    }

    [Test]
    public void A_global_norm_bounds_the_step()
    {
        Sequential model = Samples.Classifier();
        SGD optimizer = new(1) { GlobalClipNorm = 0.01 };
        model.Compile(optimizer, Loss.CategoricalCrossentropy());
        float[] before = Samples.Weights<float>(model);

        model.Fit(Samples.Classes(20, 6, 3), new FitOptions { BatchSize = 20 });

        double moved = Math.Sqrt(Samples.Weights<float>(model).Zip(before, (a, b) => Math.Pow((double)a - b, 2)).Sum());
        // The difference of weights near 1 in float carries errors of 6e-8 each.
        Assert.That(moved, Is.EqualTo(0.01).Within(1e-6));
    }
}
