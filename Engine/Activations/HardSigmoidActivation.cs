using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Activations;

/// <summary>relu6(x + 3) / 6; NaN passes.</summary>
internal sealed class HardSigmoidActivation : ActivationFunction
{
    public override string Name => "hard_sigmoid";

    public override ActivationReads BackwardReads => ActivationReads.Output;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, int rowLength) =>
        Elementwise.Map(x, y, default(Function<T>));

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rowLength) =>
        Elementwise.Map(y, dy, dx, default(Gradient<T>));

    private readonly struct Function<T> : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x)
        {
            Vector<T> y = Simd.Relu(x + VectorMath.Constant<T>(3)) / VectorMath.Constant<T>(6);
            return Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<T>.One), Vector<T>.One, y);
        }
    }

    private readonly struct Gradient<T> : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> y, Vector<T> dy) =>
            (dy / VectorMath.Constant<T>(6)) & Vector.GreaterThan(y, Vector<T>.Zero) & Vector.LessThan(y, Vector<T>.One);
    }
}
