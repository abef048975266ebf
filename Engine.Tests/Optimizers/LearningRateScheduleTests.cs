using Engine.Optimizers;

namespace Engine.Tests.Optimizers;

public sealed class LearningRateScheduleTests
{
    internal static readonly LearningRateSchedule[] All =
    [
        new ExponentialDecay(0.5, 4, 0.25), new ExponentialDecay(0.5, 4, 0.25, staircase: true),
        new PolynomialDecay(0.5, 8), new PolynomialDecay(0.5, 8, end: 0.1, power: 2), new PolynomialDecay(0.5, 8, cycle: true),
        new PiecewiseConstantDecay([3, 5], [0.5, 0.25, 0.125]), new PiecewiseConstantDecay([], [0.5]),
        new InverseTimeDecay(0.5, 4, 2), new InverseTimeDecay(0.5, 4, 2, staircase: true),
        new CosineDecay(0.5, 8), new CosineDecay(0.5, 8, alpha: 0.25), new CosineDecay(0.1, 8, 0.25, warmupTarget: 0.5, warmupSteps: 4),
        new CosineDecayRestarts(0.5, 4), new CosineDecayRestarts(0.5, 4, periodFactor: 1.5, rateFactor: 0.5, alpha: 0.1),
    ];

    // Keras's formulas by hand.
    private static IEnumerable<TestCaseData> ByHand()
    {
        double root = Math.Sqrt(0.5);

        // 0.5 · 0.25^(step / 4): a factor of √0.5 a step.
        yield return Case(new ExponentialDecay(0.5, 4, 0.25), (0, 0.5), (1, 0.5 * root), (2, 0.25), (4, 0.125), (6, 0.0625));
        yield return Case(new ExponentialDecay(0.5, 4, 0.25, staircase: true), (0, 0.5), (3, 0.5), (4, 0.125), (7, 0.125), (8, 0.03125));

        // 0.4 · (1 − step / 8)^p + 0.1; 0.1 from step 8 on.
        yield return Case(new PolynomialDecay(0.5, 8, end: 0.1), (0, 0.5), (2, 0.4), (4, 0.3), (8, 0.1), (9, 0.1), (1000, 0.1));
        yield return Case(new PolynomialDecay(0.5, 8, 0.1, power: 2), (0, 0.5), (4, 0.2), (6, 0.125), (8, 0.1));

        // In cycles 12 of 16 steps leave a quarter; the end of a cycle is its lowest point.
        yield return Case(
            new PolynomialDecay(0.5, 8, 0.1, cycle: true), (0, 0.5), (4, 0.3), (8, 0.1), (12, 0.2), (16, 0.1), (18, 0.2));
        yield return Case(new PolynomialDecay(1, 10), (10, 1e-4));

        // The update at a boundary has the rate before it.
        yield return Case(
            new PiecewiseConstantDecay([3, 5], [0.5, 0.25, 0.125]), (0, 0.5), (3, 0.5), (4, 0.25), (5, 0.25), (6, 0.125), (99, 0.125));

        // 0.5 / (1 + 2 · step / 4)
        yield return Case(new InverseTimeDecay(0.5, 4, 2), (0, 0.5), (1, 0.5 / 1.5), (2, 0.25), (4, 0.5 / 3));
        yield return Case(new InverseTimeDecay(0.5, 4, 2, staircase: true), (3, 0.5), (4, 0.5 / 3), (7, 0.5 / 3), (8, 0.1));

        // 0.5 · ½ (1 + cos(π step / 8)); a quarter of it stays where α = 0.25.
        yield return Case(
            new CosineDecay(0.5, 8), (0, 0.5), (2, 0.25 * (1 + root)), (4, 0.25), (6, 0.25 * (1 - root)), (8, 0), (50, 0));
        yield return Case(new CosineDecay(0.5, 8, alpha: 0.25), (0, 0.5), (4, 0.5 * 0.625), (8, 0.125), (50, 0.125));

        // A line from 0.1 to 0.5 in 4 steps, then the cosine from there in 8 more.
        yield return Case(
            new CosineDecay(0.1, 8, warmupTarget: 0.5, warmupSteps: 4), (0, 0.1), (1, 0.2), (3, 0.4), (4, 0.5), (8, 0.25), (12, 0), (50, 0));
        yield return Case(new CosineDecay(0.1, 8, warmupTarget: 0.5), (0, 0.5), (8, 0));

        // Periods of 4, 8, 16 steps begin at 0, 4, 12 and 28.
        yield return Case(
            new CosineDecayRestarts(0.5, 4), (0, 0.5), (2, 0.25), (4, 0.5), (8, 0.25), (12, 0.5), (20, 0.25), (28, 0.5), (60, 0.5));
        yield return Case(new CosineDecayRestarts(0.5, 4, periodFactor: 1), (3, 0.25 * (1 - root)), (4, 0.5), (6, 0.25), (400, 0.5));

        // Periods of 4, 12, 36, 108, 324 steps begin at 0, 4, 16, 52, 160 and 484, where log 243 / log 3 is 4.999999999999999.
        yield return Case(new CosineDecayRestarts(0.5, 4, periodFactor: 3), (16, 0.5), (52, 0.5), (160, 0.5), (106, 0.25), (484, 0.5));

        // The fourth period begins at 100 · (1 + 1.1 + 1.21) = 331, a sum that rounds above 3.31; the step before is at its end.
        yield return Case(
            new CosineDecayRestarts(0.5, 100, periodFactor: 1.1), (331, 0.5), (330, 0.25 * (1 - Math.Cos(Math.PI / 121))), (100, 0.5));

        // 0.5 · (0.9 · 0.5^i · ½ (1 + cos) + 0.1)
        yield return Case(
            new CosineDecayRestarts(0.5, 4, rateFactor: 0.5, alpha: 0.1), (0, 0.5), (2, 0.275), (4, 0.275), (8, 0.1625), (12, 0.1625));
    }

