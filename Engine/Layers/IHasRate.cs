namespace Engine.Layers;

/// <summary>
/// A layer with a rate that may be changed after it is built: between the steps of a Fit, too, from a callback such as
/// <see cref="Callbacks.RateSchedule"/>. The rate is saved with the model.
/// </summary>
public interface IHasRate
{
    /// <summary>The share that is dropped, or the strength of the noise that stands for it; 0 changes nothing.</summary>
    /// <remarks>Not to be changed while a step runs: backward draws the masks of forward again.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the layer's range, or not a number.</exception>
    double Rate { get; set; }
}
