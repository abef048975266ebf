using Engine.Kernels;

namespace Engine.Activations;

/// <summary>exp(xᵢ) / Σ exp(xⱼ) over rows, with the gradient dx = y(dy − Σ y · dy).</summary>
internal sealed class SoftmaxActivation : ActivationFunction
{
    public override string Name => "softmax";

    public override ActivationReads BackwardReads => ActivationReads.Output;

    public override bool IsElementwise => false;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, int rowLength) => SoftmaxKernels.Forward(x, y, rowLength);

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rowLength) =>
        SoftmaxKernels.Backward(y, dy, dx, rowLength);
}
