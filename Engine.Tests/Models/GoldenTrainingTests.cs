using System.Globalization;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

/// <summary>
/// A seeded training with dropout and shuffling, and the losses that it had when it was right: what changes them changes what
/// every seed means.
/// </summary>
public sealed class GoldenTrainingTests
{
    // Made by Losses() below, printed with "R", with AVX2 and FMA.
    private static readonly double[] Golden =
    [
        2.0304205641150475, 1.682906948029995, 2.5483671240508556, 1.841103471815586, 2.2361604124307632,
        1.6545575074851513, 1.9291621446609497, 1.8393947333097458, 1.703845776617527, 1.884038582444191,
    ];

    [Test]
    public void Ten_losses_are_those_that_were_recorded()
    {
        double[] losses = Losses();
        TestContext.Out.WriteLine(string.Join(", ", losses.Select(loss => loss.ToString("R", CultureInfo.InvariantCulture))));

        // Other vector widths sum in another order: float's rounding, grown a little over ten steps. A changed mask or another
        // order of the samples shows in the second digit.
        Assert.That(losses, Is.EqualTo(Golden).Within(1e-4));
    }

    private static double[] Losses()
    {
        Sequential model = new(
            new Input(16), new Dense(24, ReLU), new Dropout(0.5), new Dense(24, ReLU), new Dropout(0.5), new Dense(5, Softmax))
        { Seed = 42 };
        model.Compile(new Adam(0.01), Loss.CategoricalCrossentropy());
        Tensor<float> x = RandomTensor.Normal([80, 16], seed: 1);
        int[] labels = [.. Enumerable.Range(0, 80).Select(i => i % 5)];
        List<double> losses = [];
        double before = 0;
        model.Fit(
            new Dataset(x, DataColumn.OneHot(labels, 5)),
            new FitOptions
            {
                Epochs = 2,
                BatchSize = 16,
                Seed = 7,
                Callbacks = [new Recorder
                {
                    EpochBegin = _ => before = 0,
                    StepEnd = state =>
                    {
                        // The running mean of equal batches: the sum grows by the step's own loss.
                        double sum = state.MetricValues[0] * state.Step;
                        losses.Add(sum - before);
                        before = sum;
                    },
                }],
            });
        return [.. losses];
    }
}
