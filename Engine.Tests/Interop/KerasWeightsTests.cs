using System.Numerics;
using Engine.Interop;
using Engine.Layers;
using Engine.Tests.Models;
using PureHDF;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Interop;

/// <summary>Files that h5py wrote (make_keras_files.py, beside this), and our own in the same layouts.</summary>
public sealed class KerasWeightsTests
{
    private static Sequential Plain(Precision precision = Precision.Single) => new(
        new Input(4), new Dense(3, ReLU), new Dropout(0.5), new Dense(5, ReLU), new Dense(2, useBias: false))
    {
        Precision = precision,
        Seed = 3,
    };

    private static string PathOf(string file) =>
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Interop", "Files", file);

    // What the script wrote as the weight of a number: (100 number + 0, 1, 2, ...) / 8.
    internal static void AssertHolds<T>(Parameter parameter, int number)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Assert.That(
        parameter.Values<T>().ToArray(),
        Is.EqualTo(Enumerable.Range(0, parameter.Shape.Size).Select(i => T.CreateChecked(((100 * number) + i) / 8.0))),
        $"weight {number}");

    internal static string ErrorOf(Model model, string file, bool byName = false)
    {
        float[] before = Samples.Weights<float>(model);
        string message = Assert.Throws<InvalidDataException>(() => KerasWeights.Load(model, file, byName))!.Message;
        Assert.That(Samples.Weights<float>(model), Is.EqualTo(before), "something was loaded");
        return message.Replace(file, "FILE", StringComparison.Ordinal);
    }

    [TestCase("legacy.h5", KerasLayout.Legacy)]
    [TestCase("legacy_whole_model.h5", KerasLayout.Legacy)]
    [TestCase("legacy_split_names.h5", KerasLayout.Legacy)]
    [TestCase("keras3.weights.h5", KerasLayout.Keras3)]
    [TestCase("keras3_named.weights.h5", KerasLayout.Keras3)]
    public void Weights_are_loaded_in_order(string file, KerasLayout layout)
    {
        Sequential model = Plain();
        KerasLoadReport report = KerasWeights.Load(model, PathOf(file));
        Assert.That(model.Parameters, Has.Count.EqualTo(5));
        for (int i = 0; i < 5; i++)
        {
            AssertHolds<float>(model.Parameters[i], i + 1);
        }

        Assert.That(report.Layout, Is.EqualTo(layout));
        Assert.That(report.ToString(), Is.EqualTo("3 layers loaded; not in the file: none; not in the model: none"));

        Sequential twin = Plain(Precision.Double);
        KerasWeights.Load(twin, PathOf(file));
        for (int i = 0; i < 5; i++)
        {
            AssertHolds<double>(twin.Parameters[i], i + 1);
        }
    }

    [Test]
    public void Names_do_not_matter_in_order()
    {
        var input = new Input(4);
        Node hidden = new Dense(5) { Name = "b" }.Apply(new Dense(3) { Name = "z" }.Apply(input.Output));
        Model model = new(input.Output, new Activation(Tanh).Apply(new Dense(2, useBias: false) { Name = "a" }.Apply(hidden)));
        foreach (string file in (string[])["legacy.h5", "keras3.weights.h5"])
        {
            Assert.That(KerasWeights.Load(model, PathOf(file)).Loaded, Is.EqualTo((string[])["z", "b", "a"]));
            AssertHolds<float>(((Dense)model.GetLayer("a")).Kernel!, 5);
        }
    }

