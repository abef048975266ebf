namespace Engine.Numerics;

/// <summary>
/// Random numbers as a function of (seed, stream; step, row, element): nothing is stored, any element can be had alone, and the
/// same arguments give the same number on any machine, thread count and vector width.
/// </summary>
public readonly struct RandomSource(ulong seed, ulong stream, ulong step = 0)
{
    /// <summary>The seed: first half of the key.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>Which of the independent streams of this seed (a graph node, a parameter, the shuffling): second half of the key.</summary>
    public ulong Stream { get; } = stream;

    /// <summary>The step of the model's life, or the number of the Monte Carlo sample: part of the counter.</summary>
    public ulong Step { get; } = step;

    /// <summary>A number uniform on [0, 1), of element <paramref name="element"/> of row <paramref name="row"/>.</summary>
    public double Uniform(long element, uint row = 0) => throw new InvalidOperationException();

    /// <summary>A standard normal number.</summary>
    public double Normal(long element, uint row = 0) => throw new InvalidOperationException();

    /// <summary>Fills with numbers uniform on [0, 1): element i gets <c>Uniform(i, row)</c>.</summary>
    public void FillUniform<T>(Span<T> destination, uint row = 0)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => throw new InvalidOperationException();

    /// <summary>Fills with standard normal numbers: element i gets <c>Normal(i, row)</c>.</summary>
    public void FillNormal<T>(Span<T> destination, uint row = 0)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => throw new InvalidOperationException();

    /// <summary>Fills with a random permutation of 0 to n − 1.</summary>
    public void FillPermutation(Span<int> destination, uint row = 0) => throw new InvalidOperationException();
}
