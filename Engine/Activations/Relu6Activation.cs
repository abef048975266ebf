using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Activations;

/// <summary>min(max(x, 0), 6); NaN passes.</summary>
internal sealed class Relu6Activation : ActivationFunction
{
    private const double Limit = 6;

    public override string Name => "relu6";

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
            Vector<T> limit = VectorMath.Constant<T>(Limit);
            return Vector.ConditionalSelect(Vector.GreaterThan(x, limit), limit, Simd.Relu(x));
        }
    }

    private readonly struct Gradient<T> : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> y, Vector<T> dy) =>
            dy & Vector.GreaterThan(y, Vector<T>.Zero) & Vector.LessThan(y, VectorMath.Constant<T>(Limit));
    }
}
