using Engine.Checking;
using Engine.Layers;

namespace Engine.Tests.Checking;

/// <summary>Plans of random graphs: gradients, independence of what memory held, and no two buffers in one place at one time.</summary>
public class RandomGraphTests
{
    private const int Count = 120;
    private const int Batch = 3;

    [Test]
    public void GradientsOfWholeModelsAgreeWithFiniteDifferences([Range(0, Count - 1)] int seed)
    {
        Model model = RandomGraph.Make(seed, Precision.Double);
        GradientReport report = GradientCheck.Run(model, new GradientCheckOptions { AllowTrivial = true });
        Assert.That(report.Passed, report.ToString());
        Assert.That(report.Elements, Is.Positive);
    }

    [Test]
    public void MemoryThatHeldAnythingGivesTheSameBits([Range(0, Count - 1)] int seed)
    {
        AssertSameBits<float>(seed, Precision.Single);
        AssertSameBits<double>(seed, Precision.Double);
    }

    [Test]
    public void APlanWithoutBackwardGivesTheSameOutputs([Range(0, Count - 1)] int seed)
    {
        Model model = RandomGraph.Make(seed, Precision.Double);
        GradientCheckOptions options = new() { Phase = Phase.Inference };
        Harness<double> kept = new(model, options, Batch), forward = new(model, options, Batch, hasBackward: false);
        forward.Poison();
        kept.Forward();
        forward.Forward();
        for (int k = 0; k < model.Outputs.Count; k++)
        {
            Assert.That(forward.Output(k).ToArray(), Is.EqualTo(kept.Output(k).ToArray()));
        }
    }

    [Test]
    public void BuffersInUseAtOnceAreApart([Range(0, Count - 1)] int seed, [Values(0, 1, 2)] int what)
    {
        Model model = RandomGraph.Make(seed, Precision.Single);
        int[] outputs = [.. model.Graph.Outputs.Distinct()];
        PlanOptions options = what switch
        {
            0 => new PlanOptions { Batch = Batch },
            1 => new PlanOptions { Batch = 37, Wanted = new HashSet<Parameter>(model.Parameters), LossValues = outputs },
            _ => new PlanOptions { Batch = Batch, LossValues = outputs, InputGradients = true },
        };
        new PlanSimulator(model.Graph, options).PlayStep();
    }

    // Values that are gone make room: a plan for inference must not grow with the number of layers.
    [Test]
    public void AChainInInferenceNeedsTwoBuffers()
    {
        Layer[] layers = [new Input(64), .. Enumerable.Range(0, 20).Select(_ => new Dense(64))];
        MemoryPlan plan = new(new Sequential(layers).Graph, new PlanOptions { Batch = Batch });
        Assert.That(plan.ArenaLength, Is.EqualTo(2 * Batch * 64), "two that take turns");
    }

    [Test]
    public void ReshapesTakeNoMemoryAndActivationsRunInPlace()
    {
        Sequential model = new(
            new Input(64), new Dense(64), new Activation(Engine.Activations.ActivationFunction.Tanh), new Reshape(8, 8), new Dropout(0.5), new Flatten());
        MemoryPlan plan = new(model.Graph, new PlanOptions { Batch = Batch });
        Assert.That(plan.Storages, Has.Count.EqualTo(2));
        Assert.That(plan.ArenaLength, Is.EqualTo(2 * Batch * 64));
    }

    private static void AssertSameBits<T>(int seed, Precision precision)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Model model = RandomGraph.Make(seed, precision);
        T[][]? expected = null;
        foreach (byte fill in (byte[])[0, 0xff, 0x7f])
        {
            Harness<T> harness = new(model, new GradientCheckOptions(), Batch);
            harness.Poison(fill);
            harness.ScratchPoison = fill;
            harness.Forward();
            T[][] outputs = [.. model.Outputs.Select((_, k) => harness.Output(k).ToArray())];
            harness.Backward();
            T[][] results =
            [
                .. outputs,
                .. model.Inputs.Select((_, i) => harness.InputGradient(i).ToArray()),
                .. harness.Parameters.Select(parameter => harness.Gradient(parameter).ToArray()),
            ];
            expected ??= results;
            Assert.That(results, Is.EqualTo(expected));
            Assert.That(results.SelectMany(values => values).All(T.IsFinite));
        }
    }
}
