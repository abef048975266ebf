namespace Engine.Uncertainty;

/// <summary>How the numbers of an output are to be read.</summary>
/// <param name="Sample">The shape of one sample.</param>
/// <param name="Kind">What the numbers mean.</param>
internal readonly record struct PredictionShape(Shape Sample, PredictionKind Kind)
{
    /// <summary>The numbers of one sample.</summary>
    public int Size => Sample.Size;

    /// <summary>The length of the last axis.</summary>
    public int RowLength => Sample.Rank == 0 ? 1 : Sample[^1];

    /// <summary>How many distributions a sample holds: one, if it has one axis.</summary>
    public int Distributions => Size / RowLength;

    /// <summary>Whether the numbers are probabilities.</summary>
    public bool HasProbabilities => Kind != PredictionKind.Values;
}
