using Engine.Numerics;

namespace Engine.Constraints;

/// <summary>w · min(‖w‖, max) / (ε + ‖w‖).</summary>
internal sealed class MaxNormConstraint : Constraint
{
    private readonly double _max;
    private readonly AxisNorms _norms;

    public MaxNormConstraint(double max, ReadOnlySpan<int> axes)
    {
        _max = Guard.NonNegative(max, "MaxNorm", nameof(max));
        _norms = new AxisNorms("MaxNorm", axes);
        Parameters = Configuration.Of([("max", max), .. _norms.Describe()]);
    }

    public override string Name => "max_norm";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override void Validate(Shape shape) => _norms.Validate(shape);

    public override void Apply<T>(Span<T> values, Shape shape) => _norms.Rescale(values, shape, _max);
}
