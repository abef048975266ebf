using System.Diagnostics;
using Engine.Activations;
using Engine.Data;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// One member of the dropout family in the network that all share, where it belongs: on the feature maps, around or on the
/// residual branch, or around or after the hidden layer.
/// </summary>
/// <param name="Name">As the table shows it.</param>
internal sealed record FamilyMember(string Name)
{
    private const int Filters = 8, Units = 64, Classes = 10;

    /// <summary>Makes what stands on the feature maps.</summary>
    public Func<Layer>? OnMaps { get; init; }

    /// <summary>Makes what stands at the end of the residual branch.</summary>
    public Func<Layer>? OnBranch { get; init; }

    /// <summary>Makes what stands after the hidden layer.</summary>
    public Func<Layer>? OnUnits { get; init; }

    /// <summary>Makes what the hidden layer stands in.</summary>
    public Func<Layer, Layer>? AroundUnits { get; init; }

    /// <summary>Whether the activation is selu, which alpha dropout is made for, instead of relu.</summary>
    public bool IsSelu { get; init; }

    /// <summary>Makes what changes its rate while it trains, of the number of steps.</summary>
    public Func<int, Callback>? Schedule { get; init; }

    /// <summary>The network: 85,000 multiplications a digit.</summary>
    public Model CreateModel(ulong seed)
    {
        var input = new Input(28, 28, 1);
        ActivationFunction activation = IsSelu ? SELU : ReLU;
        Initializer initializer = IsSelu ? Initializer.LecunNormal : Initializer.GlorotUniform;
        Node maps = new Conv2D(Filters, (5, 5), activation, strides: (3, 3), kernelInitializer: initializer).Apply(input);
        maps = Insert(OnMaps, maps);
        Node branch = new Conv2D(Filters, (3, 3), activation, padding: Padding.Same, kernelInitializer: initializer).Apply(maps);
        Node joined = new Add().Apply(maps, Insert(OnBranch, branch));
        Dense hidden = new(Units, activation, kernelInitializer: initializer);
        Node units = (AroundUnits is null ? hidden : AroundUnits(hidden)).Apply(new Flatten().Apply(joined));
        return new Model(input, new Dense(Classes, Softmax).Apply(Insert(OnUnits, units))) { Seed = seed };
    }

    /// <summary>Trains it, and measures it.</summary>
    public FamilyResult Train(
        Dataset train, Dataset test, int epochs, int batchSize, ulong weightSeed, ulong fitSeed, ExampleContext context)
    {
        Model model = CreateModel(weightSeed);
        model.Compile(new Adam(learningRate: 1e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        var clock = new StepClock();
        List<Callback> callbacks = [clock];
        if (Schedule is not null)
            callbacks.Add(Schedule(epochs * ((train.Count + batchSize - 1) / batchSize)));
        model.Fit(train, new FitOptions
        {
            Epochs = epochs,
            BatchSize = batchSize,
            Seed = fitSeed,
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
            Callbacks = callbacks,
        });
        PredictOptions options = context.NewPredictOptions();
        double trainAccuracy = model.Evaluate(train, options)["accuracy"], testAccuracy = model.Evaluate(test, options)["accuracy"];
        return new FamilyResult(Name, trainAccuracy, testAccuracy, clock.MedianMilliseconds, model);
    }

    private static Node Insert(Func<Layer>? make, Node node) => make is null ? node : make().Apply(node);

    /// <summary>Takes the time of every step. The median leaves out the first ones, which the compiler slows down.</summary>
    private sealed class StepClock : Callback
    {
        private readonly List<double> _milliseconds = [];
        private long _last;

        public double MedianMilliseconds =>
            _milliseconds.Count == 0 ? double.NaN : _milliseconds.Order().ElementAt(_milliseconds.Count / 2);

        public override void OnEpochBegin(TrainingState training) => _last = Stopwatch.GetTimestamp();

        public override void OnStepEnd(TrainingState training)
        {
            long now = Stopwatch.GetTimestamp();
            _milliseconds.Add(Stopwatch.GetElapsedTime(_last, now).TotalMilliseconds);
            _last = now;
        }
    }
}

/// <summary>What came of one member.</summary>
/// <param name="Name">The member.</param>
/// <param name="TrainAccuracy">On what it was trained on, in inference.</param>
/// <param name="TestAccuracy">On the test set.</param>
/// <param name="StepMilliseconds">The median time of a training step.</param>
/// <param name="Model">The trained model.</param>
internal sealed record FamilyResult(string Name, double TrainAccuracy, double TestAccuracy, double StepMilliseconds, Model Model)
{
    /// <summary>By how much it does better on what it has seen.</summary>
    public double Gap => TrainAccuracy - TestAccuracy;
}
