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
    private static IEnumerable<TestCaseData> Golden
    {
        get
        {
            yield return new TestCaseData(new SGD(0.1), new[]
            {
                2.0304205641150475, 1.6652448400855064, 2.5589829571545124, 1.7650365084409714, 2.217749312520027,
                1.6232526898384094, 1.919695608317852, 1.8282396122813225, 1.7129594050347805, 1.9416584558784962,
            });
            yield return new TestCaseData(new SGD(0.05, momentum: 0.9, nesterov: true), new[]
            {
                2.0304205641150475, 1.6648057624697685, 2.551610764116049, 1.7629394680261612, 2.128982111811638,
                1.5736154206097126, 1.7797542959451675, 1.5620563812553883, 1.7271897792816162, 1.6361173391342163,
            });
            yield return new TestCaseData(new RMSprop(0.01), new[]
            {
                2.0304205641150475, 1.7499162554740906, 2.2789764888584614, 1.887959599494934, 2.060150258243084,
                1.6392459869384766, 1.7580036297440529, 1.6397529765963554, 1.652567084878683, 1.730420060455799,
            });
            yield return new TestCaseData(new Adam(0.01), new[]
            {
                2.0304205641150475, 1.682906948029995, 2.5483671240508556, 1.841103471815586, 2.2361604124307632,
                1.6545574075851513, 1.9291621446609497, 1.8393947333097458, 1.703845776617527, 1.884038582444191,
            });
        }
    }

    [TestCaseSource(nameof(Golden))]
    public void TenLossesAreThoseThatWereRecorded(Optimizer optimizer, double[] golden)
    {
        double[] losses = Losses(optimizer);
        TestContext.Out.WriteLine(string.Join(", ", losses.Select(loss => loss.ToString("R", CultureInfo.InvariantCulture))));

        // Other vector widths sum in another order: float's rounding, grown a little over ten steps. A changed mask or another
        // order of the samples shows in the second digit.
        Assert.That(losses, Is.EqualTo(golden).Within(1e-4));
    }

    private static double[] Losses(Optimizer optimizer)
    {
        Sequential model = new(
            new Input(16), new Dense(24, ReLU), new Dropout(0.5), new Dense(24, ReLU), new Dropout(0.5), new Dense(5, Softmax))
        { Seed = 42 };
        model.Compile(optimizer, Loss.CategoricalCrossentropy());
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
