using System.Diagnostics;
using System.Security.Cryptography;
using Engine.Applications;
using Engine.Data;
using Engine.Interop;
using Engine.Layers;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>The transfer with VGG16 as the base: photographs' features, digits 5 to 9 blown up to 32 × 32 in three channels.</summary>
internal static class VggTransfer
{
    // Of vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5, as Keras publishes it.
    private const string Md5 = "6d6bbae143d832006294945121d1f1fc";
    private const int Side = 32, Classes = 5;

    public static int Run(ExampleContext context, string path, int examples)
    {
        var watch = Stopwatch.StartNew();
        CheckFile(path, context.Output);
        var digits = Digits.Load(context, [28, 28, 1]);
        Dataset few = DigitClasses.Few(DigitClasses.Take(digits.Train, 5, Classes), Classes, examples);
        Dataset test = DigitClasses.Take(digits.Test, 5, Classes);
        if (context.Quick)
            test = test.Take(100);

        Model vgg = Vgg16.Create(input: [Side, Side, 3], includeTop: false);
        KerasWeights.Load(vgg, path);
        vgg.Trainable = false;
        var input = new Input(28, 28, 1);
        Node pixels = new Rescaling(255).Apply(new Resizing(Side, Side).Apply(input.Output));
        Node colours = new Normalization(mean: [103.939, 116.779, 123.68], variance: [1, 1, 1])
            .Apply(new Concatenate(-1).Apply(pixels, pixels, pixels));
        Node features = new GlobalAveragePooling2D().Apply(vgg.Apply(colours));
        foreach (Layer layer in TransferExample.CreateHead())
            features = layer.Apply(features);
        var model = new Model(input.Output, features) { Seed = context.Seed ?? 42 };
        context.Output.WriteLine();
        context.Output.WriteLine(model.Summary());

        TransferExample.Trained run = TransferExample.Train(
            "VGG16, frozen", model, few, test, context.Epochs ?? (context.Quick ? 1 : 20), context.Seed ?? 42, context);
        TransferExample.Print(context, [run]);
        context.Save(Chart.OfHistory(run.History, "accuracy", "val_accuracy"), "vgg16.png");
        var result = new ExampleResult { Seconds = watch.Elapsed.TotalSeconds };
        digits.AddTo(result);
        result.Settings.AddRange([("base", "VGG16"), ("few_samples", few.Count), ("threads", context.DegreeOfParallelism)]);
        result.Seeds.Add(("all", context.Seed ?? 42));
        result.Metrics.AddRange([("vgg16_test_accuracy", run.TestAccuracy), ("vgg16_training_seconds", run.Seconds)]);
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    private static void CheckFile(string path, TextWriter output)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"expected a file of VGG16's weights, found none at {path}.", path);
        using FileStream file = File.OpenRead(path);
#pragma warning disable CA5351 // Keras publishes this sum: it tells files apart, and guards nothing.
        string md5 = Convert.ToHexStringLower(MD5.HashData(file));
#pragma warning restore CA5351
        output.WriteLine(md5 == Md5
            ? "The file is the one that Keras publishes, by its MD5."
            : $"The file's MD5 is {md5}, not that of the file that Keras publishes ({Md5}): its shapes decide.");
    }
}