    [Test]
    public void By_name_takes_what_both_have()
    {
        Sequential model = new(
            new Input(4), new Dense(3) { Name = "dense" }, new Dense(9) { Name = "new" }, new Dense(2, useBias: false) { Name = "dense_2" });
        float[] fresh = ((Dense)model.Layers[2]).Kernel!.Values<float>().ToArray();
        Assert.That(ErrorOf(model, PathOf("legacy.h5"), byName: true), Is.EqualTo(
            "KerasWeights: FILE: 'dense_2/dense_2/kernel:0': expected the shape [9, 2] of kernel of dense_2 (Dense), got [5, 2]."));

        model = new(new Input(4), new Dense(3) { Name = "dense" }, new Dense(9) { Name = "new" });
        KerasLoadReport report = KerasWeights.Load(model, PathOf("legacy.h5"), byName: true);
        AssertHolds<float>(model.Parameters[0], 1);
        AssertHolds<float>(model.Parameters[1], 2);
        Assert.That(model.Parameters[2].Values<float>().ToArray(), Is.EqualTo(fresh));
        Assert.That(report.ToString(), Is.EqualTo("1 layers loaded; not in the file: new; not in the model: dense_1, dense_2"));

        model = new(new Input(3), new Dense(5) { Name = "other" }, new Dense(1) { Name = "new" });
        report = KerasWeights.Load(model, PathOf("keras3_named.weights.h5"), byName: true);
        AssertHolds<float>(model.Parameters[0], 3);
        Assert.That(report.ToString(), Is.EqualTo("1 layers loaded; not in the file: new; not in the model: hidden, output"));
    }

    [Test]
    public void A_file_without_the_top_is_loaded_by_order_or_by_name()
    {
        Sequential model = new(new Input(4), new Dense(3) { Name = "dense" }, new Dense(5) { Name = "dense_1" });
        KerasWeights.Load(model, PathOf("legacy_notop.h5"));
        AssertHolds<float>(model.Parameters[3], 4);

        Assert.That(ErrorOf(Plain(), PathOf("legacy_notop.h5")), Is.EqualTo(
            "KerasWeights: FILE: expected 3 layers with weights, as the model has, got 2. In the model: dense, dense_1, dense_2. "
            + "In the file: dense, dense_1. Load by name to take what both have."));
        Assert.That(KerasWeights.Load(Plain(), PathOf("legacy_notop.h5"), byName: true).NotInFile, Is.EqualTo((string[])["dense_2"]));
    }

    [Test]
    public void What_does_not_fit_is_named_and_nothing_is_loaded()
    {
        Assert.That(ErrorOf(Plain(), PathOf("legacy_wrong_shape.h5")), Is.EqualTo(
            "KerasWeights: FILE: 'dense_1/dense_1/kernel:0': expected the shape [3, 5] of kernel of dense_1 (Dense), got [5, 3]."));
        Assert.That(ErrorOf(Plain(), PathOf("legacy_integers.h5")), Is.EqualTo(
            "KerasWeights: FILE: 'dense/dense/kernel:0': expected floating-point numbers of 16, 32 or 64 bits for kernel of dense (Dense), "
            + "got FixedPoint of 32 bits."));
        Assert.That(ErrorOf(Plain(), PathOf("not_keras.h5")), Is.EqualTo(
            "KerasWeights: FILE: expected weights of Keras, either groups 'layers' as of Keras 3, or attributes 'layer_names' as of "
            + "Keras 2, got neither."));

        Sequential biased = new(new Input(4), new Dense(3), new Dense(5), new Dense(2));
        Assert.That(ErrorOf(biased, PathOf("legacy.h5")), Is.EqualTo(
            "KerasWeights: FILE: layer 'dense_2': expected 2 weights for dense_2 (Dense), kernel, bias, got 1: dense_2/kernel:0."));
        Assert.That(ErrorOf(biased, PathOf("keras3.weights.h5")), Is.EqualTo(
            "KerasWeights: FILE: layer 'layers/dense_2': expected 2 weights for dense_2 (Dense), kernel, bias, "
            + "got 1: layers/dense_2/vars/0."));
        Assert.That(ErrorOf(new Sequential(new Input(4), new Dense(7)), PathOf("keras3.weights.h5")), Is.EqualTo(
            "KerasWeights: FILE: expected 1 layers with weights, as the model has, got 3. The model lacks layers/dense_1, layers/dense_2."));
        Sequential longer = new(new Input(4), new Dense(3), new Dense(5), new Dense(2, useBias: false), new Dense(1));
        Assert.That(ErrorOf(longer, PathOf("keras3.weights.h5")), Is.EqualTo(
            "KerasWeights: FILE: expected the weights of dense_3 (Dense) at 'layers/dense_3/vars', got none. "
            + "The file has layers/dense, layers/dense_1, layers/dense_2."));
        Assert.That(ErrorOf(Plain(), PathOf("keras3.weights.h5"), byName: true), Is.EqualTo(
            "KerasWeights: FILE: expected the names of layers, got a file of an earlier Keras 3, which has none. Load it by order."));
        Assert.That(ErrorOf(Plain(), PathOf("keras3_named.weights.h5"), byName: true), Is.EqualTo(
            "KerasWeights: FILE: expected a layer of the same name in the model and in the file, got none. "
            + "In the model: dense, dense_1, dense_2. In the file: hidden, other, output."));
    }

