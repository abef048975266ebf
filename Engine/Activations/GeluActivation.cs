using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Activations;

/// <summary>x · Φ(x), with the gradient Φ(x) + x · φ(x).</summary>
internal sealed class GeluActivation : ActivationFunction
{
    public override string Name => "gelu";

    public override ActivationReads BackwardReads => ActivationReads.Input;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, int rowLength) =>
        Elementwise.Map(x, y, default(Function<T>));

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rowLength) =>
        Elementwise.Map(x, dy, dx, default(Gradient<T>));

    private readonly struct Function<T> : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x)
        {
            // Below the smallest x whose Φ is not zero the product is zero, also at −∞.
            x = Tails.CutLow(x);
            return x * VectorMath.NormalDistribution(Tails.CutHigh(x), out _);
        }
    }

    private readonly struct Gradient<T> : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x, Vector<T> dy)
        {
            // φ is zero long before either end.
            x = Tails.CutHigh(Tails.CutLow(x));
            Vector<T> distribution = VectorMath.NormalDistribution(x, out Vector<T> density);
            return dy * Simd.MultiplyAdd(x, density, distribution);
        }
    }
}
