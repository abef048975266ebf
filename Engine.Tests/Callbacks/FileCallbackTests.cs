using Engine.Callbacks;
using Engine.Data;
using Engine.Layers;
using Engine.Optimizers;
using Engine.Serialization;
using Engine.Tests.Models;

namespace Engine.Tests.Callbacks;

/// <summary>ModelCheckpoint and CsvLogger.</summary>
public sealed class FileCallbackTests
{
    [Test]
    public void A_checkpoint_holds_the_model_of_its_epoch()
    {
        using TempFolder folder = new();
        Sequential model = Samples.Classifier(dropout: 0.3);
        Dictionary<int, float[]> weights = [];
        ModelCheckpoint checkpoint = new(folder.File("sub/model-{epoch:00}-{val_loss:0.0}.safetensors"));

        History history = model.Fit(Samples.Classes(40, 6, 3), new FitOptions
        {
            Epochs = 3,
            ValidationSplit = 0.25,
            Callbacks = [new Recorder { EpochEnd = state => weights[state.Epoch] = Samples.Weights<float>(model) }, checkpoint],
        });

        for (int epoch = 1; epoch <= 3; epoch++)
        {
            string path = folder.File(FormattableString.Invariant($"sub/model-0{epoch}-{history["val_loss"][epoch - 1]:0.0}.safetensors"));
            Model loaded = Model.Load(path);
            Assert.That(Samples.Weights<float>(loaded), Is.EqualTo(weights[epoch]));
            Assert.That(loaded.EpochsTrained, Is.EqualTo(epoch));
            Assert.That((checkpoint.LastPath == path, checkpoint.LastEpoch), Is.EqualTo((epoch == 3, 3)));
        }

        Assert.That(Directory.GetFiles(folder.File("sub")), Has.Length.EqualTo(3));
    }

    // A training stopped after any epoch goes on from its checkpoint to the bits of one that was not.
    [Test]
    public void A_training_goes_on_from_a_checkpoint()
    {
        using TempFolder folder = new();
        Dataset data = Samples.Classes(40, 6, 3);
        FitOptions options = new() { Epochs = 4, BatchSize = 16, Seed = 8, Callbacks = [new ModelCheckpoint(folder.File("model-{epoch}"))] };
        Sequential whole = Samples.Classifier(dropout: 0.3);
        whole.Fit(data, options);

        Model loaded = Model.Load(folder.File("model-2"));
        loaded.Compile(new SGD(0.1), Engine.Losses.Loss.CategoricalCrossentropy());
        loaded.Fit(data, options with { InitialEpoch = loaded.EpochsTrained, Callbacks = [] });

        Assert.That(Samples.Weights<float>(loaded), Is.EqualTo(Samples.Weights<float>(whole)));
    }

    [TestCase(new[] { 0.3, 0.2, 0.4, 0.2, 0.1 }, null, false, new[] { 1, 2, 5 })]
    [TestCase(new[] { 0.3, 0.2, 0.4, 0.2, 0.1 }, null, true, new[] { 1, 3 })]
    [TestCase(new[] { 0.3, 0.2, 0.4, 0.2, 0.1 }, 0.2, false, new[] { 5 })]
    public void Only_the_best_are_saved(double[] losses, double? initialBest, bool maximize, int[] saved)
    {
        using TempFolder folder = new();
        ModelCheckpoint checkpoint = new(folder.File("model-{epoch}"), "loss", maximize)
        {
            SaveBestOnly = true,
            IncludeTraining = false,
            InitialBest = initialBest,
        };
        History history = new();
        TrainingState state = new(new Sequential(new Input(1), new Dense(1)), losses.Length, 1, history) { HistoryKeys = ["loss"] };
        checkpoint.OnTrainBegin(state);
        foreach (double loss in losses)
        {
            history.Add("loss", loss);
            state.Epoch++;
            checkpoint.OnEpochEnd(state);
        }

        Assert.That(Directory.GetFiles(folder.Path).Order(), Is.EqualTo(saved.Select(epoch => folder.File($"model-{epoch}"))));
        Assert.That((checkpoint.LastEpoch, checkpoint.Best), Is.EqualTo((saved[^1], losses[saved[^1] - 1])));
        Assert.That(() => Model.Load(checkpoint.LastPath!).StepsTrained, Is.Zero);
    }

    [Test]
    public void A_path_with_an_unknown_key_is_refused_before_the_first_step()
    {
        Sequential model = Samples.Classifier();

        Assert.That(
            () => model.Fit(Samples.Classes(9, 6, 3), new FitOptions { Callbacks = [new ModelCheckpoint("{epoch}-{val_loss:0.00}")] }),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "ModelCheckpoint: expected epoch or one of loss, accuracy in the braces of a path, got 'val_loss'. "
                + "Give Fit ValidationData or a ValidationSplit, or Compile a metric of that name."));
        Assert.That(model.StepsTrained, Is.Zero);
    }

    [Test]
    public void A_log_has_a_line_an_epoch_and_goes_on()
    {
        using TempFolder folder = new();
        string path = folder.File("logs/training.csv");
        Model model = ScheduledFitTests.OneWeight(new SGD(new ExponentialDecay(0.4, 1, 0.5)));

        model.Fit(ScheduledFitTests.OneSample, new FitOptions { Epochs = 2, Callbacks = [new CsvLogger(path)] });

        // Losses 1² and 0.2², before the steps.
        string[] lines = File.ReadAllLines(path);
        Assert.That(lines[..2], Is.EqualTo(new[] { "epoch,loss,learning_rate", "1,1,0.4" }));
        Assert.That(lines[2], Does.StartWith("2,0.0").And.EndWith(",0.2"));
        model.Fit(
            ScheduledFitTests.OneSample,
            new FitOptions { InitialEpoch = 2, Epochs = 3, Callbacks = [new CsvLogger(path, append: true)] });
        Assert.That(File.ReadAllLines(path)[..3], Is.EqualTo(lines));
        Assert.That(File.ReadAllLines(path)[3], Does.StartWith("3,").And.EndWith(",0.1"));
        model.Fit(ScheduledFitTests.OneSample, new FitOptions { Callbacks = [new CsvLogger(path, separator: ';')] });
        Assert.That(File.ReadAllText(path), Does.StartWith("epoch;loss;learning_rate\n1;"));
        Assert.That(
            () => model.Fit(ScheduledFitTests.OneSample, new FitOptions { Callbacks = [new CsvLogger(path, append: true)] }),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
                $"CsvLogger: expected the columns epoch,loss,learning_rate in {path}, got epoch;loss;learning_rate. "
                + "Write to another file, or begin this one anew."));
    }
}
