namespace Engine.Activations;

/// <summary>f(x) = x.</summary>
internal sealed class LinearActivation : ActivationFunction
{
    public override string Name => "linear";

    public override ActivationReads BackwardReads => ActivationReads.None;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, int rowLength) => x.CopyTo(y);

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rowLength) =>
        dy.CopyTo(dx);
}
