using Engine.Checking;
using Engine.Examples;
using Engine.Layers;

namespace Engine.Tests.Checking;

/// <summary>That the checks can fail: layers that break one promise each are refused, and the message says which.</summary>
public class BrokenLayerTests
{
    private static IEnumerable<TestCaseData> Broken
    {
        get
        {
            yield return Case(
                () => new ForgetsTheLastOutput(),
                "Training, memory that held NaN before: something is read that was not written, or not written at all");
            yield return Case(() => new ForgetsTheLastInputGradient(), "Training, memory that held NaN before");
            yield return Case(() => new ReadsScratchFirst(), "Training, memory that held NaN before");
            yield return Case(() => new KeepsInScratch(), "Training, memory that held NaN before");
            yield return Case(() => new AddsToItsGradient(), "Training, memory that held NaN before");
            yield return Case(() => new PeeksAtItsOutput(), "Training, memory that held huge numbers before");
            yield return Case(() => new DrawsFromElsewhere(), "Training, run a second time: expected the same bits");
            yield return Case(
                () => new ReadsAnInputThatIsNotNamed(),
                "expected backward to run through, got IndexOutOfRangeException: Index was outside the bounds of the array. In backward, "
                + "inputs and outputs that BackwardReads (Output) does not name");
            yield return Case(
                () => new InputGradientOffByOnePartInAMillion(), "in Training, gradients:", "worst of 28 is input 0 [");
            yield return Case(
                () => new OneWeightsGradientOffByOnePartInAMillion(), "in Training, gradients:", "worst of 28 is weights [2]");
            yield return Case(() => new OtherMaskInBackward(), "in Training, gradients:", "backward");
            yield return Case(
                () => new WithoutAGradient(), "expected a gradient of input 0 that is not zero throughout, got zeros. A check of zeros");
            yield return Case(
                () => new CoarseInFloat(), "float against double: expected at most 2E-05 of the largest value apart");
            yield return Case(
                () => new GivesUpWhenOneGradientIsNotWanted(), "without gradients of parameters: expected the same bits");
            yield return Case(() => new NotInPlace(), "in Training, in place: expected the same bits");
            yield return Case(
                () => new NotInPlaceInInference(), "in Inference without a backward, in place: expected the same bits");
            yield return Case(() => new RandomInInference(), "in inference, with another seed: expected the same bits");
            yield return Case(() => new MixesSamples(), "in inference, sample 0 alone and in a batch: expected at most 2E-05");
            yield return Case(
                () => new DrawsByPlace(), "sample 1 alone and in a batch, with the same key (DrawsByRow): expected at most");
            yield return Case(() => new DependsOnThreads(), "on 2 threads: expected the same bits");
            yield return Case(
                () => new KeepsACallInAField(), "used twice against two tied copies, the gradient of input 0: is something of a call kept");
            yield return Case(() => new Allocates(), "expected steps that allocate nothing after the first, got");
            yield return Case(() => new AllocatesForAShortBatch(), "expected steps that allocate nothing after the first, got");
        }
    }

    [Test]
    public void TheLayerThatTheyBreakIsWhole() => LayerContract.Verify(() => new Honest(), [7]);

    [TestCaseSource(nameof(Broken))]
    public void IsRefused(Func<Layer> make, string[] texts)
    {
        LayerContractException exception = Assert.Throws<LayerContractException>(() => LayerContract.Verify(make, [7]))!;
        TestContext.Out.WriteLine(exception.Message);
        foreach (string text in texts)
        {
            Assert.That(exception.Message, Does.Contain(text));
        }

        Assert.That(exception.Message, Does.Contain($"({make().Kind}): "));
    }

    [Test]
    public void StateIsNotWrittenInInference() => Assert.That(
        () => LayerContract.Verify(() => new WritesStateInInference(), [7]),
        Throws.InvalidOperationException.With.Message.EqualTo(
            "writes_state_in_inference (WritesStateInInference): expected to write state in forward of a training pass, got count in "
            + "Inference. Only parameters made with trains: false may be written by a layer."));

    [Test]
    public void AFactorThatIsNotWrittenToTheFileIsMissed()
    {
        LayerContractOptions options = new() { Catalog = new LayerCatalog().Add("Factor", c => new Factor(c.Has("factor") ? c.Number("factor") : 1, false)) };
        Assert.That(
            () => LayerContract.Verify(() => new Factor(2, isWritten: false), [7], options),
            Throws.TypeOf<LayerContractException>().With.Message.StartsWith("factor (Factor): saved and loaded, in StochasticInference: expected the same bits"));
    }

