using Engine.Callbacks;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Serialization;
using Engine.Tests.Models;

namespace Engine.Tests.Callbacks;

public sealed class RateScheduleTests
{
    private const int Count = 50;

    [Test]
    public void LinearCosineAndExponentialFollowTheirFormulas()
    {
        Func<long, double> linear = RateSchedule.Linear(0.1, 0.5, 8), cosine = RateSchedule.Cosine(0.4, 0, 8);
        Func<long, double> exponential = RateSchedule.Exponential(0.5, 0.25);
        Assert.That(new[] { linear(0), linear(2), linear(8), linear(99) }, Is.EqualTo(new[] { 0.1, 0.2, 0.5, 0.5 }).Within(1e-15));
        Assert.That(new[] { cosine(0), cosine(4), cosine(8), cosine(99) }, Is.EqualTo(new[] { 0.4, 0.2, 0, 0 }).Within(1e-15));
        Assert.That(cosine(2), Is.EqualTo(0.4 * (1 + Math.Sqrt(0.5)) / 2).Within(1e-15));
        Assert.That(
            new[] { exponential(0), exponential(4), exponential(400) },
            Is.EqualTo(new[] { 0, 0.5 * (1 - (1 / Math.E)), 0.5 }).Within(1e-15));
    }

    [Test]
    public void NumbersOutOfRangeAreRefused()
    {
        Assert.That(() => RateSchedule.Linear(-0.1, 0.5, 8), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RateSchedule: expected rates from 0 to 1, got -0.1 and 0.5."));
        Assert.That(() => RateSchedule.Cosine(0.1, 0.5, 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RateSchedule: expected at least 1 step, got 0."));
        Assert.That(() => RateSchedule.Exponential(0.1, 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "RateSchedule: expected a gamma above 0, got 0."));
        Sequential plain = new(new Input(6), new Dense(2));
        plain.Compile(new SGD(0.1), Loss.MeanSquaredError());
        Assert.That(
            () => Fit(plain, 0, 1, new RateSchedule(step => 0)),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "RateSchedule: expected a model with a layer that has a rate, got none. Give the layers, or what sets the rate."));
    }

    // Four steps an epoch, the first with the rate of 0.
    [Test]
    public void EveryLayerOfTheModelHasTheRateOfTheStep()
    {
        Dropout inner = new(0.9), outer = new(0.9);
        DropConnect connect = new(new Dense(2), 0.9);
        GaussianNoise noise = new(9);
        Sequential model = new(new Input(6), new Sequential(new Input(6), inner), outer, noise, connect);
        model.Compile(new SGD(0.1), Loss.MeanSquaredError());
        List<double> rates = [];
        Recorder recorder = new() { StepEnd = state => rates.Add(outer.Rate) };
        RateSchedule schedule = new(step => step / 100.0);

        Fit(model, 0, 2, recorder, schedule, new RateSchedule(step => step * 10, number => noise.StandardDeviation = number));

        Assert.That(rates, Is.EqualTo(Enumerable.Range(0, 8).Select(step => step / 100.0)), "before the schedule sets the next");
        Assert.That(new[] { inner.Rate, outer.Rate, connect.Rate }, Is.All.EqualTo(0.08));
        Assert.That(noise.StandardDeviation, Is.EqualTo(80));
    }

    [Test]
    public void OnlyTheGivenLayersAreScheduled()
    {
        Dropout first = new(0.3), second = new(0.3);
        Sequential model = new(new Input(6), first, new Dense(2), second);
        model.Compile(new SGD(0.1), Loss.MeanSquaredError());

        Fit(model, 0, 1, new RateSchedule(RateSchedule.Linear(0, 0.4, 4), second));

        Assert.That((first.Rate, second.Rate), Is.EqualTo((0.3, 0.4)));
    }

    [Test]
    public void ATrainingThatIsSavedAndGoesOnEndsInTheSameBits([Values] bool byHand)
    {
        using TempFolder folder = new();
        string path = folder.File("model");
        Callback whole = Changing(byHand), before = Changing(byHand), after = Changing(byHand);
        Sequential uninterrupted = Network();
        Fit(uninterrupted, 0, 4, whole);
        Sequential first = Network();
        Fit(first, 0, 2, before);
        first.Save(path, includeTraining: true);

        Model second = Model.Load(path);
        Compile(second);
        Assert.That(((IHasRate)second.Layers[2]).Rate, Is.EqualTo(((IHasRate)first.Layers[2]).Rate).And.Not.EqualTo(0.1));
        Fit(second, 2, 4, after);

        Assert.That(Samples.Weights<float>(second), Is.EqualTo(Samples.Weights<float>(uninterrupted)));
    }

    /// <summary>A layer whose number is changed in a Fit: how it is made, for what samples, and its number.</summary>
    public sealed record Changed(string Name, Func<Layer> Make, Shape Input, Func<Layer, double> Get, Action<Layer, double> Set)
    {
        public override string ToString() => Name;
    }

    private static IEnumerable<Changed> Layers =>
    [
        Of(() => new SpatialDropout1D(0.1), [4, 6]),
        Of(() => new SpatialDropout2D(0.1), [2, 3, 4]),
        Of(() => new SpatialDropout3D(0.1), [2, 1, 3, 4]),
        Of(() => new DropBlock2D(2, 0.1), [4, 3, 2]),
        Of(() => new StochasticDepth(0.1), [6]),
        Of(() => new FeatureAlphaDropout(0.1), [4, 6]),
        new("GaussianNoise", () => new GaussianNoise(0.1), [6], layer => ((GaussianNoise)layer).StandardDeviation,
            (layer, number) => ((GaussianNoise)layer).StandardDeviation = number),
        new("ConcreteDropout", () => new ConcreteDropout(new Dense(5), initialRate: 0.1), [6],
            layer => ((ConcreteDropout)layer).Rate, (layer, number) => ((ConcreteDropout)layer).Rate = number),
    ];

    // The number grows by what it is, from the second epoch on: the file must have it.
    [TestCaseSource(nameof(Layers))]
    public void ANumberThatIsChangedInAFitIsSavedAndGoesOn(Changed changed)
    {
        using TempFolder folder = new();
        string path = folder.File("model");
        Sequential uninterrupted = NetworkOf(changed);
        Fit(uninterrupted, 0, 4, Growing());
        Sequential first = NetworkOf(changed);
        Fit(first, 0, 2, Growing());
        first.Save(path, includeTraining: true);

        Model second = Model.Load(path);
        Compile(second);
        Assert.That(changed.Get(second.Layers[1]), Is.EqualTo(changed.Get(first.Layers[1])).And.GreaterThan(0.15));
        Fit(second, 2, 4, Growing());

        Assert.That(Samples.Weights<float>(second), Is.EqualTo(Samples.Weights<float>(uninterrupted)));
        Assert.That(changed.Get(second.Layers[1]), Is.EqualTo(changed.Get(uninterrupted.Layers[1])));
        Sequential without = NetworkOf(changed);
        Fit(without, 0, 4);
        Assert.That(Samples.Weights<float>(without), Is.Not.EqualTo(Samples.Weights<float>(uninterrupted)));

        Recorder Growing() => new()
        {
            StepEnd = state =>
            {
                Layer layer = state.Model.Layers[1];
                changed.Set(layer, Math.Min(0.8, changed.Get(layer) * (state.Epoch > 1 ? 1.2 : 1)));
            },
        };
    }

    private static Changed Of<TLayer>(Func<TLayer> make, Shape input)
        where TLayer : Layer, IHasRate =>
        new(typeof(TLayer).Name, make, input, layer => ((IHasRate)layer).Rate, (layer, rate) => ((IHasRate)layer).Rate = rate);

    // By hand: a rate that grows by what it is, so that the file must have it.
    private static Callback Changing(bool byHand) => byHand
        ? new Recorder
        {
            StepEnd = state =>
            {
                foreach (IHasRate layer in state.Model.Layers.OfType<IHasRate>())
                {
                    layer.Rate = Math.Min(0.8, layer.Rate * 1.1);
                }
            },
        }
        : new RateSchedule(RateSchedule.Exponential(0.6, 0.1));

    private static Sequential Network()
    {
        Sequential model = new(
            new Input(6), new DropConnect(new Dense(16), 0.1), new Dropout(0.1), new GaussianDropout(0.1), new AlphaDropout(0.1),
            new VariationalDropout(0.1), new Dense(2))
        { Seed = 5 };
        Compile(model);
        return model;
    }

    private static Sequential NetworkOf(Changed changed)
    {
        Sequential model = new(new Input([.. changed.Input]), changed.Make(), new Flatten(), new Dense(7), new Dense(2))
        { Seed = 5 };
        Compile(model);
        return model;
    }

    private static void Compile(Model model) => model.Compile(new Adam(), Loss.MeanSquaredError());

    private static void Fit(Model model, int from, int to, params IReadOnlyList<Callback> callbacks) => model.Fit(
        new Dataset(
            Samples.Tensor<float>(1, [Count, .. model.Input.Shape.Select(length => (nint)length)]),
            Samples.Tensor<float>(2, Count, 2)),
        new FitOptions { InitialEpoch = from, Epochs = to, BatchSize = 16, Seed = 9, Callbacks = [.. callbacks] });
}