    [TestCaseSource(nameof(ByHand))]
    public void Follows_Kerass_formula(LearningRateSchedule schedule, (long Step, double Rate)[] rates)
    {
        foreach ((long step, double rate) in rates)
        {
            Assert.That(schedule.RateAt(step), Is.EqualTo(rate).Within(1e-15), $"{schedule} at {step}");
        }
    }

    [TestCaseSource(nameof(All))]
    public void Comes_back_from_its_name_and_parameters(LearningRateSchedule schedule)
    {
        var copy = LearningRateSchedule.FromName(schedule.Name, schedule.Parameters);

        Assert.That(copy.ToString(), Is.EqualTo(schedule.ToString()));
        for (long step = 0; step < 40; step++)
        {
            Assert.That(copy.RateAt(step), Is.EqualTo(schedule.RateAt(step)));
            Assert.That(schedule.RateAt(step), Is.InRange(0, 0.5), $"{schedule} at {step}");
        }
    }

    [Test]
    public void All_public_schedules_are_in_the_table() => Assert.That(
        typeof(LearningRateSchedule).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(LearningRateSchedule))),
        Is.EquivalentTo(All.Select(schedule => schedule.GetType()).Distinct()));

    // Ten million steps on, where a schedule of hours may be: finite, and no loop that takes long.
    [TestCaseSource(nameof(All))]
    public void Is_defined_far_out(LearningRateSchedule schedule) =>
        Assert.That(schedule.RateAt(10_000_000_000), Is.InRange(0, 0.5));

    [Test]
    public void Every_optimizer_takes_one()
    {
        CosineDecay schedule = new(0.5, 8);
        foreach (Optimizer optimizer in (Optimizer[])[new SGD(schedule, 0.9, true), new RMSprop(schedule, 0.8), new Adam(schedule, 0.8)])
        {
            Assert.That(optimizer.Schedule, Is.SameAs(schedule));
            Assert.That((optimizer.LearningRate, optimizer.LearningRateAt(0), optimizer.LearningRateAt(4)), Is.EqualTo((0.5, 0.5, 0.25)));
            Assert.That(optimizer.Parameters.Keys, Has.No.Member("learning_rate"));
            Assert.That(
                Optimizer.FromName(optimizer.Name, optimizer.Parameters, optimizer.Schedule).ToString(), Is.EqualTo(optimizer.ToString()));
            Assert.That(() => optimizer.LearningRate = 0.1, Throws.InvalidOperationException.With.Message.EqualTo(
                $"{optimizer.GetType().Name}: expected a learning rate of its own to be changed, got one that follows "
                + "cosine_decay(initial: 0.5, steps: 8, alpha: 0). "
                + "Make the optimizer with a number to change it by hand or by a callback."));
        }

        Assert.That(new SGD(schedule, 0.9).ToString(), Is.EqualTo(
            "sgd(momentum: 0.9, nesterov: 0, learning_rate: cosine_decay(initial: 0.5, steps: 8, alpha: 0))"));
        Assert.That(new SGD(0.1).LearningRateAt(99), Is.EqualTo(0.1));
    }

    [Test]
    public void Errors_say_what_was_expected()
    {
        AssertRange(() => new ExponentialDecay(-1, 4, 0.5), "ExponentialDecay: expected initial to be a finite number of at least 0, got -1.");
        AssertRange(() => new ExponentialDecay(1, 0, 0.5), "ExponentialDecay: expected steps to be at least 1, got 0.");
        AssertRange(() => new ExponentialDecay(1, 4, 0), "ExponentialDecay: expected decayRate to be a finite number above 0, got 0.");
        AssertRange(() => new PolynomialDecay(1, 4, end: -1), "PolynomialDecay: expected end to be a finite number of at least 0, got -1.");
        AssertRange(() => new PolynomialDecay(1, 4, power: 0), "PolynomialDecay: expected power to be a finite number above 0, got 0.");
        AssertRange(
            () => new InverseTimeDecay(1, 4, -2), "InverseTimeDecay: expected decayRate to be a finite number of at least 0, got -2.");
        AssertRange(() => new CosineDecay(1, 4, alpha: 1.5), "CosineDecay: expected alpha to be in [0, 1], got 1.5.");
        AssertRange(
            () => new CosineDecayRestarts(1, 4, periodFactor: 0.5),
            "CosineDecayRestarts: expected periodFactor to be a finite number of at least 1, got 0.5.");
        AssertRange(
            () => new PiecewiseConstantDecay([1], [1, double.NaN]),
            "PiecewiseConstantDecay: expected values to be a finite number of at least 0, got NaN.");
        Assert.That(() => new PiecewiseConstantDecay([1, 2], [1, 2]), Throws.ArgumentException.With.Message.StartsWith(
            "PiecewiseConstantDecay: expected one value more than boundaries, got 2 boundaries and 2 values. "
            + "Give the rate after the last boundary as well."));
        Assert.That(() => new PiecewiseConstantDecay([2, 2], [1, 2, 3]), Throws.ArgumentException.With.Message.StartsWith(
            "PiecewiseConstantDecay: expected boundaries that grow, got 2 after 2."));
        Assert.That(() => new CosineDecay(1, 4, warmupSteps: 2), Throws.ArgumentException.With.Message.StartsWith(
            "CosineDecay: expected a warmupTarget for 2 steps of warm-up, got none. "
            + "Give the rate to rise to as warmupTarget, and the one to begin with as initial."));
        Assert.That(() => LearningRateSchedule.FromName("linear"), Throws.ArgumentException.With.Message.EqualTo(
            "LearningRateSchedule: expected one of exponential_decay, polynomial_decay, piecewise_constant_decay, "
            + "inverse_time_decay, cosine_decay, cosine_decay_restarts, got 'linear'."));
        Assert.That(() => LearningRateSchedule.FromName("cosine_decay"), Throws.ArgumentException.With.Message.EqualTo(
            "LearningRateSchedule: expected parameter 'initial' for 'cosine_decay', got none."));
        Assert.That(
            () => LearningRateSchedule.FromName("cosine_decay", new Dictionary<string, double> { ["initial"] = 1, ["steps"] = 1.5 }),
            Throws.ArgumentException.With.Message.EqualTo(
                "LearningRateSchedule: expected parameter 'steps' of 'cosine_decay' to be a whole number, got 1.5."));
        Assert.That(
            () => Optimizer.FromName("sgd", new SGD(0.5).Parameters, new CosineDecay(1, 4)),
            Throws.ArgumentException.With.Message.EqualTo(
                "Optimizer: expected a learning rate or a schedule for 'sgd', got 0.5 and "
                + "cosine_decay(initial: 1, steps: 4, alpha: 0). Leave one out."));
        Assert.That(() => new SGD(new Falling()).LearningRateAt(3), Throws.InvalidOperationException.With.Message.EqualTo(
            "falling: expected a learning rate that is finite and at least 0, got -2 at step 3."));
    }

    private static TestCaseData Case(LearningRateSchedule schedule, params (long, double)[] rates) =>
        new TestCaseData(schedule, rates).SetArgDisplayNames(schedule.ToString());

    private static void AssertRange(Func<object> code, string message) =>
        Assert.That(code, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message));

    private sealed class Falling : LearningRateSchedule
    {
        public override string Name => "falling";

        public override double RateAt(long step) => 1 - step;
    }
}
