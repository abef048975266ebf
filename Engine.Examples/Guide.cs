using System.Numerics.Tensors;
using Engine.Applications;
using Engine.Callbacks;
using Engine.Checking;
using Engine.Constraints;
using Engine.Data;
using Engine.Interop;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Regularizers;
using Engine.Serialization;
using Engine.Tuning;
using Engine.Uncertainty;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>
/// The guide, section by section, in the words of a program of one's own.
/// </summary>
internal static class Guide
{
    /// <summary>1. A classifier with dropout.</summary>
    public static Sequential CreateClassifier()
    {
        var model = new Sequential(
            new Input(784),
            new Dense(64, ReLU),
            new Dropout(0.5),
            new Dense(64, ReLU),
            new Dropout(0.5),
            new Dense(10, Softmax))
        {
            Seed = 42,      // of the initial weights
        };
        Console.WriteLine(model.Summary());
        return model;
    }

    /// <summary>
    /// 2. What dropout does: survivors grow by 1 / (1 − rate), so that the expected value stays and nothing is left to do at
    /// inference. The <c>how-it-works</c> example shows it in pictures, beside the classic form.
    /// </summary>
    public static Tensor<float> DropNumbers()
    {
        Tensor<float> x = RandomTensor.Normal([100, 20], seed: 1);
        Tensor<float> dropped = Dropout.Apply(x, rate: 0.5, seed: 2);
        return dropped;
    }

