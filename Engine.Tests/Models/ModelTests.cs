using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

public sealed class ModelTests
{
    private static Sequential Guide(ulong seed = 42) => new(
        new Input(784),
        new Dense(64, ReLU),
        new Dropout(0.5),
        new Dense(64, ReLU),
        new Dropout(0.5),
        new Dense(10, Softmax))
    { Seed = seed };

    [Test]
    public void The_summary_of_the_guides_model()
    {
        string[] lines = Guide().Summary().ReplaceLineEndings("\n").Split('\n');

        Assert.That(lines, Is.EqualTo(new[]
        {
            "Sequential: sequential",
            "─────────────────────────────────────────────",
            "Layer (kind)         Output shape  Parameters",
            "─────────────────────────────────────────────",
            "input (Input)        [n, 784]               0",
            "dense (Dense)        [n, 64]           50,240",
            "dropout (Dropout)    [n, 64]                0",
            "dense_1 (Dense)      [n, 64]            4,160",
            "dropout_1 (Dropout)  [n, 64]                0",
            "dense_2 (Dense)      [n, 10]              650",
            "─────────────────────────────────────────────",
            "Parameters: 55,050 (trainable 55,050, not trainable 0)",
        }));
    }

    [Test]
    public void The_summary_of_a_graph_says_what_each_layer_reads()
    {
        Input a = new(3), b = new(3) { Name = "b" };
        Dense shared = new(2);
        Model model = new([a, b], [new Add().Apply(shared.Apply(a), shared.Apply(b))]);
        shared.Trainable = false;

        string[] lines = model.Summary().ReplaceLineEndings("\n").Split('\n');

        Assert.That(lines, Is.EqualTo(new[]
        {
            "Model: model",
            "─────────────────────────────────────────────────────",
            "Layer (kind)   Output shape  Parameters  Reads",
            "─────────────────────────────────────────────────────",
            "input (Input)  [n, 3]                 0",
            "b (Input)      [n, 3]                 0",
            "dense (Dense)  [n, 2]                 8  input",
            "dense (Dense)  [n, 2]            shared  b",
            "add (Add)      [n, 2]                 0  dense, dense",
            "─────────────────────────────────────────────────────",
            "Parameters: 8 (trainable 0, not trainable 8)",
        }));
    }

    [Test]
    public void Layers_have_unique_names_by_kind_or_their_own()
    {
        Dense own = new(4) { Name = "own" };
        Sequential model = new(new Input(3), new Dense(2), own, new Dense(2), new Dropout(0.1), new Dense(2) { Name = "dense_1" });

        Assert.That(model.Layers.Select(model.NameOf), Is.EqualTo(new[] { "input", "dense", "own", "dense_2", "dropout", "dense_1" }));
        Assert.That(model.GetLayer("own"), Is.SameAs(own));
        Assert.That(model.GetLayer("dense_2"), Is.SameAs(model.Layers[3]));
        Assert.That(() => model.GetLayer("dense_3"), Throws.TypeOf<KeyNotFoundException>().With.Message.EqualTo(
            "sequential (Sequential): expected one of the layers input, dense, own, dense_2, dropout, dense_1, got 'dense_3'."));
        Assert.That(() => model.NameOf(new Dense(1)), Throws.TypeOf<KeyNotFoundException>().With.Message.EqualTo(
            "sequential (Sequential): expected one of its layers, got dense (Dense)."));
        Assert.That(
            () => new Sequential(new Input(3), new Dense(2) { Name = "a" }, new Dense(2) { Name = "a" }),
            Throws.ArgumentException.With.Message.EqualTo("Model: expected unique layer names, got two layers named 'a'."));
        Assert.That(
            () => new Sequential(new Input(3), new Dense(2) { Name = "a/b" }),
            Throws.ArgumentException.With.Message.EqualTo(
                "Model: expected layer names of at least one character and without '/', got 'a/b'. A slash leads to the layers inside a nested model."));
    }

    [Test]
    public void A_chain_that_does_not_begin_with_an_input_is_refused()
    {
        const string Advice = ". Begin with the shape of one sample: new Input(784).";
        const string Expected = "Sequential: expected an Input first and at least one layer after it, got ";

        Assert.That(() => new Sequential(), Throws.ArgumentException.With.Message.EqualTo(Expected + "no layer" + Advice));
        Assert.That(() => new Sequential(new Input(3)), Throws.ArgumentException.With.Message.EqualTo(Expected + "one layer" + Advice));
        Assert.That(
            () => new Sequential(new Dense(3), new Dense(2)), Throws.ArgumentException.With.Message.EqualTo(Expected + "Dense first" + Advice));
        Assert.That(
            () => new Sequential(new Input(3), new Dense(2), new Input(2)),
            Throws.ArgumentException.With.Message.EqualTo("Sequential: expected one Input, as the first layer, got another one after it."));
        Assert.That(
            () => new Sequential(new Input(3), new Dense(4), new Dropout(0.5, noiseShape: [null, 3])),
            Throws.TypeOf<ShapeException>().With.Message.StartsWith("dropout (Dropout): expected input"));
    }

