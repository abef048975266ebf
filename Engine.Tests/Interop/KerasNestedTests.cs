using Engine.Applications;
using Engine.Interop;
using Engine.Layers;
using Engine.Tests.Models;
using PureHDF;

namespace Engine.Tests.Interop;

/// <summary>Models inside models, with state that does not train, and the layers of the applications.</summary>
public sealed class KerasNestedTests
{
    // The layers of "base" in the script: first (4 → 3), norm, second (3 → 5) without a bias; then the head (5 → 2).
    private static Model Nested(string first, string norm, string second)
    {
        var inside = new Input(4);
        Node x = new Dense(3) { Name = first }.Apply(inside);
        x = new BatchNormalization { Name = norm }.Apply(x);
        Model inner = new(inside, new Dense(5, useBias: false) { Name = second }.Apply(x)) { Name = "base" };
        var input = new Input(4);
        return new Model(input, new Dense(2) { Name = "head" }.Apply(inner.Apply(input)));
    }

    private static string PathOf(string file) =>
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Interop", "Files", file);

    private static void AssertHold(Model model, params int[] numbers)
    {
        Assert.That(model.Parameters.Select(parameter => parameter.Name), Is.EqualTo((string[])
            ["kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "kernel", "kernel", "bias"]));
        for (int i = 0; i < numbers.Length; i++)
        {
            KerasWeightsTests.AssertHolds<float>(model.Parameters[i], numbers[i]);
        }
    }

    [TestCase("first", "norm", "second")]
    [TestCase("other", "names", "here")]
    public void A_model_inside_is_one_group_of_the_old_layout(string first, string norm, string second)
    {
        Model model = Nested(first, norm, second);
        KerasLoadReport report = KerasWeights.Load(model, PathOf("legacy_nested.h5"));
        AssertHold(model, 1, 2, 3, 4, 6, 7, 5, 8, 9);
        Assert.That(report.Loaded, Is.EqualTo((string[])["base", "head"]));

        // Keras wrote the same model frozen: layer by layer.
        model = Nested(first, norm, second);
        KerasWeights.Load(model, PathOf("legacy_nested_frozen.h5"));
        AssertHold(model, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    [Test]
    public void Keras_3_has_the_layers_of_a_model_inside_below_it()
    {
        Model model = Nested("any", "names", "here");
        KerasLoadReport report = KerasWeights.Load(model, PathOf("keras3_nested.weights.h5"));
        AssertHold(model, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Assert.That(report.Loaded, Is.EqualTo((string[])["base/any", "base/names", "base/here", "head"]));
    }

    [Test]
    public void What_does_not_fit_inside_is_named()
    {
        var inside = new Input(4);
        Model inner = new(inside, new Dense(3) { Name = "first" }.Apply(inside)) { Name = "base" };
        var input = new Input(4);
        Model model = new(input, new Dense(2) { Name = "head" }.Apply(inner.Apply(input)));
        Assert.That(KerasWeightsTests.ErrorOf(model, PathOf("legacy_nested.h5")), Is.EqualTo(
            "KerasWeights: FILE: expected 1 layers with weights, as base has, got 3. In base: first. "
            + "In 'base' of the file: first, norm, second. Load by name to take what both have."));
    }

    [TestCase(KerasLayout.Keras3)]
    [TestCase(KerasLayout.Legacy)]
    public void A_nested_model_comes_back_whatever_is_frozen(KerasLayout layout)
    {
        using TempFolder folder = new();
        Model model = Nested("first", "norm", "second"), other = Nested("first", "norm", "second");
        other.SetParameters(other.Parameters.ToDictionary(parameter => parameter, parameter => new float[parameter.Shape.Size]));
        ((Model)model.GetLayer("base")).GetLayer("first").Trainable = false;
        KerasWeights.Save(model, folder.File("file"), layout);
        KerasWeights.Load(other, folder.File("file"));
        Assert.That(Samples.Weights<float>(other), Is.EqualTo(Samples.Weights<float>(model)));
    }

    // Keras's Normalization has a count beside mean and variance, and layers that draw at random have state that is no weight.
    [TestCase(KerasLayout.Keras3, false)]
    [TestCase(KerasLayout.Keras3, true)]
    [TestCase(KerasLayout.Legacy, false)]
    [TestCase(KerasLayout.Legacy, true)]
    public void Normalization_has_its_count_and_augmentation_no_weights(KerasLayout layout, bool isInside)
    {
        using TempFolder folder = new();
        Sequential model = Made(1), other = Made(2);
        KerasWeights.Save(model, folder.File("file"), layout);
        KerasLoadReport report = KerasWeights.Load(other, folder.File("file"));
        Assert.That(Samples.Weights<float>(other), Is.EqualTo(Samples.Weights<float>(model)));
        Assert.That(report.NotInModel, Is.Empty);

        using var file = H5File.OpenRead(folder.File("file"));
        string place = (layout, isInside) switch
        {
            (KerasLayout.Keras3, false) => "layers/normalization/vars/2",
            (KerasLayout.Keras3, true) => "layers/sequential/layers/normalization/vars/2",
            (_, false) => "scaled/scaled/count:0",
            (_, true) => "base/scaled/count:0",
        };
        Assert.That(file.Dataset(place).Read<int>(), Is.Zero);
        Assert.That(file.Dataset(place).Space.Dimensions, Is.Empty);

        Sequential Made(ulong seed)
        {
            Normalization normalization = new() { Name = "scaled" };
            normalization.Adapt(Samples.Tensor<float>(seed, 9, 2, 3, 1));
            Layer[] first = [new RandomFlip(), normalization, new Conv2D(2, (1, 2)) { Name = "folded" }];
            Layer[] layers = isInside
                ? [new Sequential([new Input(2, 3, 1), .. first]) { Name = "base" }]
                : [new Input(2, 3, 1), .. first];
            return new Sequential([.. layers, new Flatten(), new Dense(2) { Name = "head" }]) { Seed = seed };
        }
    }

    [Test]
    public void State_of_random_numbers_is_no_weight()
    {
        using TempFolder folder = new();
        H5File file = new()
        {
            ["layers"] = new H5Group
            {
                ["random_flip"] = new H5Group { ["generator"] = Variables(new H5Dataset(new uint[] { 1, 2 })) },
                ["dropout"] = new H5Group { ["seed_generator"] = Variables(new H5Dataset(new uint[] { 1, 2 })) },
                ["dense"] = Variables(
                    new H5Dataset(new float[] { 1, 2 }, fileDims: [2, 1]), new H5Dataset(new float[] { 3 }, fileDims: [1])),
            },
        };
        file.Write(folder.File("file"));
        Sequential model = new(new Input(1, 2, 1), new RandomFlip(), new Flatten(), new Dropout(0.5), new Dense(1));
        Assert.That(KerasWeights.Load(model, folder.File("file")).ToString(), Is.EqualTo(
            "1 layers loaded; not in the file: none; not in the model: none"));
        Assert.That(Samples.Weights<float>(model), Is.EqualTo((float[])[1, 2, 3]));

        static H5Group Variables(params H5Dataset[] all)
        {
            H5Group variables = [];
            foreach ((int i, H5Dataset dataset) in all.Index())
            {
                variables[$"{i}"] = dataset;
            }

            return new H5Group { ["vars"] = variables };
        }
    }

    // What trains stands first, as Keras writes it.
    [Test]
    public void A_saved_group_has_the_order_of_Keras()
    {
        using TempFolder folder = new();
        Model model = Nested("first", "norm", "second");
        Assert.That(Names(), Is.EqualTo((string[])
        [
            "first/kernel:0", "first/bias:0", "norm/gamma:0", "norm/beta:0", "second/kernel:0", "norm/moving_mean:0",
            "norm/moving_variance:0",
        ]));
        model.GetLayer("base").Trainable = false;
        Assert.That(Names(), Is.EqualTo((string[])
        [
            "first/kernel:0", "first/bias:0", "norm/gamma:0", "norm/beta:0", "norm/moving_mean:0", "norm/moving_variance:0",
            "second/kernel:0",
        ]));

        string[] Names()
        {
            KerasWeights.Save(model, folder.File("file"), KerasLayout.Legacy);
            using var file = H5File.OpenRead(folder.File("file"));
            return file.Group("base").Attribute("weight_names").Read<string[]>();
        }
    }

    // Keras's own list of the first block of ResNet50, which is not that of a walk along the shortcut.
    [Test]
    public void The_layers_of_ResNet50_stand_in_the_order_of_Keras()
    {
        Model model = ResNet50.Create([32, 32, 3], includeTop: false);
        Assert.That(
            KerasModel.Layers(model).Where(layer => layer.Parameters.Count > 0).Select(model.NameOf).Take(14), Is.EqualTo((string[])
        [
            "conv1_conv", "conv1_bn", "conv2_block1_1_conv", "conv2_block1_1_bn", "conv2_block1_2_conv", "conv2_block1_2_bn",
            "conv2_block1_0_conv", "conv2_block1_3_conv", "conv2_block1_0_bn", "conv2_block1_3_bn",
            "conv2_block2_1_conv", "conv2_block2_1_bn", "conv2_block2_2_conv", "conv2_block2_2_bn",
        ]));
    }

    [TestCase(KerasLayout.Keras3)]
    [TestCase(KerasLayout.Legacy)]
    public void An_application_without_its_top_is_taken_into_another_by_name(KerasLayout layout)
    {
        using TempFolder folder = new();
        Model model = MobileNetV2.Create([32, 32, 3], 0.35, includeTop: false);
        KerasWeights.Save(model, folder.File("file"), layout);
        Model whole = MobileNetV2.Create([32, 32, 3], 0.35, classes: 3);
        KerasLoadReport report = KerasWeights.Load(whole, folder.File("file"), byName: true);
        Assert.That((report.Loaded.Count, report.NotInFile, report.NotInModel),
            Is.EqualTo((104, (IReadOnlyList<string>)["predictions"], (IReadOnlyList<string>)[])));
        Assert.That(Samples.Weights<float>(whole).Take((int)model.ParameterCount), Is.EqualTo(Samples.Weights<float>(model)));
    }
}
