using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Activations;

/// <summary>x above zero, α(exp(x) − 1) below, where the slope α exp(x) is y + α.</summary>
internal sealed class EluActivation : ActivationFunction
{
    private readonly double _alpha;

    public EluActivation(double alpha)
    {
        _alpha = Guard.NonNegative(alpha, "ELU", nameof(alpha));
        Parameters = Configuration.Of(("alpha", alpha));
    }

    public override string Name => "elu";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override ActivationReads BackwardReads => ActivationReads.Output;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, int rowLength) =>
        Elementwise.Map(x, y, new Function<T>(VectorMath.Constant<T>(_alpha)));

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rowLength) =>
        Elementwise.Map(y, dy, dx, new Gradient<T>(VectorMath.Constant<T>(_alpha)));

    private readonly struct Function<T>(Vector<T> alpha) : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x)
        {
            Vector<T> isPositive = Vector.GreaterThan(x, Vector<T>.Zero);
            Vector<T> below = alpha * VectorMath.ExpMinusOne(Vector.AndNot(x, isPositive));
            return Vector.ConditionalSelect(isPositive, x, below);
        }
    }

    private readonly struct Gradient<T>(Vector<T> alpha) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> y, Vector<T> dy) =>
            Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<T>.Zero), dy, (y + alpha) * dy);
    }
}
