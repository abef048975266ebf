using Engine.Tuning;
using Engine.Visualization;

namespace Engine.Tests.Visualization;

public sealed class SweepViewsTests
{
    [Test]
    public void A_table_has_a_row_for_each_combination()
    {
        StringWriter writer = new() { NewLine = "\n" };
        Make(repeats: 2).ToTable(("accuracy", "test accuracy", "P1"), ("gap", "gap", "F3")).Write(writer, isTerminal: false);

        Assert.That(writer.ToString(), Is.EqualTo("""
            rate  kind    test accuracy            gap  seeds
            ----  ----  ---------------  -------------  -----
             0.1  a     50.0 % ± 10.0 %  0.100 ± 0.000      2
             0.1  b     70.0 % ± 10.0 %  0.200 ± 0.000      2
             0.5  a     50.0 % ± 10.0 %  0.500 ± 0.000      2
             0.5  b     70.0 % ± 10.0 %  0.600 ± 0.000      2

            """));
        writer.GetStringBuilder().Clear();
        Make(repeats: 1).ToTable().Write(writer, isTerminal: false);
        Assert.That(writer.ToString(), Does.StartWith("""
            rate  kind  accuracy     gap  seeds
            ----  ----  --------  ------  -----
             0.1  a       0.4000  0.1000      1
            """));
    }

    [Test]
    public void A_chart_has_a_line_for_each_metric_and_combination_of_the_others()
    {
        Chart chart = Make(repeats: 2).ToChart("rate", ["accuracy", "gap"]);
        LinesPanel panel = (LinesPanel)chart.Panels[0];

        Assert.That(panel.Curves.Select(curve => curve.Label), Is.EqualTo(
            from name in new[] { "a: accuracy", "a: gap", "b: accuracy", "b: gap" } select $"{name} (± standard error)"));
        Assert.That(panel.Curves[3].X, Is.EqualTo(new[] { 0.1, 0.5 }));
        Assert.That(panel.Curves[3].Y, Is.EqualTo(new[] { 0.2, 0.6 }).Within(1e-15));
        Assert.That((panel.Title, panel.YTitle), Is.EqualTo(("accuracy and gap against rate", "accuracy and gap")));
        (double[] low, double[] high) = panel.Curves[2].Band!.Value;
        Assert.That(low.Concat(high), Is.EqualTo(new[] { 0.6, 0.6, 0.8, 0.8 }).Within(1e-15));
        Curve single = ((LinesPanel)Make(repeats: 1).ToChart("rate", ["gap"]).Panels[0]).Curves[0];
        Assert.That((single.Label, single.Band), Is.EqualTo(("a", ((double[], double[])?)null)));
        Assert.That(() => Make(1).ToChart("kind", ["gap"]), Throws.ArgumentException.With.Message.StartsWith(
            "SweepResult.ToChart: expected numbers to draw over, got 'a' for 'kind'. Use ToTable, or draw over another parameter."));
        Assert.That(() => Make(1).ToChart("x", ["gap"]), Throws.TypeOf<KeyNotFoundException>().With.Message.EqualTo(
            "SweepResult: expected one of rate, kind, got 'x'."));
    }

    [Test]
    public void A_random_search_is_points()
    {
        SweepResult result = new Sweep
        {
            Parameters = { SweepParameter.Uniform("rate", 0, 1), SweepParameter.Values("kind", "a", "b") },
            Trials = 4,
        }.Run(trial => new TrialResult(("accuracy", trial["rate"])));
        LinesPanel panel = (LinesPanel)result.ToChart("rate", ["accuracy"]).Panels[0];

        Assert.That(panel.Curves.Single().IsConnected, Is.False);
        Assert.That(panel.Curves[0].Y, Is.EqualTo(panel.Curves[0].X).And.Ordered.And.Length.EqualTo(4));
    }

    [Test]
    public void Progress_is_a_line_a_trial()
    {
        StringWriter writer = new() { NewLine = "\n" };
        ConsoleSweepProgress progress = new(writer, isTerminal: false, isUnicode: true, () => 80);
        Report(progress);

        Assert.That(writer.ToString(), Is.EqualTo(
            "2 of 12 trials were done before.\n 3/12  rate 0.3, seed 2  4.1s  accuracy 0.9712 gap 2.10e-04\n"));
    }

    [Test]
    public void Progress_prints_the_metrics_that_are_asked_for()
    {
        StringWriter writer = new() { NewLine = "\n" };
        Report(new ConsoleSweepProgress(writer, isTerminal: false) { Metrics = ["gap", "loss"] });

        Assert.That(writer.ToString(), Does.EndWith(" 3/12  rate 0.3, seed 2  4.1s  gap 2.10e-04\n"));
    }

    [Test]
    public void A_terminal_has_a_bar_below()
    {
        StringWriter writer = new() { NewLine = "\n" };
        ConsoleSweepProgress progress = new(writer, isTerminal: true, isUnicode: true, () => 36);
        Report(progress);

        string[] paints = writer.ToString().Split('\n');
        Assert.That(paints[0], Is.EqualTo("2 of 12 trials were done before."));
        Assert.That(paints[1], Is.EqualTo(
            "━━━───────────────── 2/12 0.0s\r 3/12  rate 0.3, seed 2  4.1s  accuracy 0.9712 gap 2.10e-04"));
        Assert.That(paints[2], Is.EqualTo("━━━━━─────────────── 3/12 4.0s 36s "));
        writer.GetStringBuilder().Clear();
        progress.Report(new SweepProgress(12, 2, 12, Trial, TimeSpan.FromSeconds(40)));
        Assert.That(writer.ToString(), Does.StartWith("\r12/12  rate").And.EndWith("\n"));
    }

    private static TrialRecord Trial => new(
        0,
        0,
        2,
        new Dictionary<string, SweepValue> { ["rate"] = 0.3 },
        new Dictionary<string, double> { ["accuracy"] = 0.97123, ["gap"] = 2.1e-4 },
        4.06);

    private static void Report(ConsoleSweepProgress progress)
    {
        progress.Report(new SweepProgress(2, 2, 12, null, TimeSpan.Zero));
        progress.Report(new SweepProgress(3, 2, 12, Trial, TimeSpan.FromSeconds(4)));
    }

    private static SweepResult Make(int repeats) => new Sweep
    {
        Parameters = { SweepParameter.Values("rate", 0.1, 0.5), SweepParameter.Values("kind", "a", "b") },
        Repeats = repeats,
    }.Run(trial => new TrialResult(
        ("accuracy", (trial.Text("kind") == "a" ? 0.4 : 0.6) + (0.2 * trial.Repeat)), ("gap", trial["rate"] + (trial.Text("kind") == "a" ? 0 : 0.1))));
}
