using Engine.Layers;

namespace Engine.Tests.Models;

/// <summary>y = x; keeps the sizes of the batches it sees in inference and counts the plans that it is part of.</summary>
internal sealed class BatchRecorder : SimpleLayer
{
    public List<int> Batches { get; } = [];

    /// <summary>The largest batch of each plan.</summary>
    public HashSet<int> Plans { get; } = [];

    public int PlansMade { get; private set; }

    public override Reads BackwardReads => Reads.None;

    public override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        Plans.Add(batch);
        PlansMade++;
        return default;
    }

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        x.CopyTo(y);
        if (!pass.IsTraining)
        {
            Batches.Add(pass.Batch);
        }
    }

    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        dy.CopyTo(dx);

    protected override Shape Build(Shape input, ParameterFactory parameters) => input;
}
