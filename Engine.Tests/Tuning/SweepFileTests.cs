using Engine.Tuning;

namespace Engine.Tests.Tuning;

/// <summary>A sweep that is stopped and started again.</summary>
public sealed class SweepFileTests
{
    [Test]
    public void A_cancelled_sweep_goes_on_where_it_stopped()
    {
        using TempFolder folder = new();
        string path = folder.File("sub/sweep.jsonl");
        using CancellationTokenSource source = new();
        List<string> begun = [];

        Assert.That(
            () => Make().Run(
                trial =>
                {
                    begun.Add(trial.ToString());
                    if (begun.Count == 4)
                    {
                        source.Cancel();
                    }

                    trial.CancellationToken.ThrowIfCancellationRequested();
                    return Measure(trial);
                },
                new SweepOptions { ResultsFile = path, DegreeOfParallelism = 1, CancellationToken = source.Token }),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(File.ReadAllLines(path), Has.Length.EqualTo(1 + 3));

        int repeated = 0;
        SweepTests.Recorder recorder = new();
        SweepResult result = Make().Run(
            trial =>
            {
                Interlocked.Increment(ref repeated);
                return Measure(trial);
            },
            new SweepOptions { ResultsFile = path, Progress = recorder });

        Assert.That(repeated, Is.EqualTo(6 - 3));
        Assert.That((recorder.Reports[0].Finished, recorder.Reports[0].Resumed), Is.EqualTo((3, 3)));
        AssertSame(result, Make().Run(Measure));
        AssertSame(Make().Run(_ => throw new InvalidOperationException("Nothing is left to run."), new SweepOptions { ResultsFile = path }), result);
    }

    // A kill may leave any part of the last line, the first one included.
    [Test]
    public void A_file_cut_short_anywhere_is_gone_on_with()
    {
        using TempFolder folder = new();
        SweepResult whole = Make().Run(Measure, new SweepOptions { ResultsFile = folder.File("whole"), DegreeOfParallelism = 1 });
        byte[] bytes = File.ReadAllBytes(folder.File("whole"));
        for (int length = 0; length <= bytes.Length; length += 31)
        {
            string path = folder.Write("cut", bytes[..length]);
            int trials = Math.Max(0, bytes.AsSpan(0, length).Count((byte)'\n') - 1), run = 0;
            SweepResult result = Make().Run(
                trial =>
                {
                    run++;
                    return Measure(trial);
                },
                new SweepOptions { ResultsFile = path, DegreeOfParallelism = 1 });

            Assert.That(run, Is.EqualTo(6 - trials), $"cut at {length}");
            AssertSame(result, whole);
            Assert.That(File.ReadAllLines(path).Select(WithoutSeconds), Is.EqualTo(File.ReadAllLines(folder.File("whole")).Select(WithoutSeconds)));
        }
    }

    [Test]
    public void The_file_is_lines_of_JSON()
    {
        using TempFolder folder = new();
        new Sweep(seed: 4)
        {
            Parameters = { SweepParameter.Values("rate", 0.25), SweepParameter.Values("µ", "ä\"b") },
            Settings = { ["epochs"] = 3, ["data"] = "digits" },
        }.Run(
            trial => new TrialResult(("accuracy", 0.1 + 0.2), ("loss", double.NaN), ("most", double.PositiveInfinity)),
            new SweepOptions { ResultsFile = folder.File("sweep") });

        string[] lines = File.ReadAllLines(folder.File("sweep"));
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Is.EqualTo(
            """{"sweep":1,"seed":4,"search":"grid","parameters":[{"name":"rate","values":[0.25]},{"name":"µ","values":["ä\"b"]}],"se"""
            + """ttings":{"epochs":3,"data":"digits"}}"""));
        Assert.That(WithoutSeconds(lines[1]), Is.EqualTo(
            """{"point":0,"repeat":0,"seed":4,"values":{"rate":0.25,"µ":"ä\"b"},"me"""
            + """trics":{"accuracy":0.30000000000000004,"loss":"NaN","most":"Infinity"},"seconds":"""));
    }

    [Test]
    public void More_repeats_and_more_trials_go_on_from_the_same_file()
    {
        using TempFolder folder = new();
        int run = 0;
        TrialResult Count(Trial trial)
        {
            run++;
            return new TrialResult(("y", trial["uniform"]));
        }

        SweepOptions options = new() { ResultsFile = folder.File("sweep"), DegreeOfParallelism = 1 };
        SweepTests.Random(3).Run(Count, options);
        SweepResult longer = SweepTests.Random(5).Run(Count, options);

        Assert.That((run, longer.Trials.Count), Is.EqualTo((5, 5)));
        Assert.That(longer.Trials.Select(trial => trial.Metrics["y"]), Is.EqualTo(longer.Trials.Select(trial => trial.Values["uniform"].Number)));
        Assert.That(SweepTests.Random(2).Run(Count, options).Trials, Has.Count.EqualTo(2));
        Assert.That(run, Is.EqualTo(5));
    }

