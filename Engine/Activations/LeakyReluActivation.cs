using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Activations;

/// <summary>x above zero, slope · x below: y has the sign of x, so the gradient can be read off y.</summary>
internal sealed class LeakyReluActivation : ActivationFunction
{
    private readonly double _negativeSlope;

    public LeakyReluActivation(double negativeSlope)
    {
        _negativeSlope = Guard.NonNegative(negativeSlope, "LeakyReLU", nameof(negativeSlope));
        Parameters = Configuration.Of(("negative_slope", negativeSlope));
    }

    public override string Name => "leaky_relu";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override ActivationReads BackwardReads => ActivationReads.Output;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, int rowLength) =>
        Elementwise.Map(x, y, new Function<T>(VectorMath.Constant<T>(_negativeSlope)));

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rowLength) =>
        Elementwise.Map(y, dy, dx, new Gradient<T>(VectorMath.Constant<T>(_negativeSlope)));

    private readonly struct Function<T>(Vector<T> slope) : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> x) =>
            Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<T>.Zero), x, slope * x);
    }

    private readonly struct Gradient<T>(Vector<T> slope) : IBinaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> y, Vector<T> dy) =>
            Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<T>.Zero), dy, slope * dy);
    }
}
