using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Regularizers;

/// <summary>l1 · Σ|w| + l2 · Σw², with the gradient l1 · sign(w) + 2 · l2 · w, where sign(0) = 0.</summary>
internal sealed class L1L2Regularizer : Regularizer
{
    private readonly double _l1;
    private readonly double _l2;

    public L1L2Regularizer(string name, double l1, double l2)
    {
        Name = name;
        _l1 = Guard.NonNegative(l1, nameof(Regularizer), nameof(l1));
        _l2 = Guard.NonNegative(l2, nameof(Regularizer), nameof(l2));
        Parameters = name switch
        {
            "l1" => Configuration.Of(("l1", l1)),
            "l2" => Configuration.Of(("l2", l2)),
            _ => Configuration.Of(("l1", l1), ("l2", l2)),
        };
    }

    public override string Name { get; }

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override double Penalty<T>(ReadOnlySpan<T> values) =>
        (_l1 == 0 ? 0 : _l1 * Reductions.SumOfMagnitudes(values)) + (_l2 == 0 ? 0 : _l2 * Reductions.SumOfSquares(values));

    public override void AccumulateGradient<T>(ReadOnlySpan<T> values, Span<T> gradient)
    {
        Vector<T> l1 = VectorMath.Constant<T>(_l1), twoL2 = VectorMath.Constant<T>(2 * _l2);
        Elementwise.Map(gradient, values, gradient, new Gradient<T>(l1, twoL2));
    }

    private readonly struct Gradient<T>(Vector<T> l1, Vector<T> twoL2) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> g, Vector<T> w)
        {
            Vector<T> sign = Vector.ConditionalSelect(Vector.LessThan(w, Vector<T>.Zero), -l1, l1);
            sign = Vector.AndNot(sign, Vector.Equals(w, Vector<T>.Zero));
            return Simd.MultiplyAdd(twoL2, w, g + sign);
        }
    }
}
