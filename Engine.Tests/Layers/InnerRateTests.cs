using System.Numerics.Tensors;
using Engine.Callbacks;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Serialization;
using Engine.Tests.Models;
using Engine.Uncertainty;

namespace Engine.Tests.Layers;

/// <summary>Dropout inside recurrent and attention layers, its rate changed after the layer was built.</summary>
public sealed class InnerRateTests
{
    private const int Count = 50, Batch = 16;

    /// <summary>A rate of a layer: how the layer is made with it, and how it is changed.</summary>
    public sealed record Rate(string Name, Func<double, Layer> Make, Func<Layer, double> Get, Action<Layer, double> Set)
    {
        public override string ToString() => Name;
    }

    private static readonly Shape s_input = [4, 6];

    private static IEnumerable<Rate> Rates =>
    [
        Of<SimpleRNN>("dropout", r => new SimpleRNN(7, dropout: r), l => l.Dropout, (l, r) => l.Dropout = r),
        Of<SimpleRNN>("zoneout", r => new SimpleRNN(7, zoneout: r), l => l.Zoneout, (l, r) => l.Zoneout = r),
        Of<LSTM>("dropout", r => new LSTM(7, dropout: r), l => l.Dropout, (l, r) => l.Dropout = r),
        Of<LSTM>("recurrent", r => new LSTM(7, recurrentDropout: r), l => l.RecurrentDropout, (l, r) => l.RecurrentDropout = r),
        Of<LSTM>("zoneout", r => new LSTM(7, zoneout: r), l => l.Zoneout, (l, r) => l.Zoneout = r),
        Of<LSTM>("cell zoneout", r => new LSTM(7, cellZoneout: r), l => l.CellZoneout, (l, r) => l.CellZoneout = r),
        Of<LayerNormalizedLSTM>(
            "recurrent", r => new LayerNormalizedLSTM(7, recurrentDropout: r), l => l.RecurrentDropout, (l, r) => l.RecurrentDropout = r),
        Of<LayerNormalizedLSTM>(
            "cell zoneout", r => new LayerNormalizedLSTM(7, cellZoneout: r), l => l.CellZoneout, (l, r) => l.CellZoneout = r),
        Of<GRU>("dropout", r => new GRU(7, dropout: r, dropoutPerStep: true), l => l.Dropout, (l, r) => l.Dropout = r),
        Of<GRU>("recurrent", r => new GRU(7, recurrentDropout: r), l => l.RecurrentDropout, (l, r) => l.RecurrentDropout = r),
        Of<Bidirectional>(
            "backward dropout",
            r => new Bidirectional(new LSTM(7), backwardLayer: new LSTM(7, dropout: r, goBackwards: true)),
            l => ((LSTM)l.BackwardLayer).Dropout,
            (l, r) => ((LSTM)l.BackwardLayer).Dropout = r),
        Of<DropConnect>(
            "of the LSTM inside",
            r => new DropConnect(new LSTM(7, recurrentDropout: r), 0.1),
            l => ((LSTM)l.Layer).RecurrentDropout,
            (l, r) => ((LSTM)l.Layer).RecurrentDropout = r),
        Of<Attention>("dropout", r => new Attention(dropout: r), l => l.Dropout, (l, r) => l.Dropout = r),
        Of<AdditiveAttention>("dropout", r => new AdditiveAttention(dropout: r), l => l.Dropout, (l, r) => l.Dropout = r),
        Of<MultiHeadAttention>("dropout", r => new MultiHeadAttention(2, 3, dropout: r), l => l.Dropout, (l, r) => l.Dropout = r),
    ];

    // From nothing to something, and back: memory that was planned without masks must not be all there is.
    [TestCaseSource(nameof(Rates))]
    public void AChangedRateIsThatOfALayerMadeWithIt(Rate rate)
    {
        Sequential changed = Network(rate, 0), made = Network(rate, 0.4);
        Fit(changed, 0, 1);
        Fit(made, 0, 1);
        Tensor<float> x = Samples.Tensor<float>(5, 9, 4, 6);
        changed.Predict(x);
        rate.Set(changed.Layers[1], 0.4);
        Assert.That(rate.Get(changed.Layers[1]), Is.EqualTo(0.4));
        CopyWeights(made, changed);
        foreach (Phase phase in Enum.GetValues<Phase>())
        {
            PredictOptions options = new() { Phase = phase, Seed = 3 };
            Assert.That(Samples.Values(changed.Predict(x, options)), Is.EqualTo(Samples.Values(made.Predict(x, options))), $"{phase}");
        }

        Assert.That(
            Samples.Values(changed.PredictMonteCarlo(x, 5, seed: 2).Mean),
            Is.EqualTo(Samples.Values(made.PredictMonteCarlo(x, 5, seed: 2).Mean)));
        rate.Set(changed.Layers[1], 0);
        Sequential without = Network(rate, 0);
        CopyWeights(made, without);
        PredictOptions drawing = new() { Phase = Phase.StochasticInference, Seed = 3 };
        float[] y = Samples.Values(changed.Predict(x, drawing));
        Assert.That(y, Is.EqualTo(Samples.Values(without.Predict(x, drawing))));

        // DropConnect has a rate of its own, which stays.
        float[] inferred = Samples.Values(changed.Predict(x));
        Assert.That(y, changed.Layers[1] is DropConnect ? Is.Not.EqualTo(inferred) : Is.EqualTo(inferred));
    }

