using Engine.Kernels;

namespace Engine.Layers;

/// <summary>Scales each sample to length 1 over its last axes: y = x / max(‖x‖₂, 10⁻¹²); zeros stay zeros.</summary>
/// <remarks>Input and output <c>[n, ...]</c>; the same in all phases.</remarks>
public sealed class UnitNormalization : SimpleLayer
{
    private const double Epsilon = 1e-12;
    private readonly int[] _axes;

    /// <summary>Makes the layer.</summary>
    /// <param name="axes">The axes that together have length 1: the last ones, counted from −1; [−1] if null.</param>
    /// <exception cref="ArgumentException">The axes are not the last ones.</exception>
    public UnitNormalization(IReadOnlyList<int>? axes = null) => _axes = TrailingAxes.Checked(axes, Kind);

    /// <summary>The axes that together have length 1, counted from −1.</summary>
    public IReadOnlyList<int> Axes => _axes;

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.Input;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("axes", _axes);
    }

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) =>
        NormalizationUnit.Forward(x, TrailingAxes.SizeOf(pass.InputShape(), _axes.Length), Epsilon, y, pass.Threads);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            NormalizationUnit.Backward(
                x, dy, TrailingAxes.SizeOf(pass.InputShape(), _axes.Length), Epsilon, dx, pass.Threads);
        }
    }

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank >= _axes.Length ? input : throw UnexpectedInput(
            $"with at least {_axes.Length} axes a sample", input, "It is normalized over its last axes.");
    }
}
