using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

/// <summary>Transfer learning: a frozen model inside costs nothing, and its upper part can be thawed between two calls of Fit.</summary>
public sealed class FreezingTests
{
    private static Model Base()
    {
        var input = new Input(6);
        Node low = new Dense(5, Tanh) { Name = "low" }.Apply(input);
        return new Model(input, new Dense(4, Tanh) { Name = "high" }.Apply(low)) { Name = "base" };
    }

    private static float[] Kernel(Layer layer) => ((Dense)layer).Kernel!.Values<float>().ToArray();

    [Test]
    public void A_frozen_model_inside_has_no_slots_and_no_gradients_and_thaws_in_part()
    {
        Model inner = Base();
        Sequential model = new(inner, new Dropout(0.2), new Dense(3, Softmax) { Name = "head" }) { Seed = 5 };
        Dataset data = Samples.Classes(24, 6, 3);
        Layer low = inner.GetLayer("low"), high = inner.GetLayer("high"), head = model.GetLayer("head");
        FitOptions once = new() { BatchSize = 8, Epochs = 2 };

        // After Compile, as well as before: it takes effect at the next Fit.
        model.Compile(new Adam(0.01), Loss.CategoricalCrossentropy());
        inner.Trainable = false;
        float[] first = Kernel(low), second = Kernel(high), third = Kernel(head);
        model.Fit(data, once);
        Assert.That((Kernel(low), Kernel(high)), Is.EqualTo((first, second)));
        Assert.That(Kernel(head), Is.Not.EqualTo(third));
        Assert.That(model.OptimizerState.Slots.Keys, Is.EquivalentTo(head.Parameters));
        Assert.That(RunBackward(model).SelectMany(layer => layer.Parameters), Is.EquivalentTo(head.Parameters));
        Assert.That(RunBackward(model), Has.No.Member(model.Layers.OfType<Dropout>().Single()));

        // As in Keras: a layer trains where all models around it do.
        high.Trainable = true;
        Assert.That(model.TrainableParameters, Is.EquivalentTo(head.Parameters));
        inner.Trainable = true;
        low.Trainable = false;
        third = Kernel(head);
        model.Fit(data, once);
        Assert.That(Kernel(low), Is.EqualTo(first));
        Assert.That(Kernel(high), Is.Not.EqualTo(second));
        Assert.That(Kernel(head), Is.Not.EqualTo(third));
        Assert.That(model.OptimizerState.Slots.Keys, Is.EquivalentTo(head.Parameters.Concat(high.Parameters)));
        Assert.That(
            RunBackward(model).SelectMany(layer => layer.Parameters), Is.EquivalentTo(head.Parameters.Concat(high.Parameters)));

        low.Trainable = true;
        model.Fit(data, once);
        Assert.That(Kernel(low), Is.Not.EqualTo(first));
    }

    // Head and thawed layer learn as they would if what is frozen were part of the data.
    [Test]
    public void Training_on_a_frozen_base_is_training_on_its_outputs()
    {
        Model inner = Base();
        inner.Trainable = false;
        Sequential model = new(inner, new Dense(3, Softmax) { Name = "head" }) { Seed = 5 };
        Dataset data = Samples.Classes(24, 6, 3);
        Sequential alone = new(new Input(4), new Dense(3, Softmax));
        model.Compile(new Adam(0.01), Loss.CategoricalCrossentropy());
        alone.Compile(new Adam(0.01), Loss.CategoricalCrossentropy());
        for (int i = 0; i < 2; i++)
        {
            alone.Parameters[i].SetValues(model.GetLayer("head").Parameters[i].Values<float>());
        }

        FitOptions options = new() { BatchSize = 7, Epochs = 3, Seed = 9 };
        Dataset outputs = new(inner.Predict(data.Inputs), data.Targets);
        Assert.That(model.Fit(data, options)["loss"], Is.EqualTo(alone.Fit(outputs, options)["loss"]));
        Assert.That(Kernel(model.GetLayer("head")), Is.EqualTo(Kernel(alone.Layers[1])));
    }

    // The layers whose backward a training would run.
    private static IEnumerable<Layer> RunBackward(Model model)
    {
        MemoryPlan plan = new(model.Graph, new PlanOptions
        {
            Batch = 8,
            Wanted = new HashSet<Parameter>(model.TrainableParameters),
            LossValues = model.Compiled.LossValues,
        });
        return model.Graph.Nodes.Where((_, node) => plan.RunsBackward[node]).Select(node => node.Layer).Distinct();
    }
}
