namespace Engine.Layers;

/// <summary>Drops whole channels of a sequence in training: see <see cref="SpatialDropout"/>.</summary>
/// <remarks>
/// Tompson, Goroshin, Jain, LeCun and Bregler, "Efficient object localization using convolutional networks", CVPR 2015. Input and
/// output <c>[n, steps, channels]</c>.
/// </remarks>
/// <param name="rate">The probability of dropping a channel, 0 to 1; 0 changes nothing, 1 gives zeros.</param>
/// <param name="seed">A seed of its own; if null the masks follow Fit's seed.</param>
/// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1] or not a number.</exception>
public sealed class SpatialDropout1D(double rate, ulong? seed = null) : SpatialDropout(1, rate, seed);
