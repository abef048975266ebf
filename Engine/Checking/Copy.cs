using Engine.Layers;

namespace Engine.Checking;

/// <summary>
/// Copies its input: puts memory of the plan's own between an input and a layer, so that the layer may run in place.
/// </summary>
internal sealed class Copy : SimpleLayer
{
    public override Reads BackwardReads => Reads.None;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => x.CopyTo(y);

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        if (!dx.IsEmpty)
        {
            dy.CopyTo(dx);
        }
    }

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}
