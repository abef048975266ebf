using System.Numerics.Tensors;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Regularizers;
using Engine.Serialization;
using Engine.Tests.Checking;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Serialization;

public sealed class ModelFileTests
{
    private static Sequential Everything() => new(
        new Input(4, 6) { Name = "digits" },
        new Dense(5, LeakyReLU(0.3), kernelInitializer: Initializer.HeNormal, kernelRegularizer: Regularizer.L1L2(0.1, 0.2), biasRegularizer: Regularizer.L2(0.3)),
        new Dropout(0.25, noiseShape: [null, 1, null], seed: ulong.MaxValue),
        new Dense(6, ReLU, useBias: false, kernelConstraint: Constraint.MaxNorm(3), kernelInitializer: Initializer.RandomNormal(0.2)),
        new ActivityRegularization(Regularizer.L1(0.01)),
        new Activation(ELU(0.7)),
        new Reshape(-1, 3) { Name = "rows" },
        new Dense(3, GELU, biasInitializer: Initializer.Constant(0.5), biasConstraint: Constraint.NonNegative()),
        new Flatten(),
        new Dropout(0),
        new Dense(2, Softmax) { Trainable = false })
    {
        Name = "everything",
        Seed = ulong.MaxValue - 1,
    };

    [Test]
    public void Every_layer_and_option_comes_back()
    {
        using TempFolder folder = new();
        Sequential model = Everything();
        model.Save(folder.File("first"));

        Model loaded = Model.Load(folder.File("first"));
        loaded.Save(folder.File("second"));

        Assert.That(loaded, Is.TypeOf<Sequential>());
        Assert.That(loaded.Summary(), Is.EqualTo(model.Summary()));
        Assert.That((loaded.Name, loaded.Seed, loaded.Precision), Is.EqualTo(("everything", ulong.MaxValue - 1, Precision.Single)));
        Assert.That(loaded.Layers.Select(layer => (layer.Name, loaded.NameOf(layer), layer.Kind, layer.Trainable)),
            Is.EqualTo(model.Layers.Select(layer => (layer.Name, model.NameOf(layer), layer.Kind, layer.Trainable))));
        Assert.That(loaded.Layers[10].Trainable, Is.False);
        Assert.That(Models.Samples.Weights<float>(loaded), Is.EqualTo(Models.Samples.Weights<float>(model)));

        // The same configuration gives the same bytes.
        Assert.That(File.ReadAllBytes(folder.File("second")), Is.EqualTo(File.ReadAllBytes(folder.File("first"))));
        var dropout = (Dropout)loaded.Layers[2];
        Assert.That((dropout.Rate, dropout.Seed, dropout.NoiseShape), Is.EqualTo((0.25, (ulong?)ulong.MaxValue, new int?[] { null, 1, null })));
        Assert.That(((Dense)loaded.Layers[1]).KernelRegularizer!.ToString(), Is.EqualTo(Regularizer.L1L2(0.1, 0.2).ToString()));
        Tensor<float> x = Models.Samples.Tensor<float>(1, 3, 4, 6);
        Assert.That(Models.Samples.Values(loaded.Predict(x)), Is.EqualTo(Models.Samples.Values(model.Predict(x))));
    }

    [Test]
    public void A_double_model_comes_back_as_one()
    {
        using TempFolder folder = new();
        Sequential model = new(new Input(3), new Dense(2)) { Precision = Precision.Double };
        model.Save(folder.File("model"));

        Model loaded = Model.Load(folder.File("model"));

        Assert.That(loaded.Precision, Is.EqualTo(Precision.Double));
        Assert.That(Models.Samples.Weights<double>(loaded), Is.EqualTo(Models.Samples.Weights<double>(model)));
    }

