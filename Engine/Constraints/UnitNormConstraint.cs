using Engine.Numerics;

namespace Engine.Constraints;

/// <summary>w / (ε + ‖w‖).</summary>
internal sealed class UnitNormConstraint : Constraint
{
    private readonly AxisNorms _norms;

    public UnitNormConstraint(ReadOnlySpan<int> axes)
    {
        _norms = new AxisNorms("UnitNorm", axes);
        Parameters = Configuration.Of(_norms.Describe());
    }

    public override string Name => "unit_norm";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override void Validate(Shape shape) => _norms.Validate(shape);

    public override void Apply<T>(Span<T> values, Shape shape) => _norms.Rescale(values, shape, max: null);
}
