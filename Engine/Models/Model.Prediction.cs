using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using Engine.Layers;

namespace Engine;

public partial class Model
{
    private ExecutorPool<float>? _singlePool;
    private ExecutorPool<double>? _doublePool;

    /// <summary>Computes the output of a model with one input and one output, with dropout off unless the options say otherwise.</summary>
    /// <param name="inputs">
    /// The samples, <c>[n, ...]</c>; a slice of a larger tensor will do. T must be the model's precision.
    /// </param>
    /// <param name="options">Batch size, threads, cancellation.</param>
    /// <returns>A new tensor, <c>[n, ...]</c>.</returns>
    /// <exception cref="ShapeException">The samples do not have the input's shape.</exception>
    /// <exception cref="ArgumentException">There is a NaN among the samples.</exception>
    public Tensor<T> Predict<T>(Tensor<T> inputs, PredictOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(inputs);
        CheckPrecision<T>();
        Tensor<T> outputs = NewOutput<T>(Door.CheckBatch(Input, inputs.AsReadOnlyTensorSpan()), Output.Shape);
        Predict(inputs.AsReadOnlyTensorSpan(), outputs.AsTensorSpan(), options);
        return outputs;
    }

    /// <summary>Computes the outputs of a model with any number of inputs and outputs, with dropout off.</summary>
    /// <param name="inputs">The samples of each input, <c>[n, ...]</c>, with one n.</param>
    /// <param name="options">Batch size, threads, cancellation.</param>
    /// <returns>A new tensor for each output, <c>[n, ...]</c>.</returns>
    /// <exception cref="ShapeException">Samples do not have their input's shape.</exception>
    /// <exception cref="ArgumentException">The number of tensors or of samples does not fit, or there is a NaN.</exception>
    public Tensor<T>[] Predict<T>(IReadOnlyList<Tensor<T>> inputs, PredictOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(inputs);
        options ??= PredictOptions.Default;
        options.Validate();
        CheckPrecision<T>();
        if (inputs.Count != Inputs.Count)
        {
            throw new ArgumentException($"{Title}: expected {Inputs.Count} inputs, got {inputs.Count}.", nameof(inputs));
        }

        int count = 0;
        T[][] values = new T[inputs.Count][];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlyTensorSpan<T> samples = inputs[i].AsReadOnlyTensorSpan();
            int n = Door.CheckBatch(Inputs[i], samples);
            if (i > 0 && n != count)
            {
                throw new ArgumentException(
                    $"{Title}: expected as many samples in each input, got {count} and {n}.", nameof(inputs));
            }

            count = n;
            values[i] = new T[checked((int)samples.FlattenedLength)];
            samples.CopyElementsTo(values[i]);
            Door.CheckNumbers<T>(Inputs[i], values[i], options.DegreeOfParallelism);
        }

