namespace Engine.Uncertainty;

/// <summary>What the numbers of a model's output mean: it decides which measures of uncertainty there are.</summary>
public enum PredictionKind
{
    /// <summary>Values of any size, as a regression gives them: mean, standard deviation, quantiles, likelihood.</summary>
    Values,

    /// <summary>
    /// Probabilities of classes along the last axis, which sum to 1, as a softmax gives them: entropies and votes besides.
    /// </summary>
    Categories,

    /// <summary>
    /// Each number the probability of a yes, independent of the others, as a sigmoid gives them: entropies, summed along the last
    /// axis, and votes besides.
    /// </summary>
    Binary,
}