    /// <summary>3. Training on real digits.</summary>
    /// <param name="model">The classifier of section 1.</param>
    /// <param name="folder">The folder of MNIST's files; none: the one that ENGINE_DATA_DIR names.</param>
    public static (History History, Tensor<float> Probabilities) Train(Model model, string? folder)
    {
        (Dataset train, Dataset test) = Mnist.Load(folder, shape: [784]);
        model.Compile(new Adam(learningRate: 1e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());     // labels are one-hot
        History history = model.Fit(train, new FitOptions
        {
            Epochs = 20,
            BatchSize = 128,
            ValidationSplit = 0.1,
            Seed = 7,       // of shuffling and dropout
            Callbacks = [new EarlyStopping("val_loss", patience: 5) { RestoreBestWeights = true }, new ConsoleProgress()],
        });
        Evaluation evaluation = model.Evaluate(test);
        Console.WriteLine($"loss {evaluation.Loss:F4}, accuracy {evaluation["accuracy"]:P2}");
        Tensor<float> probabilities = model.Predict(test.Inputs);
        return (history, probabilities);
    }

    /// <summary>4. Dropout in a convolutional network: a little after each pooling, more before the output.</summary>
    public static Sequential CreateConvolutional() => new(
        new Input(28, 28, 1),
        new Conv2D(32, (3, 3), ReLU),
        new MaxPooling2D((2, 2)),
        new Dropout(0.25),
        new Conv2D(64, (3, 3), ReLU),
        new MaxPooling2D((2, 2)),
        new Dropout(0.25),
        new Flatten(),
        new Dense(128, ReLU),
        new Dropout(0.5),
        new Dense(10, Softmax));

    /// <summary>5. Which rate? A network for each.</summary>
    public static Sequential[] CreateForRates() => [.. new[] { 0.1, 0.3, 0.5 }.Select(rate => CreateModel(rate))];

    /// <summary>5, answered: all rates, each with three seeds, on all cores. Validation data decide.</summary>
    /// <param name="train">What to train with, a tenth of it for validation.</param>
    /// <param name="resultsFile">Where each trial is kept, so that a sweep that was stopped goes on; null for nowhere.</param>
    public static SweepResult FindRate(Dataset train, string? resultsFile = null)
    {
        var sweep = new Sweep(seed: 1) { Parameters = { SweepParameter.Values("rate", 0.1, 0.3, 0.5) }, Repeats = 3 };
        SweepResult result = sweep.Run(
            trial =>
            {
                Sequential model = CreateModel(trial["rate"], trial.Seed);
                model.Compile(new Adam(learningRate: 1e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());
                History history = model.Fit(train, new FitOptions
                {
                    Epochs = 5,
                    BatchSize = 128,
                    ValidationSplit = 0.1,
                    Seed = trial.Seed,
                    DegreeOfParallelism = trial.DegreeOfParallelism,
                    CancellationToken = trial.CancellationToken,
                });
                return new TrialResult(("val_accuracy", history["val_accuracy"][^1]), ("val_loss", history["val_loss"][^1]));
            },
            new SweepOptions { ResultsFile = resultsFile, Progress = new ConsoleSweepProgress() });
        result.ToTable().Write();
        Console.WriteLine($"Best: {result.Best("val_accuracy")}");
        return result;
    }

    /// <summary>6. Overfitting, seen.</summary>
    /// <param name="history">Of section 3.</param>
    /// <param name="path">Where the picture goes: .png or .svg.</param>
    public static void DrawAccuracy(History history, string path) =>
        Chart.OfHistory(history, "accuracy", "val_accuracy").Save(path);

    /// <summary>7. With other regularization: penalties, constraints, augmentation.</summary>
    public static Sequential CreateRegularized() => new(
        new Input(28, 28, 1),
        new RandomTranslation(0.1, 0.1),
        new RandomRotation(0.05),
        new RandomZoom(0.1),        // active in training only
        new Flatten(),
        new Dense(128, ReLU, kernelRegularizer: Regularizer.L2(0.01), kernelConstraint: Constraint.MaxNorm(3)),
        new Dropout(0.3),
        new Dense(64, ReLU, kernelRegularizer: Regularizer.L2(0.01)),
        new Dropout(0.3),
        new Dense(10, Softmax));

    /// <summary>
    /// 8. Your own dropout: <see cref="CustomDropout"/> is the whole of it. Two calls check it like any built-in layer.
    /// </summary>
    public static GradientReport CheckOwnLayer()
    {
        GradientReport report = GradientCheck.Run(new CustomDropout(0.5), input: [20]);     // in double, below 1e-8
        report.ThrowIfFailed();
        LayerContract.Verify(() => new CustomDropout(0.5), input: [20]);                    // everything a layer must keep
        return report;
    }

    /// <summary>
    /// 9. Recurrent networks: one mask a sequence, on inputs and on states. The <c>lstm</c> example compares both with neither.
    /// </summary>
    public static Sequential CreateRecurrent() => new(
        new Input(28, 28),      // a digit, read as 28 steps of 28 features
        new LSTM(64, dropout: 0.2, recurrentDropout: 0.2),
        new Dense(32, ReLU),
        new Dropout(0.5),
        new Dense(10, Softmax));

    /// <summary>10. Monte Carlo dropout: how sure is the network?</summary>
    /// <param name="model">The classifier of section 3.</param>
    /// <param name="inputs">Digits.</param>
    public static (Tensor<float> Mean, Tensor<float> Deviation, Tensor<float> Entropy, Tensor<float> Disagreement) AskHowSure(
        Model model, Tensor<float> inputs)
    {
        MonteCarloPrediction uncertain = model.PredictMonteCarlo(inputs, samples: 100, seed: 7);
        Tensor<float> mean = uncertain.Mean, deviation = uncertain.StandardDeviation;
        Tensor<float> entropy = uncertain.PredictiveEntropy, disagreement = uncertain.MutualInformation;
        return (mean, deviation, entropy, disagreement);
    }

    /// <summary>11. What dropout does to features: the same architecture, trained with it and without.</summary>
    /// <param name="with">A model trained with dropout.</param>
    /// <param name="without">Its twin, trained alike without.</param>
    /// <param name="test">The digits to look at.</param>
    /// <param name="path">Where the picture goes: .png or .svg.</param>
    public static void DrawActivations(Model with, Model without, Dataset test, string path)
    {
        Tensor<float> dropped = with.OutputOf("dense_1").Predict(test.Inputs);
        Tensor<float> plain = without.OutputOf("dense_1").Predict(test.Inputs);
        Chart.SideBySide(
            Chart.HeatMap(dropped, "Activations with dropout"),
            Chart.HeatMap(plain, "Activations without dropout")).Save(path);        // viridis, one scale
    }

    /// <summary>12. Learning rates: a schedule in place of the number.</summary>
    /// <param name="model">The classifier of section 1.</param>
    public static void CompileWithSchedule(Model model) => model.Compile(
        new Adam(new CosineDecay(initial: 1e-3, steps: 10_000)),
        Loss.CategoricalCrossentropy(labelSmoothing: 0.1),
        Metric.Accuracy());

    /// <summary>13. Transfer learning: a frozen base that others trained, under a head of one's own.</summary>
    /// <param name="path">vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5, as Keras publishes it.</param>
    public static Model CreateTransfer(string path)
    {
        Model vgg = Vgg16.Create(input: [224, 224, 3], includeTop: false);
        KerasWeights.Load(vgg, path);
        vgg.Trainable = false;
        Node features = new GlobalAveragePooling2D().Apply(vgg.Output);
        features = new Dropout(0.5).Apply(new Dense(1024, ReLU).Apply(features));
        features = new Dropout(0.5).Apply(new Dense(512, ReLU).Apply(features));
        return new Model(vgg.Input, new Dense(5, Softmax).Apply(features));
    }

    /// <summary>
    /// 14. Keep it, and use it later. A model with layers of your own is loaded with a <see cref="LayerCatalog"/>.
    /// </summary>
    /// <param name="model">The classifier of section 3.</param>
    /// <param name="path">The file.</param>
    public static Model SaveAndLoad(Model model, string path)
    {
        model.Save(path);
        Model loaded = Model.Load(path);
        return loaded;
    }

    /// <summary>14, gone on with: a training that is saved between epochs goes on as if it had never stopped.</summary>
    /// <param name="model">The classifier of section 3, still compiled.</param>
    /// <param name="path">The file.</param>
    /// <param name="folder">The folder of MNIST's files.</param>
    public static History TrainOn(Model model, string path, string? folder)
    {
        (Dataset train, _) = Mnist.Load(folder, shape: [784]);
        model.Save(path, includeTraining: true);
        Model loaded = Model.Load(path);
        loaded.Compile(new Adam(learningRate: 1e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        return loaded.Fit(train, new FitOptions
        {
            InitialEpoch = loaded.EpochsTrained,
            Epochs = loaded.EpochsTrained + 1,
            BatchSize = 128,
            ValidationSplit = 0.1,
            Seed = loaded.TrainingSeed,
        });
    }

    // The network of section 5.
    private static Sequential CreateModel(double rate, ulong seed = 0) => new(
        new Input(784),
        new Dense(128, ReLU),
        new Dropout(rate),
        new Dense(64, ReLU),
        new Dropout(rate),
        new Dense(10, Softmax))
    {
        Seed = seed,
    };
}
