using Engine.Layers;

namespace Engine.Checking;

/// <summary>How to check gradients.</summary>
public sealed record GradientCheckOptions
{
    internal static GradientCheckOptions Default { get; } = new();

    /// <summary>The number of samples; 3 unless given, so that batch and features are not mixed up unseen.</summary>
    public int Batch { get; init; } = 3;

    /// <summary>The phase to check; training unless given.</summary>
    public Phase Phase { get; init; } = Phase.Training;

    /// <summary>The seed of weights, inputs, output weights and masks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The step of the stencil.</summary>
    public double Step { get; init; } = 1e-3;

    /// <summary>The error allowed relative to the two gradients' magnitudes.</summary>
    public double RelativeTolerance { get; init; } = 1e-8;

    /// <summary>The error allowed relative to the largest gradient.</summary>
    public double AbsoluteTolerance { get; init; } = 1e-10;

    /// <summary>
    /// How many elements of each input and parameter are moved, at least 1, spread over all of them; all unless given. For layers
    /// whose ways of computing depend on how large they are.
    /// </summary>
    public int MaxElements { get; init; } = int.MaxValue;

    /// <summary>Whether all gradients may be zero, as they are behind a dropout of rate 1.</summary>
    public bool AllowTrivial { get; init; }

    /// <summary>
    /// Fills an input, given its index and a span <c>[batch, ...]</c>; normal numbers at least 0.1 from zero if null. For layers
    /// that want class numbers or positive numbers. Called again with another attempt number where the point hits a kink.
    /// </summary>
    public InputFill? FillInput { get; init; }
}

/// <summary>Fills an input of a checked layer.</summary>
/// <param name="index">Which input.</param>
/// <param name="attempt">0, then 1, 2, ... if a point was on a kink.</param>
/// <param name="values">The memory to fill, <c>[batch, ...]</c>.</param>
public delegate void InputFill(int index, int attempt, Span<double> values);