    [Test]
    public void A_graph_needs_all_its_inputs()
    {
        Input a = new(3), b = new(2) { Name = "b" };
        Node sum = new Concatenate().Apply(a, b);

        Assert.That(() => new Model(a, sum), Throws.ArgumentException.With.Message.EqualTo(
            "Model: expected all inputs that the outputs depend on, got a model without b (Input). Add it to the inputs."));
        Assert.That(() => new Model([], [sum]), Throws.ArgumentException.With.Message.EqualTo(
            "Model: expected at least one input and one output, got 0 and 1."));
        Assert.That(() => new Add().Apply(a, b), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void A_model_inside_a_model_computes_what_its_layers_do_and_shares_their_weights()
    {
        Sequential inner = new(new Input(5), new Dense(4, Tanh), new Dense(5)) { Name = "inner" };
        Input input = new(5);
        Node twice = inner.Apply(inner.Apply(input));
        Model outer = new(input, new Dense(2).Apply(twice));
        Tensor<float> x = Samples.Tensor<float>(1, 3, 5);

        Tensor<float> expected = inner.Predict(inner.Predict(x));

        Assert.That(Samples.Values(new Model(input, twice).Predict(x)), Is.EqualTo(Samples.Values(expected)));
        Assert.That(outer.ParameterCount, Is.EqualTo(((5 * 4) + 4) + ((4 * 5) + 5) + ((5 * 2) + 2)));
        Assert.That(outer.GetLayer("inner/dense"), Is.SameAs(inner.Layers[1]));

        float[] before = Samples.Weights<float>(inner);
        outer.Compile(new SGD(0.1), Loss.MeanSquaredError());
        outer.Fit(new Dataset(x, Samples.Tensor<float>(2, 3, 2)));
        Assert.That(Samples.Weights<float>(inner), Is.Not.EqualTo(before));
    }

    [Test]
    public void A_shared_layer_learns_from_both_its_uses()
    {
        // Two uses of one layer are one use on twice the samples: d(sum) is the sum over both.
        Dense shared = new(2, useBias: false);
        Input a = new(3), b = new(3);
        Model model = new([a, b], [shared.Apply(a), shared.Apply(b)]) { Seed = 1 };
        Sequential stacked = new(new Input(3), new Dense(2, useBias: false)) { Seed = 1 };
        model.Compile(new SGD(0.1), [Loss.MeanSquaredError(), Loss.MeanSquaredError()]);
        stacked.Compile(new SGD(0.2), Loss.MeanSquaredError());
        float[] x = Samples.Numbers<float>(24, 1), y = Samples.Numbers<float>(16, 2);
        Assert.That(Samples.Weights<float>(stacked), Is.EqualTo(Samples.Weights<float>(model)));

        model.Fit(new Dataset(
            [Tensor.Create(x[..12], [4, 3]), Tensor.Create(x[12..], [4, 3])], [Tensor.Create(y[..8], [4, 2]), Tensor.Create(y[8..], [4, 2])]));
        stacked.Fit(new Dataset(Tensor.Create(x, [8, 3]), Tensor.Create(y, [8, 2])));

        Assert.That(Samples.Weights<float>(model), Is.EqualTo(Samples.Weights<float>(stacked)).Within(1e-6));
    }

    [Test]
    public void The_output_of_a_layer_is_what_follows_its_activation()
    {
        Sequential model = new(new Input(6), new Dense(5, ReLU), new Dense(4, Softmax), new Dense(3));
        Tensor<float> x = Samples.Tensor<float>(1, 7, 6);
        float[] hidden = Samples.NaiveDense(Samples.Values(x), (Dense)model.Layers[1], 7, relu: true);

        Model relu = model.OutputOf("dense"), softmax = model.OutputOf(model.Layers[2]);

        Assert.That(Samples.Values(relu.Predict(x)), Is.EqualTo(hidden).Within(1e-6));
        Assert.That(
            Samples.Values(softmax.Predict(x)),
            Is.EqualTo(Samples.NaiveSoftmax(Samples.NaiveDense(hidden, (Dense)model.Layers[2], 7, relu: false), 4)).Within(1e-6));
        Assert.That(softmax.NameOf(model.Layers[2]), Is.EqualTo("dense_1"));

        model.Compile(new SGD(0.1), Loss.MeanSquaredError());
        model.Fit(new Dataset(x, Samples.Tensor<float>(2, 7, 3)));
        Assert.That(Samples.Values(relu.Predict(x)), Is.Not.EqualTo(hidden).Within(1e-6), "it shares the weights");

        Dense used = new(6);
        Input input = new(6);
        Model twice = new(input, used.Apply(used.Apply(input)));
        Assert.That(() => twice.OutputOf("dense"), Throws.InvalidOperationException.With.Message.EqualTo(
            "model (Model): expected a layer that is used once, got dense, which is used 2 times. Make a Model of the node."));
    }

    [Test]
    public void A_seed_decides_the_weights_of_its_own_model_alone()
    {
        float[] first = Samples.Weights<float>(Guide(7)), again = Samples.Weights<float>(Guide(7)), other = Samples.Weights<float>(Guide(8));
        Assert.That(again, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));

        // The first weights depend on the seed and the place among the parameters: not on layers without parameters, nor on what follows.
        Sequential plain = new(new Input(784), new Dense(64, ReLU), new Dense(64, ReLU), new Dense(10), new Dense(3)) { Seed = 42 };
        Assert.That(
            Samples.Weights<float>(plain)[..Samples.Weights<float>(Guide()).Length], Is.EqualTo(Samples.Weights<float>(Guide())));

        // A float model's weights are a double model's, rounded.
        Sequential twice = new(new Input(6), new Dense(3)) { Precision = Precision.Double };
        Sequential once = new(new Input(6), new Dense(3));
        Assert.That(Samples.Weights<float>(once), Is.EqualTo(Samples.Weights<double>(twice)).Within(1e-6));
    }

    [Test]
    public void Towers_of_equal_layers_begin_with_different_weights()
    {
        static Sequential Tower() => new(new Input(6), new Sequential(new Input(6), new Dense(6)), new Dense(6));
        static float[][] Kernels(ulong seed, Sequential left, Sequential right)
        {
            Input input = new(6);
            Node sum = new Add().Apply(left.Apply(new Dense(6).Apply(input)), right.Apply(input));
            Model model = new(input, sum) { Seed = seed };
            model.Predict(Samples.Tensor<float>(1, 2, 6));
            return [.. model.Parameters.Where(p => p.Name == "kernel").Select(p => p.Values<float>().ToArray())];
        }

        float[][] kernels = Kernels(3, Tower(), Tower());

        Assert.That(kernels, Has.Length.EqualTo(5));
        Assert.That(kernels.Select(kernel => string.Join(" ", kernel)), Is.Unique);
        Assert.That(Kernels(3, Tower(), Tower()), Is.EqualTo(kernels));
        Assert.That(Kernels(4, Tower(), Tower()).Zip(kernels).All(pair => !pair.First.SequenceEqual(pair.Second)));
    }

    [Test]
    public void A_nested_model_with_a_seed_or_weights_keeps_them()
    {
        Sequential seeded = new(new Input(6), new Dense(6)) { Seed = 5 }, alone = new(new Input(6), new Dense(6)) { Seed = 5 };
        Sequential used = new(new Input(6), new Dense(6));
        float[] before = Samples.Weights<float>(used);

        Sequential outer = new(new Input(6), seeded, used) { Seed = 8 };
        outer.Predict(Samples.Tensor<float>(1, 2, 6));

        Assert.That(Samples.Weights<float>(seeded), Is.EqualTo(Samples.Weights<float>(alone)));
        Assert.That(Samples.Weights<float>(used), Is.EqualTo(before));
        Assert.That((outer.Seed, seeded.Seed, used.Seed), Is.EqualTo((8ul, 5ul, 0ul)));
    }

    [Test]
    public void A_nested_model_takes_the_precision_of_the_one_around_it_unless_it_has_its_own()
    {
        Sequential inner = new(new Input(6), new Dense(4)), own = new(new Input(4), new Dense(3)) { Precision = Precision.Single };
        Sequential outer = new(new Input(6), inner) { Precision = Precision.Double, Seed = 9 };

        Assert.That(Samples.Values(inner.Predict(Samples.Tensor<double>(1, 2, 6))), Is.EqualTo(Samples.Values(outer.Predict(Samples.Tensor<double>(1, 2, 6)))));
        Assert.That((inner.Precision, inner.Seed), Is.EqualTo((Precision.Double, 9ul)));
        Assert.That(inner.OutputOf("dense").Precision, Is.EqualTo(Precision.Double));

        Sequential mixed = new(new Input(4), own) { Name = "outer", Precision = Precision.Double };
        Assert.That(() => mixed.Predict(Samples.Tensor<double>(1, 2, 4)), Throws.InvalidOperationException.With.Message.EqualTo(
            "outer (Sequential): expected nested models of Double precision, got sequential (Sequential) of Single precision. "
            + "Give both one Precision, or the nested one none before its first use."));
    }

    [Test]
    public void Models_of_two_precisions_cannot_share_a_layer()
    {
        Dense shared = new(3);
        Sequential single = new(new Input(6), shared);
        Sequential twice = new(new Input(6), shared) { Precision = Precision.Double };
        single.Predict(Samples.Tensor<float>(1, 2, 6));

        Assert.That(() => twice.Predict(Samples.Tensor<double>(1, 2, 6)), Throws.InvalidOperationException.With.Message.EqualTo(
            "sequential (Sequential): expected layers of Double precision, got kernel of dense (Dense) in Single precision, "
            + "shared with another model. Give both models one Precision."));
    }

    [Test]
    public void Errors_of_a_parameter_name_its_layer()
    {
        Dense layer = new(3) { Name = "head" };
        _ = layer.Apply(new Input(6));
        Parameter kernel = layer.Parameters[0];

        Assert.That(() => kernel.Values<float>().Length, Throws.InvalidOperationException.With.Message.EqualTo(
            "kernel of head (Dense): expected a layer that is part of a model, got one that is not. "
            + "Put the layer into a Model or a Sequential first."));
        Assert.That(() => kernel.SetValues<float>([1, 2]), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "kernel of head (Dense): expected 18 values for the shape [6, 3], got 2."));
    }