    [Test]
    public void A_file_that_is_missing_or_of_another_kind_is_refused()
    {
        using TempFolder folder = new();
        Assert.That(() => KerasWeights.Load(Plain(), folder.File("none.h5")), Throws.TypeOf<FileNotFoundException>());
        Assert.That(ErrorOf(Plain(), folder.Write("text.h5", [.. Enumerable.Repeat((byte)'a', 200)])), Is.EqualTo(
            "KerasWeights: FILE: expected an HDF5 file, got one that does not begin like one. "
            + "Files ending in .keras are zip files; the weights are model.weights.h5 inside."));
        Assert.That(ErrorOf(Plain(), folder.Write("empty.h5", [])), Does.StartWith("KerasWeights: FILE: expected an HDF5 file"));
    }

    [TestCase("legacy.h5")]
    [TestCase("legacy_split_names.h5")]
    public void A_file_that_was_cut_short_is_refused(string file)
    {
        using TempFolder folder = new();
        byte[] whole = File.ReadAllBytes(PathOf(file));
        for (int length = 8; length < whole.Length; length += length < 100 ? 1 : 97)
        {
            string cut = folder.Write("cut.h5", whole[..length]);
            Assert.That(ErrorOf(Plain(), cut), length < 64
                ? Is.EqualTo($"KerasWeights: FILE: expected a file of at least 64 bytes, as its first ones say, got {length}. "
                    + "It was cut short, or it is damaged.")
                : Is.EqualTo($"KerasWeights: FILE: expected a file of {whole.Length} bytes, as its first ones say, got {length}. "
                    + "It was cut short, or it is damaged."));
        }
    }