    // Twice across 0 within a Fit; validation has a plan of its own.
    [TestCaseSource(nameof(Rates))]
    public void ATrainingThatIsSavedAndGoesOnEndsInTheSameBits(Rate rate)
    {
        using TempFolder folder = new();
        string path = folder.File("model");
        Sequential uninterrupted = Network(rate, 0);
        Fit(uninterrupted, 0, 4, Schedule(uninterrupted));
        Sequential first = Network(rate, 0);
        Fit(first, 0, 2, Schedule(first));
        first.Save(path, includeTraining: true);

        Model second = Model.Load(path);
        Compile(second);
        Assert.That(rate.Get(second.Layers[1]), Is.EqualTo(rate.Get(first.Layers[1])).And.GreaterThan(0));
        Fit(second, 2, 4, Schedule(second));

        Assert.That(Samples.Weights<float>(second), Is.EqualTo(Samples.Weights<float>(uninterrupted)));
        Sequential without = Network(rate, 0);
        Fit(without, 0, 4);
        Assert.That(Samples.Weights<float>(without), Is.Not.EqualTo(Samples.Weights<float>(uninterrupted)));

        // Four steps an epoch, the rates 0, 0.1, ... 0.5 and again from 0 on.
        RateSchedule Schedule(Model model) => new(step => step % 6 * 0.1, number => rate.Set(model.Layers[1], number));
    }

    [TestCaseSource(nameof(Rates))]
    public void ARateOutOfRangeIsRefusedAndLeavesTheOldOne(Rate rate)
    {
        Layer layer = rate.Make(0.25);
        foreach (double wrong in (double[])[-0.1, 1.5, double.NaN])
        {
            Assert.That(() => rate.Set(layer, wrong), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains(
                FormattableString.Invariant($", got {wrong}.")));
        }

        Assert.That(rate.Get(layer), Is.EqualTo(0.25));
    }

    [Test]
    public void AStepAfterTheChangeAllocatesNothing()
    {
        Rate rate = Rates.First(rate => rate.Name == "LSTM, recurrent");
        Sequential model = Network(rate, 0);
        Allocations allocations = new((training, layer) => rate.Set(layer, training.Epoch > 1 ? 0.1 * training.Step : 0));

        model.Fit(Data(), new FitOptions
        {
            Epochs = 3,
            BatchSize = 10,
            Seed = 9,
            DegreeOfParallelism = 1,
            Callbacks = [allocations],
        });

        // Five steps an epoch: the first of a plan and those at the borders of epochs aside.
        Assert.That(allocations.OfSteps[11..14], Is.All.Zero);
        Assert.That(allocations.OfSteps[6], Is.GreaterThan(0), "the plan with masks");
    }

    private static Rate Of<TLayer>(
        string name, Func<double, TLayer> make, Func<TLayer, double> get, Action<TLayer, double> set)
        where TLayer : Layer =>
        new($"{typeof(TLayer).Name}, {name}", make, layer => get((TLayer)layer), (layer, rate) => set((TLayer)layer, rate));

    private static Sequential Network(Rate rate, double value)
    {
        Sequential model = new(new Input([.. s_input]), rate.Make(value), new Flatten(), new Dense(2)) { Seed = 5 };
        Compile(model);
        return model;
    }

    private static void CopyWeights(Model from, Model to)
    {
        foreach ((Parameter target, Parameter source) in to.Parameters.Zip(from.Parameters))
        {
            target.SetValues<float>(source.Values<float>());
        }
    }

    private static void Compile(Model model) => model.Compile(new Adam(0.01), Loss.MeanSquaredError());

    private static Dataset Data() => new(Samples.Tensor<float>(1, Count, 4, 6), Samples.Tensor<float>(2, Count, 2));

    private static void Fit(Model model, int from, int to, params IReadOnlyList<Callback> callbacks) => model.Fit(
        Data(),
        new FitOptions
        {
            InitialEpoch = from,
            Epochs = to,
            BatchSize = Batch,
            Seed = 9,
            Callbacks = [.. callbacks],
            ValidationData = Data(),
        });

    // Changes a layer after each step, and notes what the thread has allocated since the change before.
    private sealed class Allocations(Action<TrainingState, Layer> change) : Callback
    {
        private long _last;

        public List<long> OfSteps { get; } = new(100);

        public override void OnStepEnd(TrainingState training)
        {
            OfSteps.Add(GC.GetAllocatedBytesForCurrentThread() - _last);
            change(training, training.Model.Layers[1]);
            _last = GC.GetAllocatedBytesForCurrentThread();
        }
    }
}
