using Engine.Tuning;

namespace Engine.Tests.Tuning;

public sealed class SweepTests
{
    [Test]
    public void A_grid_takes_all_combinations_the_last_parameter_fastest()
    {
        Sweep sweep = new(seed: 7)
        {
            Parameters = { SweepParameter.Values("rate", 0.1, 0.5), SweepParameter.Values("kind", "a", "b"), SweepParameter.Integer("units", 2, 4) },
            Repeats = 2,
        };

        SweepResult result = sweep.Run(Numbers);

        Assert.That(result.Points.Select(point => point.ToString()), Is.EqualTo(new[]
        {
            "rate 0.1, kind a, units 2", "rate 0.1, kind a, units 3", "rate 0.1, kind a, units 4",
            "rate 0.1, kind b, units 2", "rate 0.1, kind b, units 3", "rate 0.1, kind b, units 4",
            "rate 0.5, kind a, units 2", "rate 0.5, kind a, units 3", "rate 0.5, kind a, units 4",
            "rate 0.5, kind b, units 2", "rate 0.5, kind b, units 3", "rate 0.5, kind b, units 4",
        }));
        Assert.That(result.Trials.Select(trial => (trial.Point, trial.Repeat, trial.Seed)), Is.EqualTo(
            Enumerable.Range(0, 24).Select(i => (i / 2, i % 2, 7ul + (ulong)(i % 2)))));
        Assert.That((result.ParameterNames, result.MetricNames), Is.EqualTo((new[] { "rate", "kind", "units" }, new[] { "sum", "seed" })));
        Assert.That(result.Trials[13].Metrics, Is.EqualTo(new Dictionary<string, double> { ["sum"] = 0.5 + 1 + 2, ["seed"] = 8 }));
    }

    [Test]
    public void Mean_and_standard_error_are_over_the_seeds()
    {
        SweepResult result = new Sweep(seed: 1) { Parameters = { SweepParameter.Values("x", 10, 20) }, Repeats = 3 }
            .Run(trial => new TrialResult(("y", trial["x"] + (trial.Repeat * trial.Repeat))));

        // 0, 1, 4: mean 5/3, deviation √(((5/3)² + (2/3)² + (7/3)²) / 2) = √(13/3).
        Assert.That(result.Points[1].Mean("y"), Is.EqualTo(20 + (5.0 / 3)).Within(1e-14));
        Assert.That(result.Points[1].StandardError("y"), Is.EqualTo(Math.Sqrt(13.0 / 3 / 3)).Within(1e-14));
        Assert.That(result.Best("y").Index, Is.Zero);
        Assert.That(result.Best("y", maximize: true).Index, Is.EqualTo(1));
        Assert.That(() => result.Points[0].Mean("z"), Throws.TypeOf<KeyNotFoundException>().With.Message.EqualTo(
            "SweepResult: expected one of y, got 'z'."));
    }