    [Test]
    public void Graphs_with_models_inside_and_shared_layers_come_back()
    {
        // A layer that stands in two nested models and in the model around them, one nested model used twice, two outputs.
        Dense shared = new(4, Tanh);
        Input one = new(4), two = new(4);
        Model first = new(one, new Dense(4).Apply(shared.Apply(one))) { Name = "first" };
        Model second = new(two, shared.Apply(new Dense(4).Apply(two)));
        Input a = new(4), b = new(4) { Name = "other" };
        Node left = first.Apply(a), right = second.Apply(first.Apply(b));
        Node sum = new Add().Apply(left, right);
        Model model = new([b, a], [shared.Apply(sum), new Concatenate(1).Apply(left, sum)]) { Seed = 3 };
        using TempFolder folder = new();
        model.Save(folder.File("first"));

        Model loaded = Model.Load(folder.File("first"));
        loaded.Save(folder.File("second"));

        Tensor<float>[] x = [Models.Samples.Tensor<float>(1, 3, 4), Models.Samples.Tensor<float>(2, 3, 4)];
        Tensor<float>[] expected = model.Predict(x), actual = loaded.Predict(x);
        Assert.That(actual.Select(Models.Samples.Values), Is.EqualTo(expected.Select(Models.Samples.Values)));
        Assert.That(loaded.Summary(), Is.EqualTo(model.Summary()));
        Assert.That(loaded.ParameterCount, Is.EqualTo(3 * 20));
        Assert.That(File.ReadAllBytes(folder.File("second")), Is.EqualTo(File.ReadAllBytes(folder.File("first"))));
        using SafetensorsFile file = SafetensorsFile.Open(folder.File("first"));
        Assert.That(file.Names, Does.Contain("first/dense/kernel").And.Contain("first/dense_1/bias"));

        // Still tied: training keeps the shared layer one.
        Assert.That(loaded.GetLayer("first/dense"), Is.SameAs(((Model)loaded.GetLayer("model")).GetLayer("dense")));
    }

    [Test]
    public void A_model_that_begins_within_a_graph_comes_back_with_an_input_there()
    {
        using TempFolder folder = new();
        Input input = new(4);
        Node hidden = new Dense(5, Tanh).Apply(input);
        IReadOnlyList<Node> both = new TripleAndSquare().ApplyMany(new Dense(3).Apply(hidden));
        Model head = new([hidden, both[1]], [new Dense(2).Apply(hidden), new Concatenate().Apply(hidden, both[1]), both[1]]);
        head.Save(folder.File("first"));

        Model loaded = Model.Load(folder.File("first"));
        loaded.Save(folder.File("second"));

        Tensor<float>[] x = [Models.Samples.Tensor<float>(1, 6, 5), Models.Samples.Tensor<float>(2, 6, 3)];
        Assert.That(loaded.Predict(x).Select(Models.Samples.Values), Is.EqualTo(head.Predict(x).Select(Models.Samples.Values)));
        Assert.That(loaded.Inputs.Select(node => node.Layer), Is.All.TypeOf<Input>());
        Assert.That(Model.Load(folder.File("second")).Summary(), Is.EqualTo(loaded.Summary()));
    }