    [Test]
    public void Another_sweeps_file_is_refused_and_stays_as_it_was()
    {
        using TempFolder folder = new();
        string path = folder.File("sweep");
        Make().Run(Measure, new SweepOptions { ResultsFile = path });
        byte[] before = File.ReadAllBytes(path);

        AssertRefused(path, new Sweep(seed: 4) { Parameters = { SweepParameter.Values("x", 1, 2, 3) }, Settings = { ["epochs"] = 5 } }, "seed 4, got 3. ");
        AssertRefused(
            path,
            new Sweep(seed: 3) { Parameters = { SweepParameter.Values("x", 1, 2) }, Settings = { ["epochs"] = 5 } },
            """parameters [{"name":"x","values":[1,2]}], got [{"name":"x","values":[1,2,3]}]. """);
        AssertRefused(
            path,
            new Sweep(seed: 3) { Parameters = { SweepParameter.Values("x", 1, 2, 3) }, Settings = { ["epochs"] = 6 } },
            """settings {"epochs":6}, got {"epochs":5}. """);
        AssertRefused(
            path,
            new Sweep(seed: 3) { Parameters = { SweepParameter.Values("x", 1, 2, 3) }, Settings = { ["epochs"] = 5 }, Trials = 2 },
            "search \"random\", got \"grid\". ");
        Assert.That(File.ReadAllBytes(path), Is.EqualTo(before));

        folder.Write("text", "Something else"u8.ToArray());
        Assert.That(() => Make().Run(Measure, new SweepOptions { ResultsFile = folder.File("text") }), Throws.TypeOf<InvalidDataException>()
            .With.Message.EqualTo($"{folder.File("text")}: expected the results of a sweep, got another file. Give another path."));
        folder.Write("lines", "[1]\n"u8.ToArray());
        Assert.That(() => Make().Run(Measure, new SweepOptions { ResultsFile = folder.File("lines") }), Throws.TypeOf<InvalidDataException>()
            .With.Message.Contains("expected the results of this sweep, with sweep 1, got none. "));
    }

    [Test]
    public void A_damaged_line_is_named()
    {
        using TempFolder folder = new();
        string path = folder.File("sweep");
        Make().Run(Measure, new SweepOptions { ResultsFile = path, DegreeOfParallelism = 1 });
        string[] lines = File.ReadAllLines(path);
        lines[2] = lines[2].Replace("\"repeat\"", "\"again\"", StringComparison.Ordinal);
        File.WriteAllText(path, string.Join('\n', lines) + "\n");

        Assert.That(() => Make().Run(Measure, new SweepOptions { ResultsFile = path }), Throws.TypeOf<InvalidDataException>()
            .With.Message.StartsWith($"{path}: line 3 is damaged: ")
            .And.Message.EndsWith("Mend the line, or delete it to run its trial again."));
    }

    [Test]
    public void A_failure_tells_where_the_rest_is()
    {
        using TempFolder folder = new();
        string path = folder.File("sweep");

        Assert.That(
            () => Make().Run(
                trial => trial["x"] == 2 ? throw new ArithmeticException("It diverged.") : Measure(trial),
                new SweepOptions { ResultsFile = path, DegreeOfParallelism = 1 }),
            Throws.InvalidOperationException.With.Message.EndsWith($"x 2, seed 3: It diverged. What was finished before is in {path}."));
        Assert.That(File.ReadAllLines(path), Has.Length.EqualTo(1 + 2));
    }

    private static Sweep Make() => new(seed: 3)
    {
        Parameters = { SweepParameter.Values("x", 1, 2, 3) },
        Repeats = 2,
        Settings = { ["epochs"] = 5 },
    };

    // Thirds have no short decimal form: what comes back from the file must be the very bits.
    private static TrialResult Measure(Trial trial) => new(("y", trial["x"] / 3), ("z", trial["x"] == 2 ? double.NaN : trial.Seed / 7.0));

    private static string WithoutSeconds(string line) =>
        line.Contains("\"seconds\":", StringComparison.Ordinal) ? line[..(line.IndexOf("\"seconds\":", StringComparison.Ordinal) + 10)] : line;

    private static void AssertSame(SweepResult actual, SweepResult expected) => Assert.That(
        actual.Trials.Select(trial => (trial.ToString(), trial.Metrics["y"], trial.Metrics["z"])),
        Is.EqualTo(expected.Trials.Select(trial => (trial.ToString(), trial.Metrics["y"], trial.Metrics["z"]))));

    private static void AssertRefused(string path, Sweep sweep, string difference) => Assert.That(
        () => sweep.Run(Measure, new SweepOptions { ResultsFile = path }),
        Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{path}: expected the results of this sweep, with {difference}Give another path, or delete the file to begin anew."));
}
