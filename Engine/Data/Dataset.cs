using System.Numerics.Tensors;
using Engine.Numerics;

namespace Engine.Data;

/// <summary>
/// Samples to train on or to measure with: inputs and targets, several of each where a model has several, and optionally a weight
/// a sample. Immutable. Shuffling, splitting and selecting give views of the same storage: no data are copied.
/// </summary>
/// <remarks>
/// <code>
/// var data = new Dataset(x, y);                                  // tensors, arrays or matrices; first axis: samples
/// var data = new Dataset(x, DataColumn.OneHot(labels, 10));
/// var data = new Dataset([image, text], [price, category], weights);
/// </code>
/// </remarks>
public sealed class Dataset
{
    // A stream of its own: a set shuffled by a seed has nothing in common with other uses of that seed.
    private const ulong ShuffleStream = 0x53687566666C6500;

    private readonly DataColumn[] _inputs;
    private readonly DataColumn[] _targets;
    private Tensor<float>? _inputTensor;
    private Tensor<float>? _targetTensor;

    /// <summary>A set of one input and one target.</summary>
    /// <param name="inputs">What the model sees; first axis: samples.</param>
    /// <param name="targets">What it shall say; as many samples.</param>
    /// <param name="sampleWeights">A weight a sample, finite and 0 or more; none: all 1.</param>
    /// <exception cref="ArgumentException">The counts differ, or a number is NaN or infinite; the message names it.</exception>
    public Dataset(DataColumn inputs, DataColumn targets, DataColumn? sampleWeights = null)
        : this([inputs], [targets], sampleWeights)
    {
    }

    /// <summary>A set of several inputs or targets, in the order of the model's.</summary>
    /// <param name="inputs">What the model sees; first axis: samples.</param>
    /// <param name="targets">What it shall say; as many samples.</param>
    /// <param name="sampleWeights">A weight a sample, finite and 0 or more; none: all 1.</param>
    /// <exception cref="ArgumentException">The counts differ, or a number is NaN or infinite; the message names it.</exception>
    public Dataset(DataColumn[] inputs, DataColumn[] targets, DataColumn? sampleWeights = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        if (inputs.Length == 0 || targets.Length == 0)
        {
            throw new ArgumentException(
                $"Dataset: expected at least one input and one target, got {inputs.Length} and {targets.Length}.");
        }

        _inputs = [.. inputs];
        _targets = [.. targets];
        SampleWeights = sampleWeights;
        Count = inputs[0]?.Count ?? 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            Check(inputs[i], $"inputs[{i}]");
        }

        for (int i = 0; i < targets.Length; i++)
        {
            Check(targets[i], $"targets[{i}]");
        }

