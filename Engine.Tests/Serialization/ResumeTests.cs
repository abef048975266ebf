using System.Diagnostics;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Serialization;

namespace Engine.Tests.Serialization;

public sealed class ResumeTests
{
    [TestCase("sgd")]
    [TestCase("rmsprop")]
    [TestCase("adam")]
    [TestCase("scheduled")]
    public void A_training_finished_in_a_new_process_ends_with_the_bits_of_one_that_was_never_stopped(string optimizer)
    {
        using TempFolder folder = new();
        ResumedTraining.Whole(optimizer).Save(folder.File("whole"), includeTraining: true);
        ResumedTraining.Begin(optimizer, folder.File("begun"));

        RunSelf("resume", optimizer, folder.File("begun"), folder.File("finished"));

        // Weights, slots, steps, epochs and seed.
        Assert.That(File.ReadAllBytes(folder.File("finished")), Is.EqualTo(File.ReadAllBytes(folder.File("whole"))));
        Assert.That(File.ReadAllBytes(folder.File("finished")), Is.Not.EqualTo(File.ReadAllBytes(folder.File("begun"))));
    }

    [Test]
    public void Another_optimizer_cannot_take_over()
    {
        using TempFolder folder = new();
        ResumedTraining.Begin("adam", folder.File("begun"));
        Model model = Model.Load(folder.File("begun"));

        Assert.That(() => model.Compile(new SGD(), Loss.CategoricalCrossentropy()), Throws.InvalidOperationException.With.Message.EqualTo(
            $"{model.Title}: expected the optimizer adam, whose state was loaded, got sgd. "
            + "Compile with the same optimizer, or save without optimizer state to begin anew."));
        Assert.That((model.EpochsTrained, model.StepsTrained, model.TrainingSeed), Is.EqualTo((4, 12L, 9ul)));
    }

    [TestCase("rmsprop", true, "velocity, momentum", "the slots velocity, average_gradient")]
    [TestCase("sgd", false, "momentum", "no slots")]
    public void An_optimizer_with_other_slots_cannot_take_over(string name, bool hasSlots, string loaded, string compiled)
    {
        using TempFolder folder = new();
        Sequential saved = new(new Input(2), new Dense(1));
        saved.Compile(hasSlots ? new RMSprop(momentum: 0.5) : new SGD(momentum: 0.5), Loss.MeanSquaredError());
        saved.Fit(new Dataset(Models.Samples.Tensor<float>(1, 4, 2), Models.Samples.Numbers<float>(4, 2)));
        saved.Save(folder.File("model"), includeTraining: true);
        Model model = Model.Load(folder.File("model"));

        Assert.That(
            () => model.Compile(hasSlots ? new RMSprop(centered: true) : new SGD(), Loss.MeanSquaredError()),
            Throws.InvalidOperationException.With.Message.EqualTo(
                $"{model.Title}: expected the optimizer {name} with the slots {loaded}, which were loaded, got one with {compiled}. "
                + "Compile with the settings of the training that was saved, or save without optimizer state to begin anew."));
        Assert.That(
            () => model.Compile(hasSlots ? new RMSprop(0.5, momentum: 0.5) : new SGD(0.5, momentum: 0.5), Loss.MeanSquaredError()),
            Throws.Nothing);
    }

    [Test]
    public void A_training_cannot_be_saved_before_Compile()
    {
        using TempFolder folder = new();
        Sequential model = new(new Input(2), new Dense(1));

        Assert.That(() => model.Save(folder.File("model"), includeTraining: true), Throws.InvalidOperationException.With.Message.EqualTo(
            "sequential (Sequential): expected a compiled model, got one that is not. Call Compile with an optimizer and a loss first."));
        Assert.That(Directory.GetFiles(folder.Path), Is.Empty);
    }

    [Test]
    public void A_rate_changed_between_the_epochs_is_saved()
    {
        using TempFolder folder = new();
        Dropout dropout = new(0.5);
        Sequential model = new(new Input(6), new Dense(3), dropout);
        model.Compile(new SGD(), Loss.MeanSquaredError());
        Models.Recorder recorder = new() { EpochEnd = _ => dropout.Rate = 0.125 };

        model.Fit(new Dataset(Models.Samples.Tensor<float>(1, 8, 6), Models.Samples.Tensor<float>(2, 8, 3)), new FitOptions { Callbacks = [recorder] });
        model.Save(folder.File("model"));

        Assert.That(((Dropout)Model.Load(folder.File("model")).GetLayer("dropout")).Rate, Is.EqualTo(0.125));
    }

    [TestCase("\"iterations\":12", "\"iterations\":-1", "expected iterations, steps and epochs of at least 0, got -1, 12 and 4.")]
    [TestCase("\"velocity\"]", "\"momentum\"]", "expected each slot once, got momentum, momentum.")]
    [TestCase("\"velocity\"]", "\"x\"]", "tensor 'optimizer/x/dense/kernel': expected the shape [6, 16], got none.")]
    [TestCase("\"seed\":\"9\"", "\"seed\":\"z\"", "The input string 'z' was not in a correct format.")]
    [TestCase("\"seed\":", "\"schedule\":null,\"seed\":", "expected a schedule, got nothing.")]
    [TestCase("\"seed\":\"9\"", "\"seed\":null", "expected a seed, got nothing.")]
    [TestCase("\"velocity\"]", "null]", "expected the names of slots, got nothing.")]
    public void A_damaged_state_of_the_training_is_refused(string from, string to, string message)
    {
        using TempFolder folder = new();
        ResumedTraining.Begin("adam", folder.File("begun"));
        SafetensorsText.Replace(folder.File("begun"), "engine.training", text =>
        {
            Assert.That(text, Does.Contain(from));
            return text.Replace(from, to, StringComparison.Ordinal);
        });

        Assert.That(() => Model.Load(folder.File("begun")), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{folder.File("begun")}: the state of the training is damaged: {message}"));
    }

    private static void RunSelf(params string[] arguments)
    {
        // The test host is an apphost on some systems, dotnet itself on others.
        string? self = Environment.ProcessPath;
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
            ?? (Path.GetFileNameWithoutExtension(self) == "dotnet" ? self! : "dotnet");
        ProcessStartInfo start = new(dotnet, ["exec", typeof(ResumeTests).Assembly.Location, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, errors + output.Result);
    }
}
