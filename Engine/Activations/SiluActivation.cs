using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Activations;

/// <summary>x · σ(x), with the gradient σ(x) · (1 + x · σ(−x)).</summary>
internal sealed class SiluActivation : ActivationFunction
{
    public override string Name => "silu";

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
            x = Tails.CutLow(x);
            return x * VectorMath.Sigmoid(x);
        }
    }

    private readonly struct Gradient<T> : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x, Vector<T> dy)
        {
            x = Tails.CutHigh(Tails.CutLow(x));
            return dy * VectorMath.Sigmoid(x) * Simd.MultiplyAdd(x, VectorMath.Sigmoid(-x), Vector<T>.One);
        }
    }
}
