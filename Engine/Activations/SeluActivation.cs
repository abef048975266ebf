using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Activations;

/// <summary>λ · elu(x, α) with the constants of Klambauer et al. 2017, eq. 14: mean 0 and variance 1 are a fixed point.</summary>
internal sealed class SeluActivation : ActivationFunction
{
    /// <summary>α of the paper.</summary>
    public const double Alpha = 1.6732632423543772848;

    /// <summary>λ of the paper.</summary>
    public const double Scale = 1.0507009873554804934;

    public override string Name => "selu";

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
            Vector<T> isPositive = Vector.GreaterThan(x, Vector<T>.Zero);
            Vector<T> below = VectorMath.Constant<T>(Scale * Alpha) * VectorMath.ExpMinusOne(Vector.AndNot(x, isPositive));
            return Vector.ConditionalSelect(isPositive, VectorMath.Constant<T>(Scale) * x, below);
        }
    }

    private readonly struct Gradient<T> : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> y, Vector<T> dy)
        {
            Vector<T> below = y + VectorMath.Constant<T>(Scale * Alpha);
            return dy * Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<T>.Zero), VectorMath.Constant<T>(Scale), below);
        }
    }
}