    [Test]
    public void A_single_seed_has_no_error_and_NaN_is_never_the_best()
    {
        SweepResult result = new Sweep { Parameters = { SweepParameter.Values("x", 1, 2, 3) } }
            .Run(trial => new TrialResult(("accuracy", trial["x"] == 3 ? double.NaN : trial["x"])));

        Assert.That(result.Points[0].StandardError("accuracy"), Is.NaN);
        Assert.That(result.Best("accuracy")["x"], Is.EqualTo(2));
        Assert.That(
            () => new Sweep { Parameters = { SweepParameter.Values("x", 1) } }.Run(_ => new TrialResult(("y", double.NaN))).Best("y"),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "SweepResult: expected a number as y of some combination, got NaN for all."));
    }

    [Test]
    public void A_random_search_draws_from_its_ranges()
    {
        Sweep sweep = Random(trials: 400);
        SweepResult result = sweep.Run(trial => new TrialResult(("y", 0)));

        double[] Of(string name) => [.. result.Points.Select(point => point.Values[name].Number)];
        Assert.That(Of("uniform"), Is.All.InRange(-2, 3));
        Assert.That(Of("log"), Is.All.InRange(1e-4, 1));
        Assert.That(Of("integer").Distinct().Order(), Is.EqualTo(new[] { 3.0, 4, 5 }));
        Assert.That(result.Points.Select(point => point.Values["kind"].ToString()).Distinct().Order(), Is.EqualTo(new[] { "a", "b" }));

        // Four standard errors: of a uniform number on a range of 5, of a logarithm on a range of ln 10⁴, of a coin.
        double few = 4 / Math.Sqrt(400 * 12);
        Assert.That(Of("uniform").Average(), Is.EqualTo(0.5).Within(5 * few));
        Assert.That(Of("log").Average(Math.Log10), Is.EqualTo(-2).Within(4 * few));
        Assert.That(Of("integer").Average(), Is.EqualTo(4).Within(3 * few));
        Assert.That(result.Points.Count(point => point.Values["kind"].ToString() == "a"), Is.EqualTo(200).Within(40));

        // Each parameter draws for itself: the correlation of independent numbers, within four standard errors.
        Assert.That(
            Of("uniform").Zip(Of("log"), (u, log) => (u - 0.5) / Math.Sqrt(25.0 / 12) * (Math.Log10(log) + 2) / Math.Sqrt(16.0 / 12)).Average(),
            Is.EqualTo(0).Within(4 / Math.Sqrt(400)));
        Assert.That(result.Points.Select(point => (point.Values["uniform"], point.Values["log"])).Distinct().Count(), Is.EqualTo(400));
    }

    [Test]
    public void More_trials_of_a_random_search_begin_with_the_same()
    {
        string[] Points(Sweep sweep) => [.. sweep.Run(trial => new TrialResult(("y", 0))).Points.Select(point => point.ToString())];

        Assert.That(Points(Random(5)), Is.EqualTo(Points(Random(9))[..5]));
        Assert.That(Points(Random(5)), Is.Not.EqualTo(Points(Random(5, seed: 2))));
    }

    [Test]
    public void The_result_does_not_depend_on_how_many_run_at_once()
    {
        // The later a trial the sooner it ends.
        string Csv(int threads)
        {
            SweepResult result = Random(12).Run(
                trial =>
                {
                    double y = trial["uniform"];
                    for (int i = 0; i < (12 - trial.Point) * 20_000; i++)
                    {
                        y = Math.Sin(y + trial.Seed);
                    }

                    return new TrialResult(("y", y));
                },
                new SweepOptions { DegreeOfParallelism = threads });
            return string.Join('\n', result.ToCsv().Split('\n').Select(line => line[..Math.Max(0, line.LastIndexOf(','))]));
        }

        Assert.That(Csv(4), Is.EqualTo(Csv(1)));
        Assert.That(Csv(1), Does.StartWith("point,repeat,seed,uniform,log,integer,kind,y\n0,0,1,"));
    }

    [Test]
    public void Progress_is_told_of_every_trial()
    {
        Recorder recorder = new();
        new Sweep { Parameters = { SweepParameter.Values("x", 1, 2, 3) }, Repeats = 2 }.Run(
            Numbers, new SweepOptions { Progress = recorder, DegreeOfParallelism = 2 });

        Assert.That(recorder.Reports.Select(report => (report.Finished, report.Resumed, report.Total)), Is.EqualTo(
            Enumerable.Range(0, 7).Select(i => (i, 0, 6))));
        Assert.That(recorder.Reports.Skip(1).Select(report => report.Last!.ToString()), Is.EquivalentTo(
            (string[])["x 1, seed 0", "x 1, seed 1", "x 2, seed 0", "x 2, seed 1", "x 3, seed 0", "x 3, seed 1"]));
        Assert.That((recorder.Reports[0].Last, recorder.Reports[0].Remaining), Is.EqualTo(((TrialRecord?)null, (TimeSpan?)null)));
        Assert.That(recorder.Reports[^1].Remaining, Is.EqualTo(TimeSpan.Zero));
        Assert.That(new SweepProgress(3, 1, 9, null, TimeSpan.FromSeconds(8)).Remaining, Is.EqualTo(TimeSpan.FromSeconds(24)));
    }

    [Test]
    public void A_trial_that_fails_ends_the_sweep_and_is_named()
    {
        int begun = 0;
        Sweep sweep = new(seed: 5) { Parameters = { SweepParameter.Values("x", 1, 2, 3, 4) } };

        Assert.That(
            () => sweep.Run(
                trial =>
                {
                    begun++;
                    return trial["x"] == 2 ? throw new ArithmeticException("It diverged.") : new TrialResult(("y", 1));
                },
                new SweepOptions { DegreeOfParallelism = 1 }),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "Sweep: expected every trial to give its numbers, got an error from x 2, seed 5: It diverged.")
                .And.InnerException.TypeOf<ArithmeticException>());
        Assert.That(begun, Is.EqualTo(2));
    }

    [Test]
    public void A_trial_that_fails_cancels_the_others()
    {
        using ManualResetEventSlim isSecondRunning = new();
        bool wasCancelled = false;

        Assert.That(
            () => new Sweep { Parameters = { SweepParameter.Values("x", 1, 2) } }.Run(
                trial =>
                {
                    if (trial["x"] == 1)
                    {
                        isSecondRunning.Wait();
                        throw new ArithmeticException("It diverged.");
                    }

                    isSecondRunning.Set();

                    // The minute is for a sweep that does not cancel: it fails then, rather than to hang.
                    wasCancelled = trial.CancellationToken.WaitHandle.WaitOne(TimeSpan.FromMinutes(1));
                    trial.CancellationToken.ThrowIfCancellationRequested();
                    return new TrialResult(("y", 1));
                },
                new SweepOptions { DegreeOfParallelism = 2 }),
            Throws.InvalidOperationException.With.Message.EndsWith("got an error from x 1, seed 0: It diverged."));
        Assert.That(wasCancelled);
    }

    [Test]
    public void All_trials_give_the_same_numbers() => Assert.That(
        () => new Sweep { Parameters = { SweepParameter.Values("x", 1, 2) } }.Run(
            trial => new TrialResult((trial["x"] == 1 ? "y" : "z", 1)), new SweepOptions { DegreeOfParallelism = 1 }),
        Throws.InvalidOperationException.With.Message.EqualTo(
            "Sweep: expected every trial to give its numbers, got an error from x 2, seed 0: "
            + "expected the numbers y, as from the other trials, got z."));

    [Test]
    public void Trials_give_their_values()
    {
        Trial? seen = null;
        new Sweep(seed: 3) { Parameters = { SweepParameter.Values("x", 1.5), SweepParameter.Values("n", 4), SweepParameter.Values("kind", "a") } }
            .Run(trial => new TrialResult(("y", (seen = trial).Seed)));

        Assert.That((seen!["x"], seen.Integer("n"), seen.Text("kind"), seen.Text("x")), Is.EqualTo((1.5, 4, "a", "1.5")));
        Assert.That((seen.DegreeOfParallelism, seen.Seed, seen.ToString()), Is.EqualTo((1, 3ul, "x 1.5, n 4, kind a, seed 3")));
        Assert.That(() => seen["kind"], Throws.InvalidOperationException.With.Message.EqualTo(
            "Trial: expected 'kind' to be a number, got the text 'a'. Ask for it by Text."));
        Assert.That(() => seen.Integer("x"), Throws.InvalidOperationException.With.Message.EqualTo(
            "Trial: expected 'x' to be a whole number, got 1.5."));
        Assert.That(() => seen["z"], Throws.TypeOf<KeyNotFoundException>().With.Message.EqualTo("Trial: expected one of x, n, kind, got 'z'."));
    }

    [Test]
    public void Texts_with_commas_are_quoted_in_the_CSV()
    {
        string csv = new Sweep { Parameters = { SweepParameter.Values("kind", "a, \"b\"", "c") } }.Run(trial => new TrialResult(("y", 0.5))).ToCsv();

        Assert.That(csv, Does.StartWith("point,repeat,seed,kind,y,seconds\n0,0,0,\"a, \"\"b\"\"\",0.5,").And.Contain("\n1,0,0,c,0.5,"));
    }

    [Test]
    public void Errors_say_what_was_expected()
    {
        AssertThrows<ArgumentException>(() => new Sweep().Run(Numbers), "Sweep: expected at least one parameter, got none. Add one to Parameters.");
        AssertThrows<ArgumentException>(
            () => new Sweep { Parameters = { SweepParameter.Values("x", 1), SweepParameter.Values("x", 2) } }.Run(Numbers),
            "Sweep: expected parameters of different names, got 'x' 2 times.");
        AssertThrows<ArgumentException>(
            () => new Sweep { Parameters = { SweepParameter.LogUniform("x", 0.5, 1) } }.Run(Numbers),
            "Sweep: expected values for a grid, got a range for x: from 0.5 to 1, logarithmic. "
            + "Set Trials to draw that many combinations at random.");
        AssertThrows<ArgumentOutOfRangeException>(
            () => new Sweep { Parameters = { SweepParameter.Values("x", 1) }, Repeats = 0 }.Run(Numbers),
            "Sweep: expected Repeats to be at least 1, got 0.");
        AssertThrows<ArgumentOutOfRangeException>(() => Random(0).Run(Numbers), "Sweep: expected Trials to be at least 1, got 0.");
        AssertThrows<ArgumentException>(
            () => SweepParameter.Values("x", Array.Empty<double>()), "SweepParameter 'x': expected at least one value, got none.");
        AssertThrows<ArgumentException>(
            () => SweepParameter.Values("x", 1, 2, 1),
            "SweepParameter 'x': expected each value once, got 1 2 times. Set Repeats to try the same values with several seeds.");
        AssertThrows<ArgumentOutOfRangeException>(
            () => SweepParameter.Uniform("x", 1, 1), "SweepParameter 'x': expected a finite range with max above min, got 1 to 1.");
        AssertThrows<ArgumentOutOfRangeException>(
            () => SweepParameter.LogUniform("x", 0, 1), "SweepParameter 'x': expected min to be a finite number above 0, got 0.");
        AssertThrows<ArgumentOutOfRangeException>(
            () => SweepParameter.Integer("x", 3, 2), "SweepParameter 'x': expected max to be at least min, 3, got 2.");
        AssertThrows<ArgumentOutOfRangeException>(
            () => SweepParameter.Values("x", double.NaN), "SweepValue: expected a finite number, got NaN.");
        AssertThrows<ArgumentException>(() => new TrialResult(), "TrialResult: expected at least one number, got none.");
        AssertThrows<ArgumentException>(() => new TrialResult(("y", 1), ("y", 2)), "TrialResult: expected different names, got 'y' twice.");
    }

    internal static Sweep Random(int trials, ulong seed = 1) => new(seed)
    {
        Parameters =
        {
            SweepParameter.Uniform("uniform", -2, 3), SweepParameter.LogUniform("log", 1e-4, 1), SweepParameter.Integer("integer", 3, 5),
            SweepParameter.Values("kind", "a", "b"),
        },
        Trials = trials,
    };

    private static TrialResult Numbers(Trial trial) => new(
        ("sum", trial.Values.Values.Sum(value => value.IsText ? value.ToString()[0] - 'a' + 1 : value.Number)), ("seed", trial.Seed));

    private static void AssertThrows<T>(Func<object> code, string message)
        where T : Exception =>
        Assert.That(code, Throws.TypeOf<T>().With.Message.StartsWith(message));

    internal sealed class Recorder : IProgress<SweepProgress>
    {
        public List<SweepProgress> Reports { get; } = [];

        public void Report(SweepProgress value) => Reports.Add(value);
    }
}
