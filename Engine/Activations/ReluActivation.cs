using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Activations;

/// <summary>max(x, 0); NaN passes.</summary>
internal sealed class ReluActivation : ActivationFunction
{
    public override string Name => "relu";

    public override ActivationReads BackwardReads => ActivationReads.Output;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, int rowLength) =>
        Elementwise.Map(x, y, default(Function<T>));

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rowLength) =>
        Elementwise.Map(y, dy, dx, default(Gradient<T>));

    private readonly struct Function<T> : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x) => Simd.Relu(x);
    }

    private readonly struct Gradient<T> : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> y, Vector<T> dy) =>
            dy & Vector.GreaterThan(y, Vector<T>.Zero);
    }
}
