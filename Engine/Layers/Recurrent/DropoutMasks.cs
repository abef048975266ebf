namespace Engine.Layers;

/// <summary>Whether the gates of a recurrent layer share one dropout mask.</summary>
public enum DropoutMasks
{
    /// <summary>
    /// As Keras does: tied where only inputs are dropped, one for each gate as soon as states are dropped, too.
    /// </summary>
    KerasDefault,

    /// <summary>All gates see the same masked inputs and states (Gal and Ghahramani 2016, "tied weights").</summary>
    Tied,

    /// <summary>Each gate sees inputs and states with a mask of its own (Gal and Ghahramani 2016, "untied weights").</summary>
    PerGate,
}
