using Engine.Initializers;
using Engine.Layers;

namespace Engine.Tests.Models;

/// <summary>y = x, and a mean of all inputs that moves half the way in each step of a training; asks somebody just before it does.</summary>
internal sealed class RunningMean(Action beforeWriting) : SimpleLayer
{
    private Parameter? _mean;

    public override Reads BackwardReads => Reads.None;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        x.CopyTo(y);
        if (pass.IsTraining)
        {
            beforeWriting();
            ref T mean = ref pass.State(_mean!)[0];
            mean = (mean + System.Numerics.Tensors.TensorPrimitives.Average(x)) / T.CreateChecked(2);
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        dy.CopyTo(dx);

    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        _mean = parameters.Add("mean", [1], Initializer.Zeros, trains: false);
        return input;
    }
}
