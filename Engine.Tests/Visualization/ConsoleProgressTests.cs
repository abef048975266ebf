using Engine.Visualization;

namespace Engine.Tests.Visualization;

public class ConsoleProgressTests
{
    private const string Finished = "loss 0.4120 accuracy 0.8710 val_loss 0.3010 val_accuracy 0.9120";

    [Test]
    public void RedirectedOutputIsOnePlainLineAnEpoch() => Assert.That(
        RunEpoch(isTerminal: false, width: 40), Is.EqualTo($"Epoch  3/20  79/79 0.4s 5.0ms/step  {Finished}\n"));

    [Test]
    public void TerminalIsRepaintedTenTimesASecondAtMost()
    {
        string[] paints = RunEpoch(isTerminal: true, width: 200).Split('\r')[1..];

        // One at the beginning, one every 100 ms of 79 steps of 5 ms each, one at the end.
        Assert.That(paints, Has.Length.EqualTo(1 + 3 + 1));
        Assert.That(paints[0], Is.EqualTo("Epoch  3/20   0/79 ────────── 0.0s"));
        Assert.That(paints[1], Is.EqualTo("Epoch  3/20  20/79 ━━──────── 0.1s 5.0ms/step 0.3s left  loss 0.4120 accuracy 0.8710"));
        Assert.That(paints[^1], Is.EqualTo($"Epoch  3/20  79/79 ━━━━━━━━━━ 0.4s 5.0ms/step  {Finished}\n"));
    }

    [Test]
    public void NarrowTerminalKeepsRunningLinesWithinItsWidth()
    {
        string[] paints = RunEpoch(isTerminal: true, width: 50).Split('\r')[1..];
        Assert.That(paints[..^1], Has.All.Length.LessThan(50));
        Assert.That(paints[^1], Does.EndWith(Finished + "\n").And.Not.Contain("━"));
    }

    [Test]
    public void PaintingAllocatesNothing()
    {
        var time = new ManualTime();
        var progress = new ConsoleProgress(TextWriter.Null, isTerminal: true, isUnicode: true, () => 100, time);
        TrainingState training = MakeState();
        progress.OnEpochBegin(training);
        for (int warmUp = 0; warmUp < 2; warmUp++)
            PaintOnce();
        long before = GC.GetAllocatedBytesForCurrentThread();
        PaintOnce();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void PaintOnce()
        {
            training.Step++;
            time.Milliseconds += 200;
            progress.OnStepEnd(training);
        }
    }

    [Test]
    public void CancelledEpochEndsItsLine()
    {
        var writer = new StringWriter { NewLine = "\n" };
        var progress = new ConsoleProgress(writer, isTerminal: true, isUnicode: false, () => 100, new ManualTime());
        progress.OnEpochBegin(MakeState());
        progress.OnTrainEnd(MakeState());
        Assert.That(writer.ToString(), Is.EqualTo("\rEpoch  3/20   0/79 ---------- 0.0s\n"));
    }

    [TestCase(false, null, "xterm", true)]
    [TestCase(true, null, "xterm", false)]
    [TestCase(false, "true", "xterm", false)]
    [TestCase(false, "false", null, true)]
    [TestCase(false, null, "dumb", false)]
    public void TerminalIsRecognized(bool isRedirected, string? ci, string? term, bool expected) => Assert.That(
        TerminalInfo.Decide(isRedirected, name => name == "CI" ? ci : name == "TERM" ? term : null), Is.EqualTo(expected));

    [TestCase(0.04, "0.0s")]
    [TestCase(9.96, "10s")]
    [TestCase(185, "3m05s")]
    [TestCase(3725, "1h02m")]
    public void DurationsAreReadable(double seconds, string expected)
    {
        var line = new LineBuffer();
        line.AppendDuration(seconds);
        var writer = new StringWriter();
        line.WriteTo(writer);
        Assert.That(writer.ToString(), Is.EqualTo(expected));
    }

    private static string RunEpoch(bool isTerminal, int width)
    {
        var writer = new StringWriter { NewLine = "\n" };
        var time = new ManualTime();
        var progress = new ConsoleProgress(writer, isTerminal, isUnicode: true, () => width, time);
        TrainingState training = MakeState();
        progress.OnTrainBegin(training);
        progress.OnEpochBegin(training);
        for (training.Step = 1; training.Step <= training.StepsPerEpoch; training.Step++)
        {
            time.Milliseconds += 5;
            progress.OnStepEnd(training);
        }

        training.Step = training.StepsPerEpoch;
        training.History.Add("loss", 0.412);
        training.History.Add("accuracy", 0.871);
        training.History.Add("val_loss", 0.301);
        training.History.Add("val_accuracy", 0.912);
        progress.OnEpochEnd(training);
        progress.OnTrainEnd(training);
        return writer.ToString();
    }

    private static TrainingState MakeState() => new(
        new Sequential(new Input(2), new Engine.Layers.Flatten()), epochs: 20, stepsPerEpoch: 79, history: new History())
    {
        Epoch = 3,
        MetricNames = ["loss", "accuracy"],
        Values = [0.412, 0.871],
    };

    private sealed class ManualTime : TimeProvider
    {
        public long Milliseconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;
    }
}
