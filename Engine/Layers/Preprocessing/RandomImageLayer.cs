using System.Globalization;

namespace Engine.Layers;

/// <summary>
/// An augmentation: changes each image at random in training, and does nothing in inference and in Monte Carlo samples. Input and,
/// unless said otherwise, output <c>[n, height, width, channels]</c>.
/// </summary>
/// <remarks>
/// Each image draws for itself, as a function of seed, place in the model, step and row: the same on any number of threads.
/// Freezing the layer does not switch it off.
/// </remarks>
public abstract class RandomImageLayer : ImageLayer
{
    private protected RandomImageLayer(ulong? seed)
        : base(seed)
    {
    }

    /// <summary>The seed of its own; null if the draws follow Fit's seed.</summary>
    public ulong? Seed => OwnSeed;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (Seed is { } seed)
        {
            writer.Write("seed", seed.ToString(CultureInfo.InvariantCulture));
        }
    }

    internal override bool IsIdentity(bool isTraining) => !isTraining;
}
