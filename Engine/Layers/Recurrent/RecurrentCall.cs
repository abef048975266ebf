using System.Numerics;
using System.Runtime.InteropServices;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>One forward or backward of a recurrent layer: its memory, cut into pieces, and its loop over the steps.</summary>
internal ref struct RecurrentCall<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RecurrentOptions _options;
    private readonly Span<uint> _keys;
    private readonly Span<T> _rests;
    private readonly Span<T> _maskedRows;
    private readonly int _steps;
    private RecurrentBuffers<T> _buffers;

    public RecurrentCall(scoped in Pass<T> pass, RecurrentOptions options, scoped in RecurrentSizes sizes, bool isBackward)
    {
        Pass = pass;
        _options = options;
        _steps = sizes.Steps;
        Span<T> kept = pass.Kept, scratch = pass.Scratch;
        Span<int> tables = MemoryMarshal.Cast<T, int>(RecurrentSizes.Cut(ref kept, sizes.Order));
        Span<T> inputMasks = RecurrentSizes.Cut(ref kept, sizes.InputMasks);
        Span<T> hiddenMasks = RecurrentSizes.Cut(ref kept, sizes.HiddenMasks);
        Span<T> hiddenZones = RecurrentSizes.Cut(ref kept, sizes.HiddenZones);
        Span<T> cellZones = RecurrentSizes.Cut(ref kept, sizes.CellZones);
        _buffers = new RecurrentBuffers<T>
        {
            Widths = sizes.Widths,
            KeepsRows = pass.HasBackward,
            Inputs = RecurrentSizes.Cut(ref kept, sizes.Inputs),
            Gates = RecurrentSizes.Cut(ref kept, sizes.Gates),
            Kept = RecurrentSizes.Cut(ref kept, sizes.Kept),
            PreviousHidden = RecurrentSizes.Cut(ref kept, sizes.PreviousHidden),
            PreviousCell = RecurrentSizes.Cut(ref kept, sizes.PreviousCell),
            MasksByRow = options.DropoutPerStep,
        };
        Packed = RecurrentSizes.Cut(ref scratch, sizes.Packed);
        _buffers.Hidden = RecurrentSizes.Cut(ref scratch, sizes.Hidden);
        _buffers.Cell = RecurrentSizes.Cut(ref scratch, sizes.Cell);
        _buffers.LaneHidden = RecurrentSizes.Cut(ref scratch, sizes.LaneHidden);
        _buffers.LaneCell = RecurrentSizes.Cut(ref scratch, sizes.LaneCell);
        _buffers.LaneInputMasks = RecurrentSizes.Cut(ref scratch, sizes.LaneInputMasks);
        _buffers.LaneHiddenMasks = RecurrentSizes.Cut(ref scratch, sizes.LaneHiddenMasks);
        _buffers.Side = RecurrentSizes.Cut(ref scratch, sizes.Side);
        _buffers.Order = isBackward
            ? SequenceOrder.Read(sizes.Batch, sizes.Steps, options.GoBackwards, tables)
            : SequenceOrder.Create(pass.Mask(), sizes.Batch, sizes.Steps, options.GoBackwards, tables);
        if (isBackward)
        {
            _rests = RecurrentSizes.Cut(ref scratch, sizes.Rests);
            Weights = RecurrentSizes.Cut(ref scratch, sizes.Weights);
            _buffers.Sums = RecurrentSizes.Cut(ref scratch, sizes.Sums);
            _maskedRows = RecurrentSizes.Cut(ref scratch, sizes.MaskedRows);
        }
        else
        {
            _buffers.Masked = RecurrentSizes.Cut(ref scratch, sizes.Masked);
            _keys = MemoryMarshal.Cast<T, uint>(RecurrentSizes.Cut(ref scratch, sizes.Keys))[..sizes.Keys];
        }

        if (pass.IsStochastic)
        {
            // Whoever asks for random numbers counts as random: Monte Carlo runs such a layer for each sample.
            if (!isBackward && inputMasks.Length + hiddenMasks.Length + hiddenZones.Length + cellZones.Length > 0)
            {
                RandomSource random = MaskDraws.RandomOf(options.Seed, pass);
                Draw(inputMasks, options.Dropout, options.DropoutPerStep, random.Branch(0));
                Draw(hiddenMasks, options.RecurrentDropout, options.DropoutPerStep, random.Branch(1));
                Draw(hiddenZones, options.Zoneout, byRow: true, random.Branch(2));
                Draw(cellZones, options.CellZoneout, byRow: true, random.Branch(3));
            }

            _buffers.InputMasks = inputMasks;
            _buffers.HiddenMasks = hiddenMasks;
        }

        _buffers.HiddenZoneout = new Zoneout<T>(pass.IsStochastic ? hiddenZones : [], options.Zoneout);
        _buffers.CellZoneout = new Zoneout<T>(pass.IsStochastic ? cellZones : [], options.CellZoneout);
    }

    /// <summary>The pass.</summary>
    public readonly Pass<T> Pass { get; }

    /// <summary>Room for packed weights.</summary>
    public readonly Span<T> Packed { get; }

    /// <summary>[inputs + units, columns]: room for the gradients of both kernels together, in backward.</summary>
    public readonly Span<T> Weights { get; }

    /// <summary>The order of samples and steps.</summary>
    public readonly SequenceOrder Order => _buffers.Order;

    /// <summary>
    /// [places, units]: the states, or their gradients; initial ones before the loop, final ones after it, or the other way
    /// round.
    /// </summary>
    public readonly Span<T> Hidden => _buffers.Hidden;

    /// <summary>The same for the cell's state; empty where there is none.</summary>
    public readonly Span<T> Cell => _buffers.Cell;

    /// <summary>All rows, after the loop of backward.</summary>
    public readonly RecurrentRowsView<T> Rows => new(_buffers, _maskedRows);

    /// <summary>[rows, ...]: what else the cell kept.</summary>
    public readonly ReadOnlySpan<T> Kept => _buffers.Kept[..(Order.Rows * _buffers.Widths.Kept)];

    /// <summary>Goes through the steps.</summary>
    public readonly void Forward<TCell>(TCell cell)
        where TCell : IRecurrentCell<T>, allows ref struct
    {
        RecurrentForward<T, TCell> body = new(_buffers, cell, Pass.Input(), OutputOf(Pass.Output()), _steps);
        ParallelLoop.Run(ref body, Order.Blocks, Pass.Threads);
    }

    /// <summary>Goes back through the steps.</summary>
    public readonly void Backward<TCell>(TCell cell)
        where TCell : IRecurrentCell<T>, allows ref struct
    {
        Span<T> dx = Pass.InputGradient();
        if (Order.Rows < Order.Batch * _steps)
        {
            dx.Clear();
        }

        ReadOnlySpan<T> dy = Pass.OutputGradient();
        RecurrentOutput<T> output = OutputOf(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(dy), dy.Length));
        RecurrentBackward<T, TCell> body = new(_buffers, cell, output, dx, _rests, _steps, _options.Truncation ?? 0);
        ParallelLoop.Run(ref body, Order.Blocks, Pass.Threads);
    }

    /// <summary>Σ over rows of the gates' gradients, after the loop of backward: blocks are added up in their order.</summary>
    public readonly ReadOnlySpan<T> GateSums()
    {
        Span<T> sums = _buffers.SumsOf(block: 0);
        for (int block = 1; block < Order.Blocks; block++)
        {
            RecurrentRows.Add(_buffers.SumsOf(block), sums);
        }

        return sums;
    }

    /// <summary>Whether the gradient of either kernel is wanted.</summary>
    public readonly bool WantsWeights(Parameter kernel, Parameter recurrentKernel) =>
        !Pass.Gradient(kernel).IsEmpty || !Pass.Gradient(recurrentKernel).IsEmpty;

    /// <summary>Hands the gradients of both kernels, which were computed together, to those who want them.</summary>
    public readonly void Split(Span<T> kernelGradient, Span<T> recurrentGradient)
    {
        int length = _buffers.Widths.Inputs * Weights.Length / _buffers.Widths.Joined;
        if (!kernelGradient.IsEmpty)
        {
            Weights[..length].CopyTo(kernelGradient);
        }

        if (!recurrentGradient.IsEmpty)
        {
            Weights[length..].CopyTo(recurrentGradient);
        }
    }

    /// <summary>Rows of samples into rows of places; zeros if there are none.</summary>
    public readonly void ToPlaces(ReadOnlySpan<T> samples, Span<T> places)
    {
        int units = _buffers.Widths.Units;
        for (int place = 0; place < Order.Batch; place++)
        {
            Span<T> row = places.Slice(place * units, units);
            if (samples.IsEmpty)
            {
                row.Clear();
            }
            else
            {
                samples.Slice(Order.Samples[place] * units, units).CopyTo(row);
            }
        }
    }

    /// <summary>Rows of places into rows of samples; nothing if those are not wanted.</summary>
    public readonly void ToSamples(ReadOnlySpan<T> places, Span<T> samples)
    {
        int units = _buffers.Widths.Units;
        for (int place = 0; place < Order.Batch && !samples.IsEmpty; place++)
        {
            places.Slice(place * units, units).CopyTo(samples.Slice(Order.Samples[place] * units, units));
        }
    }

    private readonly RecurrentOutput<T> OutputOf(Span<T> y) =>
        new(y, _steps, _buffers.Widths.Units, _options.ReturnSequences, _options.ZeroOutputForMask, _options.GoBackwards);

    // Draws masks for all places, or for all rows: by the key of the sample, and the time of the step.
    private readonly void Draw(Span<T> masks, double rate, bool byRow, in RandomSource random)
    {
        if (masks.IsEmpty)
        {
            return;
        }

        SequenceOrder order = _buffers.Order;
        int count = byRow ? order.Rows : order.Batch;
        Span<uint> keys = _keys[..count];
        for (int i = 0; i < count; i++)
        {
            if (byRow)
            {
                SequenceRow row = order.RowsAt(i, 1)[0];
                keys[i] = (KeyOf(row.Sample) * (uint)_steps) + (uint)row.Time;
            }
            else
            {
                keys[i] = KeyOf(order.Samples[i]);
            }
        }

        // All masks have as many rows as there could be keys; those of steps that do not count are not drawn.
        int rowLength = masks.Length / (byRow ? order.Batch * _steps : order.Batch);
        Span<T> drawn = masks[..(count * rowLength)];
        drawn.Fill(T.One);
        DropoutKernels.Apply(drawn, drawn, rowLength, new DropoutRate(rate), random, keys, Pass.Threads);
    }

    private readonly uint KeyOf(int sample) => Pass.RowKeys.IsEmpty ? (uint)sample : Pass.RowKeys[sample];
}