    [Test]
    public void AFactorThatIsNotReadFromTheFileIsMissed()
    {
        LayerContractOptions options = new() { Catalog = new LayerCatalog().Add("Factor", _ => new Factor(1, isWritten: true)) };
        Assert.That(
            () => LayerContract.Verify(() => new Factor(2, isWritten: true), [7], options),
            Throws.TypeOf<LayerContractException>().With.Message.EqualTo(
                "factor (Factor): saved and loaded: expected the configuration {\"factor\":2}, got {\"factor\":1}."));
        options = new() { Catalog = new LayerCatalog().Add("Factor", c => new Factor(c.Number("factor"), isWritten: true)) };
        LayerContract.Verify(() => new Factor(2, isWritten: true), [7], options);
    }

    [Test]
    public void ShapesAreChecked()
    {
        Assert.That(
            () => LayerContract.Verify(() => new Honest(), [7], new LayerContractOptions { Output = [5] }),
            Throws.TypeOf<LayerContractException>().With.Message.EqualTo("honest (Honest): expected the output [n, 5], got [n, 7]."));
        Assert.That(
            () => LayerContract.Verify(() => new Honest(), [7], new LayerContractOptions { WrongInputs = [[5, 3]] }),
            Throws.TypeOf<LayerContractException>().With.Message.EqualTo(
                "honest (Honest): expected to refuse inputs [n, 5, 3] with a ShapeException, got none."));
        Assert.That(
            () => LayerContract.Verify(
                () => new Honest(), [7], new LayerContractOptions { WrongInputs = [[5], [5]], WrongInputMessage = "No." }),
            Throws.TypeOf<LayerContractException>().With.Message.EqualTo(
                "honest (Honest): expected to refuse [n, 5], [n, 5] with \"No.\", got \"honest (Honest): expected one input, got 2.\"."));
        Assert.That(
            () => LayerContract.Verify(() => new CustomDropout(0.5), [7], new LayerContractOptions { IsSameInAllPhases = true }),
            Throws.TypeOf<LayerContractException>().With.Message.StartsWith(
                "custom_dropout (CustomDropout): in training and in inference: expected the same bits"));
    }

    [Test]
    public void TheGradientCheckReportsTheWorstElementWithBothNumbers()
    {
        GradientReport report = GradientCheck.Run(new OneWeightsGradientOffByOnePartInAMillion(), [7]);
        Assert.That(report.Passed, Is.False);
        Assert.That(report.Worst, Is.EqualTo("weights [2]"));
        Assert.That(report.RelativeError, Is.InRange(4e-7, 5e-7));
        Assert.That(report.Analytic / report.Numeric, Is.EqualTo(1 - 1e-6).Within(1e-9));
        Assert.That(report.Excess, Is.InRange(40, 51));
        Assert.That(report.ThrowIfFailed, Throws.TypeOf<LayerContractException>().With.Message.EqualTo(report.ToString()));
    }

    [Test]
    public void TheGradientCheckPassesTheSameLayerUnbroken()
    {
        GradientReport report = GradientCheck.Run(new Honest(), [7]);
        Assert.That(report.Passed, report.ToString());
        Assert.That(report.Elements, Is.EqualTo((3 * 7) + 7));
        Assert.That(report.Excess, Is.LessThan(0.1));
        Assert.That(report.ThrowIfFailed, Throws.Nothing);
    }

    [Test]
    public void TheGradientCheckWantsDouble() => Assert.That(
        () => GradientCheck.Run(new Sequential(new Input(7), new Honest())),
        Throws.ArgumentException.With.Message.EqualTo(
            "GradientCheck: expected a model of Double precision, got one of Single precision. "
            + "Float cannot show an error below half a percent."));

    [Test]
    public void TheGradientCheckSaysWhereThereAreOnlyKinks()
    {
        GradientReport report = GradientCheck.Run(
            new Activation(Engine.Activations.ActivationFunction.ReLU), [7], new GradientCheckOptions { FillInput = (_, _, x) => x.Fill(5e-4) });
        Assert.That(report.ToString(), Does.EndWith("expected a point off the kinks, found none in 30 attempts."));
    }

    private static TestCaseData Case(Func<Layer> make, params string[] texts) =>
        new TestCaseData(make, texts).SetArgDisplayNames(make().Kind);
}
