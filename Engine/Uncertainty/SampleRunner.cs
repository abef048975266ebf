using System.Numerics;
using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Numerics;

namespace Engine.Uncertainty;

/// <summary>
/// Computes Monte Carlo samples of a model: the head of the graph once for a block of rows, the tail for each sample of it, rows
/// of several samples in one batch where they are few.
/// </summary>
internal sealed unsafe class SampleRunner<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Below five rows the matrix product takes another way and rounds differently: smaller batches are filled up to this.
    private const int MinBatch = 8;

    private readonly Model _model;
    private readonly Tensor<T>[] _inputs;
    private readonly int _count;
    private readonly ulong _seed;
    private readonly MonteCarloOptions _options;
    private readonly Draws[] _draws;
    private readonly int _size;
    private RandomSplit<T> _split;
    private AlignedMemory[] _border = [];

    /// <summary>Checks the inputs and finds out what draws.</summary>
    public SampleRunner(Model model, IReadOnlyList<Tensor<T>> inputs, ulong seed, MonteCarloOptions options)
    {
        _model = model;
        _seed = seed;
        _options = options;
        _size = model.Output.Shape.Size;
        model.CheckPrecision<T>();
        if (model.IsStateful)
        {
            throw new InvalidOperationException(
                $"{model.Title}: expected layers that remember nothing from one pass to the next, got stateful ones, "
                + "whose samples would depend on each other. Build the model with stateful: false and load the weights into it.");
        }

        (_inputs, _count) = CheckInputs(model, inputs, options.DegreeOfParallelism);
        if (_count > SampleKeys.MaxRows)
        {
            throw new ArgumentException(
                $"PredictMonteCarlo: expected at most {SampleKeys.MaxRows} inputs, got {_count}. Take them in parts.",
                nameof(inputs));
        }

        T[][] first = [.. _inputs.Select((x, i) => x.AsDenseSpan()[..model.Inputs[i].Shape.Size].ToArray())];
        _draws = model.FindDraws<T>(first);
        _split = model.SplitAt<T>(_draws);
        if (!_split.IsRandom)
        {
            throw new InvalidOperationException(
                $"{model.Title}: expected a model that draws in a Monte Carlo sample, got one whose output is the same "
                + "each time. Add a Dropout, or give its layers a rate above 0; of a certain model take Predict.");
        }
    }

    /// <summary>The number of inputs.</summary>
    public int Count => _count;

    /// <summary>The rows of a block; all blocks but the last have as many.</summary>
    public int BlockRows { get; private set; }

    /// <summary>The rows whose border, and whatever the caller keeps of a row, are held at once: whole blocks.</summary>
    public int HeldRows { get; private set; }

    private int Stack { get; set; }

    /// <summary>Decides how rows and samples are cut into batches.</summary>
    /// <param name="samples">How many samples are wanted.</param>
    /// <param name="bytesPerRow">What the caller keeps for each row that is held.</param>
    public void Plan(int samples, long bytesPerRow)
    {
        const long MaxBytes = 64 << 20;
        long perRow = bytesPerRow + (_split.Border.Sum(shape => (long)shape.Size) * sizeof(T));
        int blocks = (_count + _options.BatchSize - 1) / _options.BatchSize;
        int rows = (_count + blocks - 1) / blocks;
        BlockRows = (int)Math.Clamp(MaxBytes / perRow, 1, rows);
        blocks = (_count + BlockRows - 1) / BlockRows;
        int held = (int)Math.Clamp(MaxBytes / (perRow * BlockRows), 1, Math.Min(blocks, 2L * _options.DegreeOfParallelism));
        HeldRows = Math.Min(held * BlockRows, _count);
        Stack = _split.FollowsRowKeys ? Math.Clamp(_options.BatchSize / BlockRows, 1, Math.Min(samples, SampleKeys.Chunk)) : 1;
        _border = [.. _split.Border.Select(
            shape => new AlignedMemory(AlignedMemory.PrecisionOf<T>(), (long)HeldRows * shape.Size))];
    }

    /// <summary>Runs the head for some rows, at most <see cref="HeldRows"/>, and holds what the tail reads of them.</summary>
    /// <returns>False if something drew there: <see cref="Replan"/>.</returns>
    public bool Hold(int from, int rows)
    {
        HeadBody body = new(this, from, rows);
        ParallelLoop.Run(ref body, (rows + BlockRows - 1) / BlockRows, _options.DegreeOfParallelism);
        return !HasFoundDraws;
    }

    /// <summary>Whether a node has drawn that was not known to: the samples so far are to be thrown away.</summary>
    public bool HasFoundDraws { get; private set; }

    /// <summary>Splits the graph again, after <see cref="HasFoundDraws"/>; Plan has to follow.</summary>
    public void Replan()
    {
        HasFoundDraws = false;
        _split = _model.SplitAt<T>(_draws);
    }

    /// <summary>
    /// Computes samples of rows that are held. May be called by several threads at once.
    /// </summary>
    /// <param name="heldFrom">The number of the first row that is held.</param>
    /// <param name="from">The first row.</param>
    /// <param name="rows">At most <see cref="BlockRows"/>.</param>
    /// <param name="sample">The first sample.</param>
    /// <param name="samples">How many: within one chunk.</param>
    /// <param name="threads">How many threads the layers may use.</param>
    /// <param name="batch">Room for a batch: one for each call at the same time.</param>
    /// <param name="consumer">Takes each sample, in order.</param>
    public void Sample<TConsumer>(
        int heldFrom, int from, int rows, int sample, int samples, int threads, SampleBatch<T> batch, ref TConsumer consumer)
        where TConsumer : struct, ISampleConsumer<T>
    {
        Executor<T> executor = _split.Tail.Rent(TailBatch);
        try
        {
            executor.ForgetDraws();
            RunState run = executor.Run;
            (run.Phase, run.Threads, run.Seed) = (Phase.StochasticInference, threads, _seed);
            run.Step = SampleKeys.Step(sample, _split.FollowsRowKeys);
            Bind(executor, batch, from - heldFrom, rows, Math.Min(Stack, samples));
            for (int done = 0; done < samples;)
            {
                int taken = Math.Min(Stack, samples - done);
                if (!_split.FollowsRowKeys)
                {
                    run.Step = SampleKeys.Step(sample + done, isStacked: false);
                }

                run.Batch = Math.Max(taken * rows, MinBatch);
                FillKeys(batch.Keys.AsSpan(0, run.Batch), from, rows, sample + done, taken);
                run.RowKeys = batch.Keys.AsMemory(0, run.Batch);
                executor.Forward();
                for (int s = 0; s < taken; s++)
                {
                    consumer.Take(sample + done + s, executor.Output(0).Slice(s * rows * _size, rows * _size));
                }

                done += taken;
            }

            GC.KeepAlive(batch);        // The executor knows its address only.
            NoteDraws(executor, _split.TailNodes);
        }
        finally
        {
            _split.Tail.Return(executor);
        }
    }

    /// <summary>Room for a batch, after Plan.</summary>
    public SampleBatch<T> NewBatch() => new(TailBatch, _split.Border);

    private int TailBatch => Math.Max(MinBatch, BlockRows * Stack);

    private static (Tensor<T>[] Inputs, int Count) CheckInputs(Model model, IReadOnlyList<Tensor<T>> inputs, int threads)
    {
        if (inputs.Count != model.Inputs.Count)
        {
            throw new ArgumentException(
                $"{model.Title}: expected {model.Inputs.Count} inputs, got {inputs.Count}.", nameof(inputs));
        }

        int count = 0;
        Tensor<T>[] dense = new Tensor<T>[inputs.Count];
        for (int i = 0; i < dense.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(inputs[i], nameof(inputs));
            int n = Door.CheckBatch(model.Inputs[i], inputs[i].AsReadOnlyTensorSpan());
            if (i > 0 && n != count)
            {
                throw new ArgumentException(
                    $"{model.Title}: expected as many samples in each input, got {count} and {n}.", nameof(inputs));
            }

            count = n;
            dense[i] = inputs[i].ToDense();
            Door.CheckNumbers(model.Inputs[i], dense[i].AsDenseSpan(), threads);
        }

        return (dense, count);
    }

    private void RunHead(int heldFrom, int from, int rows, int threads)
    {
        Executor<T> executor = _split.Head.Rent(Math.Max(MinBatch, BlockRows));
        try
        {
            executor.ForgetDraws();
            RunState run = executor.Run;
            (run.Batch, run.Phase, run.Threads) = (Math.Max(rows, MinBatch), Phase.StochasticInference, threads);
            (run.Seed, run.Step, run.RowKeys) = (_seed, 0, default);
            for (int i = 0; i < _inputs.Length; i++)
            {
                int size = _model.Inputs[i].Shape.Size;
                Repeat(_inputs[i].AsDenseSpan().Slice(from * size, rows * size), executor.Input(i));
            }

            executor.Forward();
            for (int k = 0; k < _border.Length; k++)
            {
                int size = _split.Border[k].Size;
                executor.Output(k)[..(rows * size)].CopyTo(_border[k].Span<T>().Slice((from - heldFrom) * size, rows * size));
            }

            NoteDraws(executor, _split.HeadNodes);
        }
        finally
        {
            _split.Head.Return(executor);
        }
    }

    // The tail reads the border of the rows where it lies, if one sample fills the batch; else a copy for each sample. Not the
    // executor's own memory, which a pass may use again when its content is no longer needed.
    private void Bind(Executor<T> executor, SampleBatch<T> batch, int heldRow, int rows, int samples)
    {
        int count = Math.Max(samples * rows, MinBatch);
        for (int k = 0; k < _border.Length; k++)
        {
            int size = _split.Border[k].Size;
            if (count == rows)
            {
                executor.BindInput(k, _border[k].Address<T>() + ((long)heldRow * size));
            }
            else
            {
                Repeat(
                    _border[k].Span<T>().Slice(heldRow * size, rows * size), batch.Inputs[k].Span<T>()[..(count * size)]);
                executor.BindInput(k, batch.Inputs[k].Address<T>());
            }
        }
    }

    private static void Repeat(ReadOnlySpan<T> rows, Span<T> batch)
    {
        for (; batch.Length > rows.Length; batch = batch[rows.Length..])
        {
            rows.CopyTo(batch);
        }

        rows[..batch.Length].CopyTo(batch);
    }

    // Rows beyond those of the samples fill the batch up; what they give is not looked at.
    private void FillKeys(Span<uint> keys, int from, int rows, int sample, int samples)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            int s = Math.Min(i / rows, samples - 1);
            int row = _options.SharesMasks ? 0 : from + (i % rows);
            keys[i] = SampleKeys.Key(sample + s, row, _split.FollowsRowKeys);
        }
    }

    private void NoteDraws(Executor<T> executor, IReadOnlyList<int> nodes)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            Draws draws = executor.DrawsOf(i);
            if (draws > _draws[nodes[i]])
            {
                _draws[nodes[i]] = draws;
                HasFoundDraws = true;
            }
        }
    }

    private readonly ref struct HeadBody(SampleRunner<T> runner, int from, int rows) : IBody
    {
        public void Run(int part)
        {
            int start = part * runner.BlockRows;
            int threads = rows > runner.BlockRows ? 1 : runner._options.DegreeOfParallelism;
            runner.RunHead(from, from + start, Math.Min(runner.BlockRows, rows - start), threads);
        }
    }
}
