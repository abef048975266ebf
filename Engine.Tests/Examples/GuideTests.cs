using System.Numerics.Tensors;
using Engine.Applications;
using Engine.Examples;
using Engine.Interop;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;

namespace Engine.Tests.Examples;

/// <summary>The guide's sections do what they say, on the digits in this repository.</summary>
public class GuideTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Data", "mnist");

    [Test]
    public void TheClassifierIsTrainedDrawnKeptAndTrainedOn()
    {
        using TempFolder folder = new();
        Sequential model = Guide.CreateClassifier();
        (History history, Tensor<float> probabilities) = Guide.Train(model, Folder);
        Assert.That(probabilities.Lengths.ToArray(), Is.EqualTo(new nint[] { 2000, 10 }));

        // 0.91 as measured, less two standard errors of 1,000 digits and what another processor's rounding may change.
        Assert.That(history["val_accuracy"].Max(), Is.GreaterThan(0.87));

        Guide.DrawAccuracy(history, folder.File("accuracy.png"));
        Assert.That(new FileInfo(folder.File("accuracy.png")).Length, Is.GreaterThan(1000));

        (_, Engine.Data.Dataset test) = Engine.Data.Mnist.Load(Folder, shape: [784]);
        (Tensor<float> mean, Tensor<float> deviation, Tensor<float> entropy, Tensor<float> disagreement) =
            Guide.AskHowSure(model, test.Inputs);
        Assert.That(mean.Lengths.ToArray(), Is.EqualTo(deviation.Lengths.ToArray()));
        bool[] isRight = [.. test.GetLabels().Select((label, i) => Enumerable.Range(0, 10).MaxBy(digit => mean[i, digit]) == label)];
        float Mean(Tensor<float> values, bool right) => values.Where((_, i) => isRight[i] == right).Average();
        Assert.That(Mean(entropy, right: false), Is.GreaterThan(1.5 * Mean(entropy, right: true)), "less sure where it is wrong");
        Assert.That(Mean(disagreement, right: false), Is.GreaterThan(1.5 * Mean(disagreement, right: true)));

        Guide.DrawActivations(model, Guide.CreateClassifier(), test.Take(30), folder.File("activations.svg"));
        Assert.That(File.ReadAllText(folder.File("activations.svg")), Does.Contain("Activations without dropout"));

        Model loaded = Guide.SaveAndLoad(model, folder.File("digits.safetensors"));
        Assert.That(loaded.Predict(test.Inputs).SequenceEqual(probabilities), "the loaded model predicts what the saved one did");

        History more = Guide.TrainOn(model, folder.File("training.safetensors"), Folder);
        Assert.That(more.Epochs, Is.EqualTo(1));
    }

    [Test]
    public void DroppedNumbersAreZeroOrTwiceAsLarge()
    {
        float[] x = [.. RandomTensor.Normal([100, 20], seed: 1)], dropped = [.. Guide.DropNumbers()];
        Assert.That(dropped.Zip(x).All(pair => pair.First == 0 || pair.First == 2 * pair.Second));

        // Half of 2,000, within five standard deviations.
        Assert.That(dropped.Count(value => value == 0), Is.EqualTo(1000).Within(112));
    }

    [Test]
    public void TheConvolutionalNetworksLearn()
    {
        (Engine.Data.Dataset train, _) = Engine.Data.Mnist.Load(Folder, shape: [28, 28, 1]);
        foreach (Sequential model in (Sequential[])[Guide.CreateConvolutional(), Guide.CreateRegularized()])
        {
            model.Compile(new Adam(1e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());
            History history = model.Fit(train.Take(600), new FitOptions { Epochs = 3, BatchSize = 32, Seed = 7 });
            Assert.That(history["loss"][^1], Is.LessThan(0.8 * history["loss"][0]), model.Summary());
        }
    }

    [Test]
    public void TheRecurrentNetworkLearns()
    {
        (Engine.Data.Dataset train, _) = Engine.Data.Mnist.Load(Folder, shape: [28, 28]);
        Sequential model = Guide.CreateRecurrent();
        model.Compile(new Adam(5e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        History history = model.Fit(train.Take(600), new FitOptions { Epochs = 5, BatchSize = 32, Seed = 7 });
        Assert.That(history["loss"][^1], Is.LessThan(0.9 * history["loss"][0]), model.Summary());
    }

    [Test]
    public void TheFrozenBaseTakesItsWeightsFromAFileOfKeras()
    {
        using TempFolder folder = new();
        string path = folder.File("vgg16_notop.h5");
        Model vgg = Vgg16.Create(input: [32, 32, 3], includeTop: false);
        KerasWeights.Save(vgg, path, KerasLayout.Legacy);
        Model transfer = Guide.CreateTransfer(path);
        Assert.That(transfer.Output.Shape[^1], Is.EqualTo(5));
        Assert.That(transfer.TrainableParameterCount, Is.EqualTo((513 * 1024) + (1025 * 512) + (513 * 5)), "the new head");
        float[] kernel = transfer.GetLayer("block5_conv3").Parameters[0].ToTensor<float>().ToArray();
        Assert.That(kernel, Is.EqualTo(vgg.GetLayer("block5_conv3").Parameters[0].ToTensor<float>().ToArray()));
    }

    [Test]
    public void TheRateIsFoundByASweepThatGoesOn()
    {
        using TempFolder folder = new();
        (Engine.Data.Dataset train, _) = Engine.Data.Mnist.Load(Folder, shape: [784]);
        Engine.Tuning.SweepResult result = Guide.FindRate(train.Take(150), folder.File("rates.jsonl"));
        Assert.That(result.Points.Select(point => point["rate"]), Is.EqualTo(new[] { 0.1, 0.3, 0.5 }));
        Assert.That(result.Trials, Has.Count.EqualTo(9));
        Assert.That(File.ReadAllLines(folder.File("rates.jsonl")), Has.Length.EqualTo(10));
        Assert.That(
            Guide.FindRate(train.Take(150), folder.File("rates.jsonl")).ToCsv(), Is.EqualTo(result.ToCsv()), "seconds included: nothing ran");
        Assert.That(
            Guide.CreateForRates().Select(model => ((Engine.Layers.Dropout)model.GetLayer("dropout_1")).Rate), Is.EqualTo(new[] { 0.1, 0.3, 0.5 }));
    }

    [Test]
    public void TheScheduleGivesTheLearningRate()
    {
        (Engine.Data.Dataset train, _) = Engine.Data.Mnist.Load(Folder, shape: [784]);
        Sequential model = Guide.CreateClassifier();
        Guide.CompileWithSchedule(model);
        History history = model.Fit(train.Take(64), new FitOptions { Epochs = 2, BatchSize = 32 });

        // The rates of steps 1 and 3 of 10,000.
        CosineDecay cosine = new(1e-3, 10_000);
        Assert.That(history["learning_rate"], Is.EqualTo(new[] { cosine.RateAt(1), cosine.RateAt(3) }));
    }

    [Test]
    public void TheMasksThatAreShownAreTheNetworksOwn()
    {
        (_, Engine.Data.Dataset test) = Engine.Data.Mnist.Load(Folder, shape: [28, 28, 1]);
        Tensor<float> digits = test.Take(20).Inputs;
        Sequential network = ActivationsExample.CreateDense(0.4, seed: 3);
        (Tensor<float> first, Tensor<float> second) = ActivationsExample.DrawMasks(network, digits, seed: 5);
        foreach ((Tensor<float> mask, string layer, string dropout) in
            new[] { (first, "dense", "dropout"), (second, "dense_1", "dropout_1") })
        {
            float[] before = InTraining(layer), after = InTraining(dropout);
            Assert.That(after, Is.EqualTo(before.Zip(mask, (x, kept) => x * kept)), layer);
            Assert.That(before.Count(x => x > 0), Is.GreaterThan(before.Length / 4), "else this tests little");

            // Within five standard deviations of 0.4.
            double share = mask.Average(kept => kept == 0 ? 1 : 0);
            Assert.That(share, Is.EqualTo(0.4).Within(5 * Math.Sqrt(0.24 / before.Length)), layer);
        }

        float[] InTraining(string layer) =>
            [.. network.OutputOf(layer).Predict(digits, new PredictOptions { Phase = Engine.Layers.Phase.Training, Seed = 5 })];
    }

    [Test]
    public void TheOwnLayerPassesItsChecks() => Assert.That(Guide.CheckOwnLayer().Passed);
}
