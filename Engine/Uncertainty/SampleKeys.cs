namespace Engine.Uncertainty;

/// <summary>
/// How the number of a Monte Carlo sample enters what is drawn: a function of sample and row alone, so that neither the number of
/// samples nor their batches matter and any sample can be had alone.
/// </summary>
/// <remarks>
/// Where everything follows the rows' keys, rows of up to 64 neighbouring samples share batches, which have one step: the sample's
/// number is 64 · step + the six high bits of the key, the row is the 26 low bits. Elsewhere a batch has rows of one sample, whose
/// number is the step. In both sample 0 is what Predict gives in the phase StochasticInference.
/// </remarks>
internal static class SampleKeys
{
    /// <summary>The samples of one step. Sums over them are made one by one, and joined chunk by chunk.</summary>
    public const int Chunk = 64;

    /// <summary>The most rows.</summary>
    public const int MaxRows = 1 << RowBits;

    private const int RowBits = 26;

    /// <summary>The step of a sample.</summary>
    public static ulong Step(int sample, bool isStacked) => (ulong)(isStacked ? sample / Chunk : sample);

    /// <summary>The key of a row of a sample.</summary>
    public static uint Key(int sample, int row, bool isStacked) =>
        isStacked ? ((uint)(sample % Chunk) << RowBits) | (uint)row : (uint)row;
}