    [Test]
    public void A_model_that_is_frozen_with_one_layer_thawed_stays_so()
    {
        using TempFolder folder = new();
        Sequential model = new(new Input(3), new Dense(2), new Dense(2));
        model.Trainable = false;
        model.Layers[1].Trainable = true;
        model.Save(folder.File("model"));

        Model loaded = Model.Load(folder.File("model"));

        Assert.That(loaded.Trainable, Is.False);
        Assert.That(loaded.Layers.Select(layer => layer.Trainable), Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public void Own_layers_load_through_a_catalog_and_nothing_else_is_made()
    {
        using TempFolder folder = new();
        new Sequential(new Input(3), new Scale(2.5), new Dense(1)).Save(folder.File("model"));

        Model loaded = Model.Load(folder.File("model"), new LayerCatalog().Add("Scale", c => new Scale(c.Number("factor"))));
        InvalidDataException? error = Assert.Throws<InvalidDataException>(() => Model.Load(folder.File("model")));

        Assert.That(((Scale)loaded.Layers[1]).Factor, Is.EqualTo(2.5));
        Assert.That(error?.Message, Does.StartWith($"{folder.File("model")}: the configuration of the model is damaged: scale: expected one of the kinds Activation, "));
        Assert.That(error?.Message, Does.EndWith(", got 'Scale'. Add a factory for own layers to a LayerCatalog and hand it to Load."));
    }

    [Test]
    public void A_file_cut_short_at_any_byte_is_refused_within_bounded_memory()
    {
        using TempFolder folder = new();
        Sequential model = new(new Input(3), new Dense(2));
        model.Compile(new SGD(momentum: 0.9), Loss.MeanSquaredError());
        model.Fit(new(Models.Samples.Tensor<float>(1, 4, 3), Models.Samples.Tensor<float>(2, 4, 2)));
        model.Save(folder.File("model"), includeTraining: true);
        byte[] whole = File.ReadAllBytes(folder.File("model"));
        Model.Load(folder.File("model"));

        long most = 0;
        for (int length = 0; length < whole.Length; length++)
        {
            string path = folder.Write("cut", whole[..length]);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.That(() => Model.Load(path), Throws.TypeOf<InvalidDataException>().With.Message.Contains(path), $"{length} bytes");
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // The header is parsed, the message made; nothing is in proportion to what a size claims.
        Assert.That(most, Is.LessThan(64 * whole.Length));
    }

    [Test]
    public void Sizes_that_the_file_cannot_fill_take_no_memory()
    {
        using TempFolder folder = new();
        new Sequential(new Input(1000), new Dense(3)).Save(folder.File("model"));
        SafetensorsText.Replace(folder.File("model"), "engine.model", text => text.Replace("\"units\":3", "\"units\":2000000", StringComparison.Ordinal));

        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.That(() => Model.Load(folder.File("model")), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{folder.File("model")}: tensor 'dense/kernel': expected the shape [1000, 2000000], got [1000, 3]."));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(4_000_000));
    }

    [Test]
    public void Models_in_models_cannot_multiply_without_bound()
    {
        // Ten uses of a model of ten uses of a model ...: ten to the power of its depth.
        Model model = Repeat(new Activation(ReLU));
        for (int depth = 0; depth < 3; depth++)
        {
            model = Repeat(model);
        }

        using TempFolder folder = new();
        model.Save(folder.File("model"));
        string nested = SafetensorsText.Read(folder.File("model"), "engine.model");
        string outer = nested[..nested.IndexOf("\"model\":", StringComparison.Ordinal)];
        Assert.That(() => Model.Load(folder.File("model")), Throws.Nothing);
        string end = nested[nested.LastIndexOf("}],\"calls\"", StringComparison.Ordinal)..];
        SafetensorsText.Replace(folder.File("model"), "engine.model", text => $"{outer}\"model\":{outer}\"model\":{text}{end}{end}");

        Assert.That(() => Model.Load(folder.File("model")), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "expected at most 100000 uses of layers, got more."));

        static Model Repeat(Layer layer)
        {
            Input input = new(2);
            Node node = input;
            for (int i = 0; i < 10; i++)
            {
                node = layer.Apply(node);
            }

            return new Model(input, node);
        }
    }

    [Test]
    public void A_chain_too_long_for_the_stack_is_refused()
    {
        using TempFolder folder = new();
        new Sequential(new Input(2), new Flatten()).Save(folder.File("model"));
        string calls = "{\"layer\":0,\"inputs\":[]}" + string.Concat(Enumerable.Range(0, 90_000).Select(i => $",{{\"layer\":1,\"inputs\":[[{i},0]]}}"));
        SafetensorsText.Replace(folder.File("model"), "engine.model", text =>
            text[..text.IndexOf("\"calls\":", StringComparison.Ordinal)] + $"\"calls\":[{calls}],\"inputs\":[[0,0]],\"outputs\":[[90000,0]]}}");

        Assert.That(() => Model.Load(folder.File("model")), Throws.TypeOf<InvalidDataException>().With.Message.Contains("damaged"));
    }

    [Test]
    public void Any_damage_to_the_configuration_is_an_InvalidDataException()
    {
        using TempFolder folder = new();
        Everything().Save(folder.File("model"));
        byte[] whole = File.ReadAllBytes(folder.File("model"));
        string text = SafetensorsText.Read(folder.File("model"), "engine.model");
        Random random = new(1);
        string[] pieces = ["0", "-1", "9", "\"", "{", "}", "[", "]", ",", "null", "true", "1e9", "99999999999", "\"name\"", "x", "[0,0]", "{}"];
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            int at = random.Next(text.Length), length = random.Next(4);
            string changed = text[..at] + pieces[random.Next(pieces.Length)] + text[Math.Min(text.Length, at + length)..];
            folder.Write("changed", whole);
            SafetensorsText.Replace(folder.File("changed"), "engine.model", _ => changed);
            try
            {
                Model.Load(folder.File("changed"));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"change {i}: {exception}\n{changed}");
            }
        }

        Assert.That(refused, Is.GreaterThan(250));
    }

    [Test]
    public void A_file_of_others_gives_weights_by_name()
    {
        using TempFolder folder = new();
        SafetensorsWriter writer = new();
        writer.Add<double>("fc.weight", [2, 3], new double[] { 1, 2, 3, 4, 5, 6 });
        writer.Add<float>("fc.bias", [3], new float[] { 7, 8, 9 });
        writer.Save(folder.File("theirs"));
        Sequential model = new(new Input(2), new Dense(3), new Dense(1));
        float[] last = model.Layers[2].Parameters[0].Values<float>().ToArray();

        model.LoadWeights(folder.File("theirs"), name => name switch
        {
            "dense/kernel" => "fc.weight",
            "dense/bias" => "fc.bias",
            _ => null,
        });

        Assert.That(Models.Samples.Weights<float>(model)[..9], Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 }));
        Assert.That(model.Layers[2].Parameters[0].Values<float>().ToArray(), Is.EqualTo(last));
        Assert.That(() => Model.Load(folder.File("theirs")), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{folder.File("theirs")}: expected a model written by Save, got a safetensors file without 'engine.model' in its metadata. "
            + "Make the model and call LoadWeights to take weights by name."));
    }

    [Test]
    public void Weights_that_do_not_fit_change_nothing()
    {
        using TempFolder folder = new();
        new Sequential(new Input(2), new Dense(3), new Dense(4)).Save(folder.File("theirs"));
        Sequential model = new(new Input(2), new Dense(3), new Dense(1)) { Seed = 1 };
        Sequential longer = new(new Input(2), new Dense(3), new Dense(4), new Dense(1)) { Seed = 1 };
        float[] before = Models.Samples.Weights<float>(model), longerBefore = Models.Samples.Weights<float>(longer);

        Assert.That(() => model.LoadWeights(folder.File("theirs")), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{folder.File("theirs")}: tensor 'dense_1/kernel': expected the shape [3, 1], got [3, 4]."));
        Assert.That(() => longer.LoadWeights(folder.File("theirs")), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{folder.File("theirs")}: expected a tensor 'dense_2/kernel' of shape [4, 1], got none. "
            + "It has dense/kernel, dense/bias, dense_1/kernel, dense_1/bias."));
        Assert.That(Models.Samples.Weights<float>(model), Is.EqualTo(before));
        Assert.That(Models.Samples.Weights<float>(longer), Is.EqualTo(longerBefore));
    }

    [Test]
    public void A_later_format_is_refused()
    {
        using TempFolder folder = new();
        new Sequential(new Input(2), new Dense(3)).Save(folder.File("model"));
        SafetensorsText.Replace(folder.File("model"), "engine.format_version", _ => "2");

        Assert.That(() => Model.Load(folder.File("model")), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"{folder.File("model")}: expected format version 1 to 1, got '2'. Use a newer version of the library."));
    }

    [Test]
    public void A_save_that_fails_leaves_the_old_file()
    {
        using TempFolder folder = new();
        Sequential model = new(new Input(2), new Dense(3));
        model.Save(folder.File("model"));
        byte[] before = File.ReadAllBytes(folder.File("model"));

        // A layer that cannot be described, and a folder that does not exist.
        Sequential bad = new(new Input(2), new Dense(3) { Name = "bad" }, new Failing());
        Assert.That(() => bad.Save(folder.File("model")), Throws.TypeOf<NotSupportedException>());
        Assert.That(() => model.Save(Path.Combine(folder.Path, "no", "model")), Throws.InstanceOf<IOException>());

        Assert.That(File.ReadAllBytes(folder.File("model")), Is.EqualTo(before));
        Assert.That(Directory.GetFiles(folder.Path), Is.EqualTo(new[] { folder.File("model") }));
    }

    private sealed class Scale(double factor) : SimpleLayer
    {
        public double Factor { get; } = factor;

        public override void Describe(ConfigurationWriter writer) => writer.Write("factor", Factor);

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => TensorPrimitives.Multiply(x, T.CreateChecked(Factor), y);

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            TensorPrimitives.Multiply(dy, T.CreateChecked(Factor), dx);

        protected override Shape Build(Shape input, ParameterFactory parameters) => input;
    }

    private sealed class Failing : SimpleLayer
    {
        public override void Describe(ConfigurationWriter writer) => throw new NotSupportedException();

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => x.CopyTo(y);

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) => dy.CopyTo(dx);

        protected override Shape Build(Shape input, ParameterFactory parameters) => input;
    }
}
