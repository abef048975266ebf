using System.Numerics.Tensors;
using Engine.Callbacks;
using Engine.Checking;
using Engine.Data;
using Engine.Examples;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Serialization;
using Engine.Tuning;
using Engine.Uncertainty;
using Engine.Visualization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Readme;

/// <summary>The README's code is the body of a test: it compiles, runs, and does what is said of it.</summary>
[NonParallelizable]
public class ReadmeTests
{
    private const string Begin = "// README: begin", End = "// README: end";

    private string _folder = "", _before = "";

    // The code names files relative to the repository's root and writes some: it runs in a folder of its own that looks like it.
    [OneTimeSetUp]
    public void EnterFolder()
    {
        _before = Environment.CurrentDirectory;
        _folder = Directory.CreateTempSubdirectory().FullName;
        string data = Path.Combine(_folder, "Engine.Examples", "Data", "mnist");
        Directory.CreateDirectory(data);
        foreach (string file in Directory.GetFiles(Path.Combine(Root, "Engine.Examples", "Data", "mnist"), "*.gz"))
            File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
        Environment.CurrentDirectory = _folder;
    }

    [OneTimeTearDown]
    public void LeaveFolder()
    {
        Environment.CurrentDirectory = _before;
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void TheCodeRuns()
    {
        // README: begin
        (Dataset train, Dataset test) = Mnist.Load("Engine.Examples/Data/mnist", shape: [784]);
        var model = new Sequential(
            new Input(784),
            new Dense(64, ReLU),
            new Dropout(0.5),
            new Dense(64, ReLU),
            new Dropout(0.5),
            new Dense(10, Softmax));
        model.Compile(new Adam(learningRate: 1e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        History history = model.Fit(train, new FitOptions
        {
            Epochs = 20,
            BatchSize = 128,
            ValidationSplit = 0.1,
            Callbacks = [new EarlyStopping("val_loss", patience: 5) { RestoreBestWeights = true }, new ConsoleProgress()],
        });
        Console.WriteLine(model.Evaluate(test));
        Chart.OfHistory(history, "accuracy", "val_accuracy").Save("accuracy.png");
        model.Save("digits.safetensors");
        Tensor<float> probabilities = Model.Load("digits.safetensors").Predict(test.Inputs);
        MonteCarloPrediction uncertain = model.PredictMonteCarlo(test.Inputs, samples: 100, seed: 7);
        Tensor<float> mean = uncertain.Mean, disagreement = uncertain.MutualInformation;
        // README: end

        // 0.91 as measured, less two standard errors of 2,000 digits and what another processor's rounding may change.
        Assert.That(model.Evaluate(test)["accuracy"], Is.GreaterThan(0.88));
        Assert.That(probabilities.SequenceEqual(model.Predict(test.Inputs)), "the loaded model predicts what the saved one does");
        Assert.That(new FileInfo("accuracy.png").Length, Is.GreaterThan(1000));
        Assert.That(mean.Lengths.ToArray(), Is.EqualTo(probabilities.Lengths.ToArray()));
        Assert.That(disagreement.Average(), Is.GreaterThan(0));
    }

    [Test]
    public void TheReadmeShowsThatCode()
    {
        string[] source = File.ReadAllLines(Path.Combine(Root, "Engine.Tests", "Readme", "ReadmeTests.cs"));
        int begin = Array.FindIndex(source, line => line.Trim() == Begin), end = Array.FindIndex(source, line => line.Trim() == End);
        string[] body = [.. source[(begin + 1)..end].Select(line => line.Length > 8 ? line[8..] : line.Trim())];

        string[] block = FirstBlock(File.ReadAllLines(Path.Combine(Root, "README.md")), "```csharp");
        string[] usings = [.. block.Where(line => line.StartsWith("using ", StringComparison.Ordinal))];
        Assert.That(block.Where(line => line.Length > 0).Skip(usings.Length), Is.EqualTo(body.Where(line => line.Length > 0)));
        Assert.That(source, Is.SupersetOf(usings.Select(line => line.Split("//")[0].Trim())));
    }

    // The shorter pieces of the README, which need some context to run.
    [Test]
    public async Task TheOtherPiecesRun()
    {
        GradientCheck.Run(new CustomDropout(0.5), input: [20]).ThrowIfFailed();
        LayerContract.Verify(() => new CustomDropout(0.5), input: [20]);

        var model = new Sequential(new Input(784), new CustomDropout(0.5), new Dense(10, Softmax));
        model.Compile(new Adam(), Loss.CategoricalCrossentropy());
        (Dataset train, Dataset _) = Mnist.Load("Engine.Examples/Data/mnist", shape: [784]);
        using var cancellation = new CancellationTokenSource();
        CancellationToken token = cancellation.Token;
        Task<History> training = Task.Run(() => model.Fit(train, new FitOptions { Epochs = 2, CancellationToken = token }), token);
        Assert.That((await training).Epochs, Is.EqualTo(2));

        model.Save("own.safetensors");
        var loaded = Model.Load("own.safetensors", new LayerCatalog().Add("CustomDropout", c => new CustomDropout(0.5)));
        float[] pixels = new float[784];
        float[] digit = loaded.Predict(Tensor.Create(pixels, [1, 784]), new PredictOptions { DegreeOfParallelism = 1 }).ToArray();
        Assert.That(digit.Sum(), Is.EqualTo(1).Within(1e-5), "ten probabilities");

        MonteCarloPrediction sure = model.PredictMonteCarlo(train.Take(50).Inputs, samples: 10, seed: 7);
        double error = Calibration.ExpectedCalibrationError(sure.Mean, train.Take(50).GetLabels());
        Assert.That(error, Is.InRange(0, 1));

        var words = new Sequential(
            new Input(80),
            new Embedding(10_000, 64, maskZero: true),
            new Bidirectional(new LSTM(64, dropout: 0.2, recurrentDropout: 0.2)),
            new Dense(1, Sigmoid));
        Assert.That(words.Predict(Tensor.Create(new int[160], [2, 80])).Lengths.ToArray(), Is.EqualTo((nint[])[2, 1]));

        var sweep = new Sweep(seed: 1) { Parameters = { SweepParameter.Values("rate", 0.1, 0.3, 0.5) }, Repeats = 3 };
        Assert.That(sweep.Run(trial => new TrialResult(("rate", trial["rate"]))).Trials, Has.Count.EqualTo(9));
    }

    private static string[] FirstBlock(string[] lines, string opening)
    {
        int begin = Array.IndexOf(lines, opening);
        return lines[(begin + 1)..Array.IndexOf(lines, "```", begin)];
    }

    private static string Root
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Engine.sln")))
                folder = folder.Parent;
            return folder?.FullName ?? throw new DirectoryNotFoundException(
                $"ReadmeTests: expected Engine.sln in a folder above {AppContext.BaseDirectory}, got none.");
        }
    }
}
