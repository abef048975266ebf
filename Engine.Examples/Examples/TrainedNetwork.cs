using System.Diagnostics;
using Engine.Data;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;

namespace Engine.Examples;

/// <summary>A network, how its training went and what it is worth: a row of a comparison.</summary>
internal sealed record TrainedNetwork(
    string Name, Sequential Model, History History, double TrainAccuracy, double TestAccuracy, double Seconds)
{
    public const int BatchSize = 128;
    public const double ValidationSplit = 0.1;

    public double Gap => TrainAccuracy - TestAccuracy;

    /// <summary>Trains with Adam, and measures on the training and on the test digits.</summary>
    public static TrainedNetwork Train(
        Sequential model, string name, Digits digits, int epochs, ulong seed, ExampleContext context, double learningRate = 1e-3)
    {
        context.Output.WriteLine();
        context.Output.WriteLine($"Training with {name}:");
        model.Compile(new Adam(learningRate), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        var watch = Stopwatch.StartNew();
        History history = model.Fit(digits.Train, new FitOptions
        {
            Epochs = epochs,
            BatchSize = BatchSize,
            ValidationSplit = ValidationSplit,
            Seed = seed,
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
            Callbacks = [context.NewProgress()],
        });
        double seconds = watch.Elapsed.TotalSeconds;

        // The training's own numbers are taken with dropout on: measured again, on what was trained on, with dropout off.
        (Dataset trained, _) = digits.Train.Split(1 - ValidationSplit);
        PredictOptions options = context.NewPredictOptions();
        double trainAccuracy = model.Evaluate(trained, options)["accuracy"];
        double testAccuracy = model.Evaluate(digits.Test, options)["accuracy"];
        return new TrainedNetwork(name, model, history, trainAccuracy, testAccuracy, seconds);
    }

    public void AddTo(ExampleResult result, string prefix) => result.Metrics.AddRange(
    [
        ($"{prefix}_parameters", Model.ParameterCount),
        ($"{prefix}_train_accuracy", TrainAccuracy),
        ($"{prefix}_validation_accuracy", History["val_accuracy"][^1]),
        ($"{prefix}_test_accuracy", TestAccuracy),
        ($"{prefix}_gap", Gap),
        ($"{prefix}_training_seconds", Seconds),
    ]);
}
