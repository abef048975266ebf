namespace Engine.Layers;

/// <summary>
/// What a pass through a network is for. It decides whether dropout draws masks and what batch normalization does.
/// </summary>
public enum Phase
{
    /// <summary>Random layers draw, normalizations use and update batch statistics, backward follows.</summary>
    Training,

    /// <summary>Nothing is random; normalizations use their moving averages.</summary>
    Inference,

    /// <summary>
    /// Dropout draws masks as in training, everything else is as in inference: one sample of Monte Carlo dropout.
    /// </summary>
    StochasticInference,
}
