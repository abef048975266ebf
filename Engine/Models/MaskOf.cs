using Engine.Layers;

namespace Engine;

/// <summary>
/// A node of its own for the mask that a layer computes: it reads what the layer reads, before the layer runs, and gives a value of
/// one number a step. Nothing flows back through it.
/// </summary>
internal sealed class MaskOf(Layer owner) : Layer
{
    public override Reads BackwardReads => Reads.None;

    public override string Kind => owner.Kind;

    public override MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Drop;

    public override void Forward<T>(in Pass<T> pass) => owner.ComputeMask(pass, pass.Output());

    public override void Backward<T>(in Pass<T> pass) => throw new InvalidOperationException(
        $"{owner.Title}: expected a mask to have no gradient, got a backward of it.");

    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters) =>
        throw new InvalidOperationException($"{owner.Title}: expected its mask to be made with the graph, got it built.");
}
