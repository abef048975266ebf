using System.Numerics.Tensors;
using Engine.Losses;

namespace Engine.Tests.Models;

/// <summary>A loss of one's own, p − y log p of one number a sample, that refuses negative counts.</summary>
internal sealed class Poisson : Loss
{
    public override string Name => "poisson";

    public override void ValidateTargets<T>(ReadOnlySpan<T> targets, int batch, Shape prediction, int firstSample = 0)
    {
        int at = TensorPrimitives.IndexOfMin(targets);
        if (T.IsNegative(targets[at]))
        {
            throw new ArgumentException($"{Name}: expected counts of at least 0, got {targets[at]} for sample {firstSample + at}.");
        }
    }

    public override void Forward<T>(
        ReadOnlySpan<T> predictions, ReadOnlySpan<T> targets, int batch, int rowLength, bool fromLogits, Span<T> losses)
    {
        for (int i = 0; i < batch; i++)
        {
            T p = T.Max(predictions[i], T.CreateChecked(1e-3));
            losses[i] = p - (targets[i] * T.Log(p));
        }
    }

    // dp = weight · (1 − y / p)
    public override void Backward<T>(
        ReadOnlySpan<T> predictions,
        ReadOnlySpan<T> targets,
        int batch,
        int rowLength,
        bool fromLogits,
        ReadOnlySpan<T> weights,
        Span<T> gradient)
    {
        for (int i = 0; i < batch; i++)
        {
            T p = T.Max(predictions[i], T.CreateChecked(1e-3));
            gradient[i] = weights[i] * (T.One - (targets[i] / p));
        }
    }
}