    [Test]
    public void A_frozen_layer_keeps_its_weights_bit_for_bit_until_it_is_thawed()
    {
        Sequential model = new(new Input(6), new Dense(9, ReLU), new Dense(3, Softmax));
        model.Compile(new Adam(0.01), Loss.CategoricalCrossentropy());
        var frozen = (Dense)model.Layers[1];
        Dataset data = Samples.Classes(20, 6, 3);

        // A change after Compile counts from the next Fit on, in both directions, again and again.
        foreach (bool trainable in new[] { true, false, true, false })
        {
            frozen.Trainable = trainable;
            float[] first = [.. frozen.Kernel!.Values<float>(), .. frozen.Bias!.Values<float>()];
            float[] last = ((Dense)model.Layers[2]).Kernel!.Values<float>().ToArray();

            model.Fit(data, new FitOptions { Epochs = 2 });

            Assert.That(
                first.AsSpan().SequenceEqual([.. frozen.Kernel!.Values<float>(), .. frozen.Bias!.Values<float>()]), Is.EqualTo(!trainable));
            Assert.That(((Dense)model.Layers[2]).Kernel!.Values<float>().ToArray(), Is.Not.EqualTo(last));
        }
    }

    [Test]
    public void A_change_during_a_training_counts_from_the_next_one_on()
    {
        Sequential model = new(new Input(6), new Dense(3, Softmax));
        model.Compile(new SGD(0.1), Loss.CategoricalCrossentropy());
        Dataset data = Samples.Classes(20, 6, 3);
        float[]? atFreeze = null;
        model.Fit(data, new FitOptions
        {
            Epochs = 2,
            Callbacks = [new Recorder
            {
                EpochEnd = state =>
                {
                    if (state.Epoch == 1)
                    {
                        model.Layers[1].Trainable = false;
                        atFreeze = Samples.Weights<float>(model);
                    }
                },
            }],
        });
        float[] atEnd = Samples.Weights<float>(model);
        Assert.That(atEnd, Is.Not.EqualTo(atFreeze));

        model.Fit(data);
        Assert.That(Samples.Weights<float>(model), Is.EqualTo(atEnd));
    }

