using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Serialization;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Serialization;

/// <summary>A training of six epochs, whole or in two parts of which the second may run in another process.</summary>
internal static class ResumedTraining
{
    private const int Epochs = 6;

    public static Sequential Whole(string optimizer)
    {
        Sequential model = Network();
        Fit(model, optimizer, 0, Epochs);
        return model;
    }

    public static void Begin(string optimizer, string path)
    {
        Sequential model = Network();
        Fit(model, optimizer, 0, 4);
        model.Save(path, includeTraining: true);
    }

    public static void Finish(string optimizer, string from, string to)
    {
        Model model = Model.Load(from);
        Fit(model, optimizer, model.EpochsTrained, Epochs);
        model.Save(to, includeTraining: true);
    }

    private static Sequential Network() => new(
        new Input(6), new Dense(16, ReLU), new Dropout(0.4), new Dense(3, Softmax))
    { Seed = 5 };

    private static void Fit(Model model, string optimizer, int from, int to)
    {
        model.Compile(
            optimizer switch
            {
                "sgd" => new SGD(0.05, momentum: 0.9),
                "rmsprop" => new RMSprop(),
                "adam" => new Adam(),
                "scheduled" => new Adam(new CosineDecay(1e-4, 14, warmupTarget: 1e-2, warmupSteps: 5)),
                _ => throw new ArgumentException(optimizer),
            },
            Loss.CategoricalCrossentropy(),
            Metric.Accuracy());
        model.Fit(Models.Samples.Classes(50, 6, 3), new FitOptions
        {
            InitialEpoch = from,
            Epochs = to,
            BatchSize = 16,
            ValidationSplit = 0.2,
            Seed = from == 0 ? 9 : model.TrainingSeed,
        });
    }
}