        if (sampleWeights is not null)
        {
            Check(sampleWeights, "sampleWeights");
            CheckWeights(sampleWeights);
        }
    }

    private Dataset(Dataset source, Func<RowMap, RowMap> view)
    {
        DataColumn View(DataColumn column) => column.WithRows(view(column.Rows));

        // Checked already: a view shows nothing that its source does not have.
        _inputs = Array.ConvertAll(source._inputs, View);
        _targets = Array.ConvertAll(source._targets, View);
        SampleWeights = source.SampleWeights is null ? null : View(source.SampleWeights);
        Count = _inputs[0].Count;
    }

    /// <summary>The number of samples: at least 1.</summary>
    public int Count { get; }

    /// <summary>The inputs, for gathering batches in any precision.</summary>
    public IReadOnlyList<DataColumn> InputColumns => _inputs;

    /// <summary>The targets, for gathering batches in any precision.</summary>
    public IReadOnlyList<DataColumn> TargetColumns => _targets;

    /// <summary>A number of 0 or more a sample; null where all count alike.</summary>
    public DataColumn? SampleWeights { get; }

    /// <summary>The shape of one sample of each input.</summary>
    public IReadOnlyList<Shape> InputShapes => Array.ConvertAll(_inputs, column => column.SampleShape);

    /// <summary>The shape of one sample of each target; of no axes where a sample has a single number.</summary>
    public IReadOnlyList<Shape> TargetShapes => Array.ConvertAll(_targets, column => column.SampleShape);

    /// <summary>
    /// The first input, [<see cref="Count"/>, ..sample shape]: the tensor that was given where it is float, dense and in its
    /// order, a slice of it after <see cref="Slice"/>, else a copy made at the first call and kept.
    /// </summary>
    /// <exception cref="InvalidOperationException">The input is of double or int; the message says what to call.</exception>
    public Tensor<float> Inputs => _inputTensor ??= FloatTensor(_inputs[0], nameof(Inputs), nameof(InputColumns));

    /// <summary>The first target, as <see cref="Inputs"/>; one-hot labels come as one-hot rows.</summary>
    /// <exception cref="InvalidOperationException">The target is of double or int; the message says what to call.</exception>
    public Tensor<float> Targets => _targetTensor ??= FloatTensor(_targets[0], nameof(Targets), nameof(TargetColumns));

    /// <summary>The class numbers of the first target: its integers, or what its one-hot rows stand for. A new array.</summary>
    /// <exception cref="InvalidOperationException">The first target holds no labels, or several a sample.</exception>
    public int[] GetLabels() => _targets[0].ToLabels() ?? throw new InvalidOperationException(
        $"Dataset.GetLabels: expected one label a sample in the first target, got {_targets[0].Kind} of shape"
        + $" {_targets[0].SampleShape.BatchText}.");

    /// <summary>The same samples in a random order: the same for the same seed and count, everywhere.</summary>
    /// <param name="seed">The seed.</param>
    public Dataset Shuffle(ulong seed)
    {
        int[] order = new int[Count];
        new RandomSource(seed, ShuffleStream).FillPermutation(order);
        return new Dataset(this, rows => rows.Select(order));
    }

    /// <summary>The first samples.</summary>
    /// <param name="count">How many: 1 to <see cref="Count"/>.</param>
    public Dataset Take(int count)
    {
        CheckPart(nameof(Take), count, 1, Count);
        return new Dataset(this, rows => rows.Slice(0, count));
    }

    /// <summary>All but the first samples.</summary>
    /// <param name="count">How many to leave out: 0 to <see cref="Count"/> − 1.</param>
    public Dataset Skip(int count)
    {
        CheckPart(nameof(Skip), count, 0, Count - 1);
        return new Dataset(this, rows => rows.Slice(count, rows.Count - count));
    }

    /// <summary>Consecutive samples: <c>data.Slice(100..200)</c>.</summary>
    /// <param name="range">A range within the set, of at least one sample.</param>
    public Dataset Slice(Range range)
    {
        int start = range.Start.GetOffset(Count), end = range.End.GetOffset(Count);
        if (start < 0 || end > Count || start >= end)
        {
            throw new ArgumentOutOfRangeException(
                nameof(range), $"Dataset.Slice: expected at least one sample within 0..{Count}, got {start}..{end}.");
        }

        return new Dataset(this, rows => rows.Slice(start, end - start));
    }

    /// <summary>
    /// Cuts the set in two without shuffling: its first samples and the rest. Shuffle before where order matters.
    /// </summary>
    /// <param name="fraction">
    /// The first part's share, between 0 and 1; its count is rounded down, as in Keras, and both parts have at least one sample.
    /// </param>
    public (Dataset First, Dataset Last) Split(double fraction)
    {
        double count = CountOf(fraction);
        if (!(count >= 1 && count <= Count - 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(fraction),
                $"Dataset.Split: expected a fraction that leaves at least one of {Count} samples on each side, got {fraction}.");
        }

        return (Take((int)count), Skip((int)count));
    }

    /// <summary>How many samples a share of the set is, rounded down; NaN where the share is.</summary>
    /// <remarks>
    /// 0.29 · 100 is 28.999…96 in binary: what falls short of an integer by rounding alone counts as that integer.
    /// </remarks>
    internal double CountOf(double fraction) => Math.Floor((fraction * Count) + (1e-12 * Count));

    /// <summary>The samples of the given numbers, in their order; may repeat.</summary>
    /// <param name="samples">At least one number, each 0 to <see cref="Count"/> − 1.</param>
    public Dataset Select(params ReadOnlySpan<int> samples)
    {
        if (samples.IsEmpty)
        {
            throw new ArgumentException("Dataset.Select: expected at least one sample, got none.", nameof(samples));
        }

        foreach (int sample in samples)
        {
            if ((uint)sample >= (uint)Count)
            {
                throw new ArgumentException(
                    $"Dataset.Select: expected samples of 0 to {Count - 1}, got {sample}.", nameof(samples));
            }
        }

        int[] selected = samples.ToArray();
        return new Dataset(this, rows => rows.Select(selected));
    }

    /// <summary>
    /// The set in consecutive parts, for a loop of one's own: <c>foreach (Dataset batch in data.Shuffle(epoch).Batches(128))</c>.
    /// </summary>
    /// <param name="size">The samples of a part, at least 1; the last part has what is left.</param>
    /// <returns>Views, made one by one as they are asked for: no data are copied.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is below 1; thrown at the call.</exception>
    public IEnumerable<Dataset> Batches(int size)
    {
        if (size < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(size), $"Dataset.Batches: expected at least 1 sample a batch, got {size}.");
        }

        return Parts();

        IEnumerable<Dataset> Parts()
        {
            for (int start = 0, count; start < Count; start += count)
            {
                count = Math.Min(size, Count - start);
                yield return Slice(start..(start + count));
            }
        }
    }

    /// <summary>Says which samples will probably be gathered next.</summary>
    internal void Announce(ReadOnlySpan<int> samples)
    {
        foreach (DataColumn column in _inputs)
        {
            column.Announce(samples);
        }

        foreach (DataColumn column in _targets)
        {
            column.Announce(samples);
        }
    }

    private static Tensor<float> FloatTensor(DataColumn column, string property, string columns) =>
        column.AsFloatTensor() ?? throw new InvalidOperationException(
            $"Dataset.{property}: expected float data, got {column.Kind}. Use {columns}[0].ToTensor<double>()"
            + $" or {columns}[0].ToTensor<float>() to convert them"
            + $"{(column.Kind == "int" ? ", or GetLabels() for labels" : "")}.");

    private void Check(DataColumn column, string name)
    {
        ArgumentNullException.ThrowIfNull(column, name);
        if (column.Count != Count)
        {
            throw new ArgumentException(
                $"Dataset: expected {Count} samples in {name}, as in inputs[0], got {column.Count}."
                + " Inputs, targets and weights need one row a sample.");
        }

        column.CheckFinite(name);
    }

    private void CheckWeights(DataColumn weights)
    {
        if (weights.SampleShape.Size != 1)
        {
            throw new ShapeException(
                $"Dataset: expected one weight a sample, sampleWeights of shape [n], got {weights.SampleShape.BatchText}.",
                Shape.Scalar,
                weights.SampleShape);
        }

        double[] values = new double[Count];
        weights.CopyRows<double>(0, Count, values);
        int negative = Array.FindIndex(values, weight => weight < 0);
        if (negative >= 0)
        {
            throw new ArgumentException(
                $"Dataset: expected sampleWeights of 0 or more, got {values[negative]} at sample {negative}.");
        }
    }

    private void CheckPart(string method, int count, int least, int most)
    {
        if (count < least || count > most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count),
                $"Dataset.{method}: expected {least} to {most} samples of a set of {Count}, got {count}.");
        }
    }
}