    // Whatever a damaged file says, it is read, or refused as damaged or not fitting, and then nothing has changed.
    [TestCase("legacy_whole_model.h5")]
    [TestCase("keras3_named.weights.h5")]
    [TestCase("legacy_split_names.h5")]
    public void A_damaged_file_is_read_or_refused(string file)
    {
        using TempFolder folder = new();
        byte[] whole = File.ReadAllBytes(PathOf(file));
        Random random = new(11);
        int refused = 0;
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. whole];
            int place = random.Next(damaged.Length);
            damaged[place] = (byte)random.Next(256);
            Sequential model = Plain();
            float[] before = Samples.Weights<float>(model);
            try
            {
                KerasWeights.Load(model, folder.Write("damaged.h5", damaged));
            }
            catch (InvalidDataException exception)
            {
                refused++;
                Assert.That(exception.Message, Does.StartWith($"KerasWeights: {folder.File("damaged.h5")}: "), $"byte {place}");
                Assert.That(Samples.Weights<float>(model), Is.EqualTo(before), $"byte {place}");
            }
        }

        Assert.That(refused, Is.GreaterThan(0));
    }

    [TestCase(KerasLayout.Keras3, Precision.Single)]
    [TestCase(KerasLayout.Keras3, Precision.Double)]
    [TestCase(KerasLayout.Legacy, Precision.Single)]
    [TestCase(KerasLayout.Legacy, Precision.Double)]
    public void What_is_saved_comes_back(KerasLayout layout, Precision precision)
    {
        using TempFolder folder = new();
        Sequential model = Plain(precision);
        Sequential other = new(new Input(4), new Dense(3), new Dropout(0.5), new Dense(5), new Dense(2, useBias: false))
        {
            Precision = precision,
            Seed = 4,
        };
        folder.Write("model.h5", [1, 2, 3]);
        KerasWeights.Save(model, folder.File("model.h5"), layout);
        Assert.That(KerasWeights.Load(other, folder.File("model.h5")).Layout, Is.EqualTo(layout));
        if (precision == Precision.Single)
        {
            Assert.That(Samples.Weights<float>(other), Is.EqualTo(Samples.Weights<float>(model)));
        }
        else
        {
            Assert.That(Samples.Weights<double>(other), Is.EqualTo(Samples.Weights<double>(model)));
        }

        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void Saved_files_have_the_names_of_Keras()
    {
        using TempFolder folder = new();
        Sequential model = new(new Input(4), new Sequential(new Input(4), new Dense(3) { Name = "first" }) { Name = "base" }, new Dense(2) { Name = "head" });
        KerasWeights.Save(model, folder.File("new"));
        KerasWeights.Save(model, folder.File("old"), KerasLayout.Legacy);

        using (var file = H5File.OpenRead(folder.File("new")))
        {
            Assert.That(file.Dataset("layers/sequential/layers/dense/vars/0").Read<float[,]>(), Has.Length.EqualTo(12));
            Assert.That(file.Dataset("layers/dense/vars/1").Read<float[]>(), Is.EqualTo((float[])[0, 0]));
            Assert.That(file.Group("layers/dense/vars").Attribute("name").Read<string>(), Is.EqualTo("head"));
            Assert.That(file.LinkExists("vars"));
        }

        using (var file = H5File.OpenRead(folder.File("old")))
        {
            Assert.That(file.Attribute("layer_names").Read<string[]>(), Is.EqualTo((string[])["input", "base", "head"]));
            Assert.That(file.Attribute("keras_version").Read<string>(), Does.StartWith("2."));
            Assert.That(file.Group("base").Attribute("weight_names").Read<string[]>(), Is.EqualTo((string[])["first/kernel:0", "first/bias:0"]));
            Assert.That(file.Dataset("base/first/kernel:0").Read<float[,]>(), Has.Length.EqualTo(12));
            Assert.That(file.LinkExists("input"));
        }
    }

    [Test]
    public void A_path_that_cannot_be_written_leaves_nothing_behind()
    {
        using TempFolder folder = new();
        Assert.That(
            () => KerasWeights.Save(Plain(), folder.File("no/model.weights.h5")), Throws.InstanceOf<IOException>());
        Assert.That(
            () => KerasWeights.Save(Plain(), folder.File("model.h5"), (KerasLayout)2),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("KerasWeights.Save: expected Keras3 or Legacy, got 2."));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    // A block of ResNet: Keras counts the way to the output, so that the shortcut comes after the layers it runs beside.
    [Test]
    public void Layers_stand_in_the_order_of_Keras()
    {
        var input = new Input(6);
        Node x = new Dense(5) { Name = "stem" }.Apply(input.Output);
        Node shortcut = new Activation(Tanh) { Name = "0_bn" }.Apply(new Dense(8) { Name = "0_conv" }.Apply(x));
        Node deep = new Activation(ReLU) { Name = "1_relu" }.Apply(new Dense(3) { Name = "1_conv" }.Apply(x));
        deep = new Activation(Tanh) { Name = "3_bn" }.Apply(new Dense(8) { Name = "3_conv" }.Apply(deep));
        Model model = new(input.Output, new Add().Apply(shortcut, deep));
        Assert.That(KerasModel.Layers(model).Select(model.NameOf), Is.EqualTo((string[])
            ["input", "stem", "1_conv", "1_relu", "0_conv", "3_conv", "0_bn", "3_bn", "add"]));
    }

    [TestCase("Dense", "dense")]
    [TestCase("Conv2D", "conv2d")]
    [TestCase("DepthwiseConv2D", "depthwise_conv2d")]
    [TestCase("Conv2DTranspose", "conv2d_transpose")]
    [TestCase("MaxPooling2D", "max_pooling2d")]
    [TestCase("BatchNormalization", "batch_normalization")]
    [TestCase("LSTM", "lstm")]
    [TestCase("PReLU", "p_re_lu")]
    public void Classes_are_called_as_Keras_calls_them(string name, string expected) =>
        Assert.That(KerasModel.SnakeCase(name), Is.EqualTo(expected));
}
