using System.Numerics;
using Engine.Data;
using Engine.Numerics;

namespace Engine;

/// <summary>Applies batch augmentations to what a training gathered. Made once; after that a step allocates nothing.</summary>
internal sealed class Augmenter<T> : IBatchMemory<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Executor<T> _executor;
    private readonly LossMeter<T> _meter;
    private readonly IReadOnlyList<BatchAugmentation> _augmentations;
    private readonly T[][] _inputs;
    private readonly T[][] _targets;
    private readonly int[] _partners;
    private int _count;

    public Augmenter(Model model, Executor<T> executor, LossMeter<T> meter, IReadOnlyList<BatchAugmentation> augmentations)
    {
        _executor = executor;
        _meter = meter;
        _augmentations = augmentations;
        InputShapes = [.. model.Inputs.Select(input => input.Shape)];
        foreach (BatchAugmentation augmentation in augmentations)
        {
            augmentation.Validate(InputShapes);
            CheckTargets(model, augmentation, meter.TargetShapes);
        }

        _inputs = [.. InputShapes.Select(shape => new T[executor.MaxBatch * shape.Size])];
        _targets = [.. TargetShapes.Select(shape => new T[executor.MaxBatch * shape.Size])];
        _partners = new int[executor.MaxBatch];
    }

    public IReadOnlyList<BatchAugmentation> Augmentations => _augmentations;

    public IReadOnlyList<Shape> InputShapes { get; }

    public IReadOnlyList<Shape> TargetShapes => _meter.TargetShapes;

    public ReadOnlySpan<int> Partners => _partners.AsSpan(0, _count);

    public Span<T> Input(int index) => _executor.Input(index);

    public Span<T> Target(int index) => _meter.Target(index, _count);

    public ReadOnlySpan<T> OriginalInput(int index) => _inputs[index];

    public ReadOnlySpan<T> OriginalTarget(int index) => _targets[index];

    /// <summary>Augments the gathered batch.</summary>
    public void Apply(ulong seed, ulong step, int threads)
    {
        _count = _executor.Run.Batch;
        for (int i = 0; i < _augmentations.Count; i++)
        {
            BatchAugmentation augmentation = _augmentations[i];
            RandomSource random = new(augmentation.Seed ?? seed, RandomStreams.Augmentation(i), step);
            random.FillPermutation(_partners.AsSpan(0, _count));
            for (int k = 0; k < _inputs.Length; k++)
            {
                Input(k).CopyTo(_inputs[k]);
            }

            for (int k = 0; k < _targets.Length; k++)
            {
                Target(k).CopyTo(_targets[k]);
            }

            Body body = new(augmentation, new AugmentedBatch<T>(this, random));
            ParallelLoop.Run(ref body, _count, threads);
        }
    }

    // Class numbers have no axis of classes. A mean of class 2 and class 4 is not class 3.
    private static void CheckTargets(Model model, BatchAugmentation augmentation, IReadOnlyList<Shape> targets)
    {
        for (int k = 0; k < targets.Count; k++)
        {
            Shape output = model.Outputs[k].Shape;
            if (!targets[k].IsSameUpToLastOne(output))
            {
                throw new ShapeException(
                    $"{augmentation.GetType().Name}: expected targets {output.BatchText}, one-hot labels or numbers, for "
                    + $"{model.Outputs[k].Layer.Title}, got class numbers {targets[k].BatchText}, which cannot be mixed. "
                    + $"Use DataColumn.OneHot(labels, {output[^1]}) and Loss.CategoricalCrossentropy().",
                    output,
                    targets[k]);
            }
        }
    }

    private readonly ref struct Body(BatchAugmentation augmentation, AugmentedBatch<T> batch) : IBody
    {
        private readonly AugmentedBatch<T> _batch = batch;

        public void Run(int part) => augmentation.Apply(_batch, part);
    }
}