        Tensor<T>[] outputs = [.. Outputs.Select(output => NewOutput<T>(count, output.Shape))];
        Predict(values, outputs, count, options);
        return outputs;
    }

    /// <summary>Computes into the caller's memory. Allocates nothing after the first call of a batch size.</summary>
    /// <param name="inputs">The samples, <c>[n, ...]</c>. Dense ones are used where they lie, others copied.</param>
    /// <param name="outputs">The results, <c>[n, ...]</c>, dense; overwritten. Must not overlap the samples.</param>
    /// <param name="options">Batch size, threads, cancellation.</param>
    /// <exception cref="ShapeException">The samples or the results do not have the model's shapes.</exception>
    /// <exception cref="ArgumentException">
    /// The results are not dense or overlap the samples, or there is a NaN among the samples.
    /// </exception>
    public unsafe void Predict<T>(in ReadOnlyTensorSpan<T> inputs, in TensorSpan<T> outputs, PredictOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        options ??= PredictOptions.Default;
        options.Validate();
        CheckPrecision<T>();
        int count = Door.CheckBatch(Input, inputs);
        CheckOutput(outputs, count);
        EnsureInitializedOnce();
        if (inputs.IsDense)
        {
            fixed (T* x = inputs, y = outputs)
            {
                Predict(x, y, count, options);
            }

            return;
        }

        int length = checked((int)inputs.FlattenedLength);
        T[] flat = ArrayPool<T>.Shared.Rent(length);
        try
        {
            inputs.FlattenTo(flat);
            fixed (T* x = flat, y = outputs)
            {
                Predict(x, y, count, options);
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(flat);
        }
    }

    private static Tensor<T> NewOutput<T>(int count, Shape shape) =>
        Tensor.CreateFromShape<T>([count, .. shape.Select(length => (nint)length)]);

    // Powers of two, so that data sets of many sizes share a few plans.
    private static int PlanBatch(int count, PredictOptions options) =>
        count >= options.BatchSize
            ? options.BatchSize
            : Math.Min(options.BatchSize, (int)BitOperations.RoundUpToPowerOf2((uint)count));

    private unsafe void Predict<T>(T* x, T* y, int count, PredictOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> samples = new(x, checked(count * Input.Shape.Size));
        if (samples.Overlaps(new ReadOnlySpan<T>(y, checked(count * Output.Shape.Size))))
        {
            throw new ArgumentException(
                $"{Title}: expected room for the results apart from the samples, got memory that overlaps them.");
        }

        Door.CheckNumbers(Input, samples, options.DegreeOfParallelism);
        int batch = PlanBatch(count, options);
        ExecutorPool<T> pool = Pool<T>();
        Executor<T> executor = pool.Rent(batch);
        EnterToPredict();
        try
        {
            ReadOnlyMemory<uint> rowKeys = Prepare(executor.Run, count, options);
            for (int from = 0; from < count; from += batch)
            {
                options.CancellationToken.ThrowIfCancellationRequested();
                BeginBatch(executor.Run, from, Math.Min(batch, count - from), rowKeys);
                executor.BindInput(0, x + ((long)from * Input.Shape.Size));
                T* results = y + ((long)from * Output.Shape.Size);
                bool isBound = executor.TryBindOutput(0, results);
                executor.Forward();
                if (!isBound)
                {
                    executor.Output(0).CopyTo(new Span<T>(results, executor.Run.Batch * Output.Shape.Size));
                }
            }
        }
        finally
        {
            ExitFromPredicting();
            pool.Return(executor);
        }
    }

    private void Predict<T>(T[][] inputs, Tensor<T>[] outputs, int count, PredictOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        EnsureInitializedOnce();
        int batch = PlanBatch(count, options);
        ExecutorPool<T> pool = Pool<T>();
        Executor<T> executor = pool.Rent(batch);
        EnterToPredict();
        try
        {
            ReadOnlyMemory<uint> rowKeys = Prepare(executor.Run, count, options);
            for (int from = 0; from < count; from += batch)
            {
                options.CancellationToken.ThrowIfCancellationRequested();
                int taken = Math.Min(batch, count - from);
                BeginBatch(executor.Run, from, taken, rowKeys);
                for (int i = 0; i < inputs.Length; i++)
                {
                    int size = Inputs[i].Shape.Size;
                    inputs[i].AsSpan(from * size, taken * size).CopyTo(executor.Input(i));
                }

                executor.Forward();
                for (int k = 0; k < outputs.Length; k++)
                {
                    int size = Outputs[k].Shape.Size;
                    Span<T> y = System.Runtime.InteropServices.MemoryMarshal.CreateSpan(
                        ref outputs[k].AsTensorSpan().GetPinnableReference(), count * size);
                    executor.Output(k).CopyTo(y.Slice(from * size, taken * size));
                }
            }
        }
        finally
        {
            ExitFromPredicting();
            pool.Return(executor);
        }
    }

    /// <summary>Says what the passes are for. Gives the random key of each sample, where something is drawn.</summary>
    private ReadOnlyMemory<uint> Prepare(RunState run, int count, PredictOptions options)
    {
        if (options.Phase == Phase.Training && Parameters.FirstOrDefault(parameter => !parameter.Trains) is { } state)
        {
            throw new InvalidOperationException(
                $"{Title}: expected a model without state to predict in the phase Training, got one with '{state.Name}', which "
                + "training writes. Take a model of the layers before it.");
        }

        (run.Phase, run.Threads, run.Seed, run.Step) = (options.Phase, options.DegreeOfParallelism, options.Seed, 0);
        return options.Phase == Phase.Inference ? default : Enumerable.Range(0, count).Select(row => (uint)row).ToArray();
    }

    /// <summary>Others may predict at the same time, unless a layer remembers something; nobody may train.</summary>
    internal void EnterToPredict()
    {
        if (IsStateful)
        {
            Weights.EnterWriteLock();
        }
        else
        {
            Weights.EnterReadLock();
        }
    }

    internal void ExitFromPredicting()
    {
        if (Weights.IsWriteLockHeld)
        {
            Weights.ExitWriteLock();
        }
        else
        {
            Weights.ExitReadLock();
        }
    }

    private static void BeginBatch(RunState run, int from, int count, ReadOnlyMemory<uint> rowKeys)
    {
        run.Batch = count;
        run.RowKeys = rowKeys.IsEmpty ? default : rowKeys.Slice(from, count);
    }

    internal void CheckPrecision<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Precision precision = Numerics.AlignedMemory.PrecisionOf<T>();
        if (precision != Precision)
        {
            throw new InvalidOperationException(
                $"{Title}: expected tensors of {Precision} precision, got {precision} ones. Set the model's Precision, "
                + "or convert them.");
        }
    }

    internal void EnsureInitializedOnce()
    {
        if (!_isInitialized)
        {
            EnsureInitialized();
            _isInitialized = true;
        }
    }

    private bool _isInitialized;

    internal ExecutorPool<T> Pool<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Precision == Precision.Single)
        {
            return (ExecutorPool<T>)(object)(
                _singlePool ?? Interlocked.CompareExchange(ref _singlePool, new(Graph), null) ?? _singlePool);
        }

        return (ExecutorPool<T>)(object)(
            _doublePool ?? Interlocked.CompareExchange(ref _doublePool, new(Graph), null) ?? _doublePool);
    }

    private void CheckOutput<T>(in TensorSpan<T> outputs, int count)
    {
        if (!outputs.IsDense)
        {
            throw new ArgumentException($"{Title}: expected dense memory for the results, got a slice. Use a tensor of its own.");
        }

        Shape shape = Door.SampleShape(Output, outputs.Lengths);
        if (shape != Output.Shape || outputs.Lengths[0] != count)
        {
            throw new ShapeException(
                $"{Title}: expected room for the results {Output.Shape.Prepend(count)}, "
                + $"got {shape.Prepend((int)outputs.Lengths[0])}.",
                Output.Shape,
                shape);
        }
    }
}
