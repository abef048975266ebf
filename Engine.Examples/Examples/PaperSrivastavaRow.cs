using Engine.Constraints;
using Engine.Layers;
using Engine.Regularizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Examples;

/// <summary>A row of the paper's tables: a network, and what it reached there.</summary>
/// <param name="Key">Its name in files and on the command line.</param>
/// <param name="Title">What it is.</param>
/// <param name="Units">The hidden layers.</param>
internal sealed record PaperSrivastavaRow(string Key, string Title, int[] Units)
{
    private const double HiddenRate = 0.5, InputRate = 0.2, Activity = 0.1;

    private static readonly int[] s_three = [1024, 1024, 1024], s_table = [1024, 1024, 2048];

    /// <summary>
    /// The peak of the learning rate, where a row has no other. Of 0.01, 0.02 and 0.05, the one with the fewest errors on the last sixth
    /// of the training digits after 20 epochs with dropout and a norm of 2 (--validate): 1.95, 1.71 and 1.93 %. With 0.1 it hardly
    /// learns.
    /// </summary>
    public const double CommonLearningRate = 0.02;

    /// <summary>The rows of table 2 that can be run here, and one to compare with: the second network without dropout.</summary>
    public static IReadOnlyList<PaperSrivastavaRow> Networks { get; } =
    [
        new("dropout-max-norm", "dropout + max-norm, ReLU, 3×1024", s_three)
            { PaperError = 1.06, HasDropout = true, MaxNorm = 2, Epochs = 250 },
        new("dropout", "dropout, ReLU, 3×1024", s_three)
            { PaperError = 1.25, HasDropout = true, Epochs = 250 },
        new("plain", "no dropout, ReLU, 3×1024", s_three) { Epochs = 60 },
        new("logistic", "no dropout, logistic, 2×800", [800, 800]) { PaperError = 1.60, IsLogistic = true, Epochs = 60 },
    ];

    /// <summary>The rows of table 9: one network, six ways to regularize it.</summary>
    public static IReadOnlyList<PaperSrivastavaRow> Regularizers { get; } =
    [
        new("table-l2", "L2", s_table) { PaperError = 1.62, L2 = 1e-4, Epochs = 20 },
        new("table-l1-l2", "L2 + L1", s_table) { PaperError = 1.60, L2 = 3e-5, L1 = 1e-6, Epochs = 20 },
        new("table-kl", "KL-sparsity", s_table) { PaperError = 1.55, Sparsity = 1e-5, Epochs = 20 },
        new("table-max-norm", "max-norm", s_table) { PaperError = 1.35, MaxNorm = 1, LearningRate = 0.1, Epochs = 20 },
        new("table-dropout-l2", "dropout + L2", s_table) { PaperError = 1.25, HasDropout = true, L2 = 1e-5, Epochs = 200 },
        new("table-dropout-max-norm", "dropout + max-norm", s_table)
            { PaperError = 1.05, HasDropout = true, MaxNorm = 1, Epochs = 200 },
    ];

    /// <summary>The rows of both tables.</summary>
    public static IReadOnlyList<PaperSrivastavaRow> All { get; } = [.. Networks, .. Regularizers];

    /// <summary>The paper's test error in percent; null where it has none.</summary>
    public double? PaperError { get; init; }

    /// <summary>Whether 0.2 of the input and 0.5 of each hidden layer are dropped.</summary>
    public bool HasDropout { get; init; }

    /// <summary>The largest norm of the weights into a unit; 0 for any.</summary>
    public double MaxNorm { get; init; }

    /// <summary>Whether the hidden units are logistic, not rectified linear.</summary>
    public bool IsLogistic { get; init; }

    /// <summary>The factor of Σ|w|.</summary>
    public double L1 { get; init; }

    /// <summary>The factor of Σw².</summary>
    public double L2 { get; init; }

    /// <summary>The factor of the divergence from the wanted activation.</summary>
    public double Sparsity { get; init; }

    /// <summary>The peak of the learning rate.</summary>
    public double LearningRate { get; init; } = CommonLearningRate;

    /// <summary>The epochs of the full setting: with dropout many, without it those after which nothing changes any more.</summary>
    public required int Epochs { get; init; }

    /// <summary>The factors that are not 0, with their names.</summary>
    public IEnumerable<(string Name, double Value)> Factors =>
        new[] { ("max_norm", MaxNorm), ("l1", L1), ("l2", L2), ("sparsity", Sparsity) }.Where(factor => factor.Item2 > 0);

    /// <summary>The row with another factor of what regularizes it, which is its largest norm, its sparsity, its L1 or else its L2.</summary>
    /// <exception cref="ArgumentException">It has none.</exception>
    public PaperSrivastavaRow WithFactor(double factor) => this switch
    {
        { MaxNorm: > 0 } => this with { MaxNorm = factor },
        { Sparsity: > 0 } => this with { Sparsity = factor },
        { L1: > 0 } => this with { L1 = factor },
        { L2: > 0 } => this with { L2 = factor },
        _ => throw new ArgumentException($"--factor: expected rows with a norm, L1, L2 or sparsity, got '{Key}'."),
    };

    /// <summary>The network, untrained.</summary>
    public Sequential CreateModel(ulong seed, int divisor = 1)
    {
        List<Layer> layers = [new Input(784)];
        if (HasDropout)
            layers.Add(new Dropout(InputRate));
        foreach (int units in Units)
        {
            layers.Add(new Dense(
                units / divisor,
                IsLogistic ? Sigmoid : ReLU,
                kernelInitializer: IsLogistic ? Initializers.Initializer.GlorotUniform : Initializers.Initializer.HeNormal,
                kernelRegularizer: NewRegularizer(),
                kernelConstraint: NewConstraint()));
            if (Sparsity > 0)
                layers.Add(new SparsityRegularization(Activity, Sparsity, SparsityDivergence.Poisson));
            if (HasDropout)
                layers.Add(new Dropout(HiddenRate));
        }

        layers.Add(new Dense(10, Softmax, kernelRegularizer: NewRegularizer(), kernelConstraint: NewConstraint()));
        return new Sequential([.. layers]) { Seed = seed };
    }

    private Constraint? NewConstraint() => MaxNorm > 0 ? Constraint.MaxNorm(MaxNorm) : null;

    private Regularizer? NewRegularizer() => L1 > 0 || L2 > 0 ? Regularizer.L1L2(L1, L2) : null;
}
