namespace Engine.Uncertainty;

/// <summary>
/// How the number of a Monte Carlo sample enters what is drawn: a function of sample and row alone, so that neither the number of
/// samples nor their batches matter and any sample can be had alone.
/// </summary>
/// <remarks>
/// <para>
/// Where everything follows the rows' keys, rows of up to 64 neighbouring samples share batches, which have one step: number 64 ·
/// step + s has the keys s · 2654435769 + row, modulo 2³². Elsewhere a batch has rows of one sample, whose number is the step. In
/// both sample 0 is what Predict gives in the phase StochasticInference.
/// </para>
/// <para>
/// The factor is 2³² divided by the golden ratio, whose multiples keep as far apart as can be: 34 million, for all s below 64. So
/// up to that many rows no key comes twice; and the samples of a row keep keys of their own in layers that multiply keys by the
/// number of steps. Knuth, "The art of computer programming", volume 3, section 6.4.
/// </para>
/// </remarks>
internal static class SampleKeys
{
    /// <summary>The samples of one step. Sums over them are made one by one, and joined chunk by chunk.</summary>
    public const int Chunk = 64;

    /// <summary>The most rows.</summary>
    public const int MaxRows = 1 << 25;

    private const uint Distance = 2654435769;

    /// <summary>The step of a sample.</summary>
    public static ulong Step(int sample, bool isStacked) => (ulong)(isStacked ? sample / Chunk : sample);

    /// <summary>The key of a row of a sample.</summary>
    public static uint Key(int sample, int row, bool isStacked) =>
        isStacked ? ((uint)(sample % Chunk) * Distance) + (uint)row : (uint)row;
}
