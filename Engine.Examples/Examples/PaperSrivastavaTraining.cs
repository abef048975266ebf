using System.Diagnostics;
using System.Globalization;
using Engine.Data;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Serialization;

namespace Engine.Examples;

/// <summary>
/// The training of one row, in parts: every few epochs model, optimizer and what was measured are written down, and a training
/// that was ended goes on from there as if never stopped.
/// </summary>
internal sealed class PaperSrivastavaTraining : Callback
{
    /// <summary>The seed unless another one is asked for.</summary>
    public const ulong DefaultSeed = 1;

    private const string SeedSuffix = "-seed-";

    private readonly ExampleContext _context;
    private readonly PaperSrivastavaRow _row;
    private readonly PaperSrivastavaSettings _settings;
    private readonly Dataset _test;
    private readonly Optimizer _optimizer;
    private readonly Stopwatch _watch = new();

    private PaperSrivastavaTraining(
        ExampleContext context, PaperSrivastavaRow row, PaperSrivastavaSettings settings, Dataset test, Optimizer optimizer)
    {
        (_context, _row, _settings, _test, _optimizer) = (context, row, settings, test, optimizer);
        Progress = ProgressFile.Load<PaperSrivastavaProgress>(ProgressPath) is { } earlier && earlier.Settings == settings
            ? earlier
            : PaperSrivastavaProgress.Start(settings);
    }

    /// <summary>What was measured so far.</summary>
    public PaperSrivastavaProgress Progress { get; private set; }

    private string ModelPath => PathOf(_context, _row, $"{SuffixOf(_settings.Seed)}.safetensors");

    private string ProgressPath => PathOf(_context, _row, $"{SuffixOf(_settings.Seed)}.json");

    // Not every epoch, but often enough for a curve, and for little to be lost.
    private int Interval => Math.Max(1, _settings.Epochs / 40);

    /// <summary>Trains a row to its end, or tells what it reached when it was trained before.</summary>
    public static PaperSrivastavaProgress Run(
        ExampleContext context, PaperSrivastavaRow row, PaperSrivastavaSettings settings, Dataset train, Dataset test)
    {
        var optimizer = new SGD(settings.LearningRate, PaperSrivastavaSettings.Momentum);
        var training = new PaperSrivastavaTraining(context, row, settings, test, optimizer);
        training.Run(train);
        return training.Progress;
    }

    /// <summary>What was measured of a row so far, with whatever settings and seeds; null if nothing was.</summary>
    public static PaperSrivastavaOutcome? Load(ExampleContext context, PaperSrivastavaRow row)
    {
        string first = PathOf(context, row, ".json");
        string[] others = Directory.Exists(context.Folder)
            ? Directory.GetFiles(context.Folder, Path.GetFileName(PathOf(context, row, $"{SeedSuffix}*.json")))
            : [];
        PaperSrivastavaProgress[] runs =
        [
            .. others.Prepend(first).Select(ProgressFile.Load<PaperSrivastavaProgress>)
                .OfType<PaperSrivastavaProgress>().Where(run => run.Epochs.Count > 0).OrderBy(run => run.Settings.Seed),
        ];
        if (runs.Length == 0)
            return null;
        return new PaperSrivastavaOutcome(runs[0].Settings.Factor is { } factor ? row.WithFactor(factor) : row, runs);
    }

    public override void OnTrainBegin(TrainingState training)
    {
        _watch.Start();
        SetLearningRate(training, training.Epoch * training.StepsPerEpoch);
    }

    public override void OnStepEnd(TrainingState training) =>
        SetLearningRate(training, ((training.Epoch - 1) * training.StepsPerEpoch) + training.Step);

    public override void OnEpochEnd(TrainingState training)
    {
        if (training.Epoch % Interval != 0 && training.Epoch != training.Epochs)
            return;
        Evaluation test = training.Model.Evaluate(_test, _context.NewPredictOptions());
        Progress = Progress.After(training.Epoch, training.MetricValues[0], 1 - test["accuracy"], _watch.Elapsed.TotalSeconds);
        _watch.Restart();
        _context.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_row.Key}: epoch {training.Epoch} of {training.Epochs}, loss {training.MetricValues[0]:F4}, "
            + $"error {100 * (1 - test["accuracy"]):F2} %, {Progress.Seconds:F0} s"));

        // The model last: what was measured beyond it is measured again, but nothing it is beyond ever would be.
        ProgressFile.Save(ProgressPath, Progress);
        training.Model.Save(ModelPath, includeTraining: true);
    }

    // A short run leaves alone what a long one has reached.
    private static string PathOf(ExampleContext context, PaperSrivastavaRow row, string end) =>
        context.PathOf($"{(context.Full ? "full" : context.Quick ? "quick" : "short")}-{row.Key}{end}");

    private static string SuffixOf(ulong seed) =>
        seed == DefaultSeed ? "" : string.Create(CultureInfo.InvariantCulture, $"{SeedSuffix}{seed}");

    // Up to the peak during the first epoch, then along half a cosine to zero.
    private void SetLearningRate(TrainingState training, int step)
    {
        double done = (double)step / (training.Epochs * training.StepsPerEpoch);
        double warm = Math.Min(1, (step + 1.0) / training.StepsPerEpoch);
        _optimizer.LearningRate = _settings.LearningRate * warm * 0.5 * (1 + Math.Cos(Math.PI * done));
    }

    private void Run(Dataset train)
    {
        if (Progress.IsFinished)
            return;
        Model? model = null;
        if (Progress.Epochs.Count > 0 && File.Exists(ModelPath))
        {
            model = ModelFile.Load(ModelPath);
            Progress = Progress.UpTo(model.EpochsTrained);
        }
        else
        {
            Progress = PaperSrivastavaProgress.Start(_settings);
        }

        int start = model?.EpochsTrained ?? 0;
        if (start > 0)
            _context.Output.WriteLine($"{_row.Key}: goes on after epoch {start} of {_settings.Epochs}.");
        model ??= _row.CreateModel(_settings.Seed, _settings.WidthDivisor);
        model.Compile(_optimizer, Loss.CategoricalCrossentropy(), Metric.Accuracy());
        model.Fit(train, new FitOptions
        {
            InitialEpoch = start,
            Epochs = _settings.Epochs,
            BatchSize = _settings.BatchSize,
            Seed = _settings.Seed,
            DegreeOfParallelism = _context.DegreeOfParallelism,
            CancellationToken = _context.Cancellation,
            Callbacks = [this],
        });
    }
}
