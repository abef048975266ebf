using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Constraints;

/// <summary>max(w, 0); NaN passes.</summary>
internal sealed class NonNegativeConstraint : Constraint
{
    public override string Name => "non_neg";

    public override void Apply<T>(Span<T> values, Shape shape) => Elementwise.Map<T, Clip<T>>(values, values, default);

    private readonly struct Clip<T> : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x) => Simd.Relu(x);
    }
}
