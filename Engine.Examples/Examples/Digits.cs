using System.CommandLine;
using System.Globalization;
using Engine.Data;

namespace Engine.Examples;

/// <summary>The handwritten digits of an example: the sample in this repository, or all of MNIST.</summary>
/// <param name="Train">To train on.</param>
/// <param name="Test">To test with.</param>
/// <param name="Source">What they are, in words.</param>
internal sealed record Digits(Dataset Train, Dataset Test, string Source)
{
    /// <summary>Where MNIST's files are.</summary>
    public static Option<string?> Folder { get; } = ExampleOption.Text(
        "--data", "folder", "all of MNIST, from the folder of its four files (--full: from ENGINE_DATA_DIR)");

    /// <summary>Loads them as numbers from 0 to 1, with one-hot labels.</summary>
    /// <param name="context">Says which digits are wanted.</param>
    /// <param name="shape">The shape of a digit: rows of 784 numbers if null.</param>
    /// <exception cref="DirectoryNotFoundException">
    /// All of MNIST is asked for and is not there; the message says where to put it.
    /// </exception>
    public static Digits Load(ExampleContext context, Shape? shape = null)
    {
        string? folder = context.Get(Folder);
        bool isSample = !context.Full && folder is null;
        (Dataset train, Dataset test) = Mnist.Load(
            isSample ? Path.Combine(AppContext.BaseDirectory, "Data", "mnist") : folder, shape ?? [784]);
        var digits = new Digits(train, test, isSample ? "the sample of MNIST in this repository" : "MNIST");
        context.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Data: {train.Count:N0} digits to train on and {test.Count:N0} to test with ({digits.Source})."));
        if (isSample)
            context.Output.WriteLine("      --full takes all of MNIST, from a folder of its files.");
        return digits;
    }

    /// <summary>Writes down what was trained on.</summary>
    public void AddTo(ExampleResult result)
    {
        result.Settings.Add(("data", Source));
        result.Settings.Add(("train_samples", Train.Count));
        result.Settings.Add(("test_samples", Test.Count));
    }
}