    [Test]
    public void A_frozen_base_costs_no_gradient()
    {
        Sequential model = new(new Input(6), new Dense(9, ReLU), new Dropout(0.5), new Dense(7, Tanh), new Dense(3, Softmax));
        MemoryPlan Plan() => new(model.Graph, new PlanOptions
        {
            Batch = 4,
            Wanted = new HashSet<Parameter>(model.TrainableParameters),
            LossValues = [model.Graph.Outputs[0]],
        });
        long whole = Plan().ArenaLength;

        model.Layers[1].Trainable = false;
        model.Layers[3].Trainable = false;
        MemoryPlan plan = Plan();

        // Dense, Dropout, Dense, tanh | Dense, softmax: only the last two run backward, and nothing wants the gradient between.
        Assert.That(plan.RunsBackward, Is.EqualTo(new[] { false, false, false, false, true, true }));
        Assert.That(plan.InputGradients[4], Is.EqualTo(new PlannedBuffer?[] { null }));
        Assert.That(plan.ArenaLength, Is.LessThan(whole));
    }

    [Test]
    public void Parameters_are_counted_once()
    {
        Assert.That(Guide().ParameterCount, Is.EqualTo((784 * 64) + 64 + (64 * 64) + 64 + (64 * 10) + 10));

        Dense shared = new(3);
        Input input = new(3);
        Assert.That(new Model(input, shared.Apply(shared.Apply(input))).ParameterCount, Is.EqualTo(12));
    }
}
