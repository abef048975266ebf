using System.Globalization;
using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// What the recurrent layers have in common: sequences in, hidden states out; dropout, zoneout, states that are given, returned
/// or remembered.
/// </summary>
/// <remarks>
/// <para>
/// Inputs: a sequence <c>[n, steps, features]</c>, and if wished the initial states, <c>[n, units]</c> each. Outputs: the last
/// hidden state <c>[n, units]</c>, or with <see cref="ReturnSequences"/> all of them, <c>[n, steps, units]</c>; with
/// <see cref="ReturnState"/> also the final states.
/// </para>
/// <para>
/// A step that the input's mask does not count leaves the states alone; its output is the previous one again, zeros where there
/// is none. No gates or products are computed for it: samples of different lengths are packed.
/// </para>
/// <para>
/// Dropout draws its masks once a sequence and uses them at all its steps (Gal and Ghahramani, "A theoretically grounded
/// application of dropout in recurrent neural networks", 2016), unless <see cref="DropoutPerStep"/> asks for others at each
/// step. Zoneout is Krueger et al., "Zoneout: regularizing RNNs by randomly preserving hidden activations", 2017.
/// </para>
/// </remarks>
public abstract class RecurrentLayer : Layer
{
    private RecurrentOptions _options;
    private readonly int _gates;
    private readonly bool _hasCell;
    private int _needsVersion;
    private Parameter? _kernel;
    private Parameter? _recurrentKernel;
    private Parameter? _bias;
    private Parameter? _hiddenState;
    private Parameter? _cellState;

    private protected RecurrentLayer(RecurrentOptions options, int gates, bool hasCell)
    {
        _options = options;
        _gates = gates;
        _hasCell = hasCell;
        Check(options);
        Activation = options.Activation ?? ActivationFunction.Tanh;
        KernelInitializer = options.KernelInitializer ?? Initializer.GlorotUniform;
        RecurrentInitializer = options.RecurrentInitializer ?? Initializer.Orthogonal();
        BiasInitializer = options.BiasInitializer ?? Initializer.Zeros;
    }

    /// <summary>The length of the hidden state.</summary>
    public int Units => _options.Units;

    /// <summary>What the new content of a state goes through.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias => _options.UseBias;

    /// <summary>First values of the kernel, which the input is multiplied by.</summary>
    public Initializer KernelInitializer { get; }

    /// <summary>
    /// First values of the recurrent kernel, which the hidden state is multiplied by; of the whole matrix at once.
    /// </summary>
    public Initializer RecurrentInitializer { get; }

    /// <summary>First values of the bias.</summary>
    public Initializer BiasInitializer { get; }

    /// <summary>The penalty on the kernel, if any.</summary>
    public Regularizer? KernelRegularizer => _options.KernelRegularizer;

    /// <summary>The penalty on the recurrent kernel, if any.</summary>
    public Regularizer? RecurrentRegularizer => _options.RecurrentRegularizer;

    /// <summary>The penalty on the bias, if any.</summary>
    public Regularizer? BiasRegularizer => _options.BiasRegularizer;

    /// <summary>What the kernel must satisfy after each step, if anything.</summary>
    public Constraint? KernelConstraint => _options.KernelConstraint;

    /// <summary>What the recurrent kernel must satisfy after each step, if anything.</summary>
    public Constraint? RecurrentConstraint => _options.RecurrentConstraint;

    /// <summary>What the bias must satisfy after each step, if anything.</summary>
    public Constraint? BiasConstraint => _options.BiasConstraint;

    /// <summary>The probability of dropping a feature of the input, for a whole sequence; 0 to below 1.</summary>
    /// <remarks>
    /// May be changed between the steps of a Fit, from a callback, but not while a step runs. It is saved. From 0 to more, or back,
    /// memory is planned anew before the next step.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range, or not a number.</exception>
    public double Dropout
    {
        get => _options.Dropout;
        set => _options.Dropout = Changed(_options.Dropout, value, "dropout", "a sequence");
    }

    /// <summary>
    /// The probability of dropping a unit of the hidden state on its way to the next step, for a whole sequence; 0 to below 1.
    /// </summary>
    /// <remarks>May be changed as <see cref="Dropout"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range, or not a number.</exception>
    public double RecurrentDropout
    {
        get => _options.RecurrentDropout;
        set => _options.RecurrentDropout = Changed(_options.RecurrentDropout, value, "recurrentDropout");
    }

    /// <summary>Whether masks are drawn anew at each step.</summary>
    public bool DropoutPerStep => _options.DropoutPerStep;

    /// <summary>The probability of a unit of the hidden state keeping its value from before the step; 0 to below 1.</summary>
    /// <remarks>May be changed as <see cref="Dropout"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the range, or not a number.</exception>
    public double Zoneout
    {
        get => _options.Zoneout;
        set => _options.Zoneout = Changed(_options.Zoneout, value, "zoneout");
    }

    /// <summary>The seed of its own masks; null if they follow Fit's seed.</summary>
    public ulong? Seed => _options.Seed;

    /// <summary>Whether the output has all hidden states rather than the last.</summary>
    public bool ReturnSequences => _options.ReturnSequences;

    /// <summary>Whether the final states are outputs, too.</summary>
    public bool ReturnState => _options.ReturnState;

    /// <summary>
    /// Whether the sequence is gone through from its end to its beginning. Outputs of all steps then lie in that order: the
    /// first is that of the last step, as in Keras.
    /// </summary>
    public bool GoBackwards => _options.GoBackwards;

    /// <summary>Whether the output at a step that does not count is zeros rather than the previous one.</summary>
    public bool ZeroOutputForMask => _options.ZeroOutputForMask;

    /// <summary>After how many steps of a sequence no gradient flows on; null if it flows through all.</summary>
    /// <remarks>
    /// Steps that count are counted, from where the loop begins: with <see cref="GoBackwards"/> from the sequence's end. No gradient
    /// flows from a stretch of so many steps to the one before. Williams and Peng, "An efficient gradient-based algorithm for
    /// on-line training of recurrent network trajectories", Neural Computation 2 (1990).
    /// </remarks>
    public int? Truncation => _options.Truncation;

    /// <summary>Whether the final states are the initial ones of the next call, until <see cref="Layer.ResetStates"/>.</summary>
    public bool Stateful => _options.Stateful;

    /// <summary>The largest batch of a stateful layer: for how many samples states are remembered.</summary>
    public int? Batch => _options.Batch;

    /// <summary>The weights of the input; null before the layer is used.</summary>
    public Parameter? Kernel => _kernel;

    /// <summary>The weights of the hidden state; null before the layer is used.</summary>
    public Parameter? RecurrentKernel => _recurrentKernel;

    /// <summary>The bias; null before the layer is used, or without a bias.</summary>
    public Parameter? Bias => _bias;

    /// <inheritdoc/>
    public sealed override bool IsStateful => Stateful;

    /// <inheritdoc/>
    public sealed override Reads BackwardReads => Reads.None;

    /// <inheritdoc/>
    public sealed override bool DrawsByRow => true;

    internal sealed override int NeedsVersion => _needsVersion;

    private protected RecurrentOptions Options => _options;

    /// <summary>1, or the number of gates where each has masks of its own in a random phase.</summary>
    private int Copies => UsesMasks && (_options.DropoutMasks == DropoutMasks.PerGate
        || (_options.DropoutMasks == DropoutMasks.KerasDefault && RecurrentDropout > 0)) ? _gates : 1;

    /// <summary>Whether there are dropout masks at all.</summary>
    private protected bool UsesMasks => Dropout > 0 || RecurrentDropout > 0;

    /// <summary>The shape of the bias.</summary>
    private protected virtual Shape BiasShape => [_gates * Units];

    /// <summary>What draws the bias.</summary>
    private protected virtual Initializer BiasDraw => BiasInitializer;

    private int States => _hasCell ? 2 : 1;

    /// <inheritdoc/>
    public sealed override BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch)
    {
        Shape input = inputs[0];
        return SizesOf(batch, input[0], input[1], Copies).Needs;
    }

    /// <summary>
    /// The steps of a sequence of outputs count as the input's do, in reverse with <see cref="GoBackwards"/>; a last output has
    /// no steps.
    /// </summary>
    public sealed override MaskRule OutputMask(ReadOnlySpan<bool> masked) =>
        !ReturnSequences ? MaskRule.Drop : GoBackwards && masked[0] ? MaskRule.Compute : MaskRule.Keep;

    /// <inheritdoc/>
    public sealed override void ComputeMask<T>(in Pass<T> pass, Span<T> mask) =>
        StepReversal.Turn(pass.Mask(), mask, pass.InputShape()[0], 1);

    /// <inheritdoc/>
    public sealed override void ResetStates()
    {
        Clear(_hiddenState);
        Clear(_cellState);
    }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("units", Units);
        writer.Write("activation", Activation);
        writer.Write("use_bias", UseBias);
        writer.Write("kernel_initializer", KernelInitializer);
        writer.Write("recurrent_initializer", RecurrentInitializer);
        writer.Write("bias_initializer", BiasInitializer);
        writer.Write("kernel_regularizer", KernelRegularizer);
        writer.Write("recurrent_regularizer", RecurrentRegularizer);
        writer.Write("bias_regularizer", BiasRegularizer);
        writer.Write("kernel_constraint", KernelConstraint);
        writer.Write("recurrent_constraint", RecurrentConstraint);
        writer.Write("bias_constraint", BiasConstraint);
        writer.Write("dropout", Dropout);
        writer.Write("recurrent_dropout", RecurrentDropout);
        writer.Write("dropout_per_step", DropoutPerStep);
        writer.Write("zoneout", Zoneout);
        writer.Write("return_sequences", ReturnSequences);
        writer.Write("return_state", ReturnState);
        writer.Write("go_backwards", GoBackwards);
        writer.Write("zero_output_for_mask", ZeroOutputForMask);
        writer.Write("stateful", Stateful);
        if (Seed is { } seed)
        {
            writer.Write("seed", seed.ToString(CultureInfo.InvariantCulture));
        }

        if (Truncation is { } truncation)
        {
            writer.Write("truncation", truncation);
        }

        if (Batch is { } batch)
        {
            writer.Write("batch", batch);
        }
    }

    /// <inheritdoc/>
    public sealed override void Forward<T>(in Pass<T> pass)
    {
        if (Stateful && pass.Batch > Batch)
        {
            throw new ShapeException(
                $"{Title}: expected at most {Batch} samples, whose states it remembers, got {pass.Batch}. "
                + "Make the layer with a larger batch, or the batches smaller.");
        }

        RecurrentCall<T> call = CallOf(pass, isBackward: false);
        int states = pass.InputCount - 1;
        call.ToPlaces(states > 0 ? pass.Input(1) : Remembered(pass, _hiddenState), call.Hidden);
        if (_hasCell)
        {
            call.ToPlaces(states > 0 ? pass.Input(2) : Remembered(pass, _cellState), call.Cell);
        }

        RunForward(call);
        if (ReturnState)
        {
            call.ToSamples(call.Hidden, pass.Output(1));
            call.ToSamples(call.Cell, _hasCell ? pass.Output(2) : []);
        }

        if (Stateful)
        {
            call.ToSamples(call.Hidden, pass.State(_hiddenState!));
            call.ToSamples(call.Cell, _hasCell ? pass.State(_cellState!) : []);
        }
    }

    /// <inheritdoc/>
    public sealed override void Backward<T>(in Pass<T> pass)
    {
        RecurrentCall<T> call = CallOf(pass, isBackward: true);
        call.ToPlaces(ReturnState ? pass.OutputGradient(1) : [], call.Hidden);
        if (_hasCell)
        {
            call.ToPlaces(ReturnState ? pass.OutputGradient(2) : [], call.Cell);
        }

        RunBackward(call);
        if (pass.InputCount > 1)
        {
            call.ToSamples(call.Hidden, pass.InputGradient(1));
            call.ToSamples(call.Cell, _hasCell ? pass.InputGradient(2) : []);
        }
    }

    /// <inheritdoc/>
    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (inputs.Length != 1 && inputs.Length != 1 + States)
        {
            throw new ShapeException(
                $"{Title}: expected a sequence, or one and {(States == 1 ? "an initial state" : "two initial states")}, "
                + $"got {inputs.Length} inputs.");
        }

        Shape input = inputs[0];
        if (input.Rank != 2)
        {
            throw UnexpectedInput("[n, steps, features]", input, "Give each step one axis of features.");
        }

        foreach (Shape state in inputs[1..])
        {
            if (state != [Units])
            {
                throw UnexpectedInput($"[n, {Units}] as an initial state", state, null, [Units]);
            }
        }

        if (_kernel is not null && _kernel.Shape[0] != input[1])
        {
            throw UnexpectedInput(
                $"[n, steps, {_kernel.Shape[0]}]", input, "A layer that is used twice must see the same number of features.");
        }

        _kernel = parameters.Add("kernel", [input[1], _gates * Units], KernelInitializer, KernelRegularizer, KernelConstraint);
        _recurrentKernel = parameters.Add(
            "recurrent_kernel", [Units, _gates * Units], RecurrentInitializer, RecurrentRegularizer, RecurrentConstraint);
        _bias = UseBias ? parameters.Add("bias", BiasShape, BiasDraw, BiasRegularizer, BiasConstraint) : null;
        AddParameters(parameters);
        if (Stateful)
        {
            Shape states = [Batch!.Value, Units];
            _hiddenState = parameters.Add("hidden_state", states, Initializer.Zeros, trains: false);
            _cellState = _hasCell ? parameters.Add("cell_state", states, Initializer.Zeros, trains: false) : null;
        }

        Shape output = ReturnSequences ? [input[0], Units] : [Units];
        return ReturnState ? [output, .. Enumerable.Repeat<Shape>([Units], States)] : [output];
    }

    /// <summary>1, or the number of gates where each has masks of its own and they are drawn.</summary>
    private protected int CopiesIn<T>(in Pass<T> pass)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => pass.IsStochastic ? Copies : 1;

    /// <summary>Makes the parameters that the kind of layer has besides.</summary>
    private protected virtual void AddParameters(ParameterFactory parameters)
    {
    }

    /// <summary>
    /// Checks a rate that is to take the place of another. Which masks there are decides on the memory, how often they drop does not.
    /// </summary>
    private protected double Changed(double from, double to, string name, string what = "a state")
    {
        CheckRate(to, name, what);
        _needsVersion += from > 0 == to > 0 ? 0 : 1;
        return to;
    }

    /// <summary>The widths of rows, and how long packed weights are.</summary>
    /// <param name="batch">The number of samples.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="inputs">The features of a step.</param>
    /// <param name="copies">1, or the number of gates where each has masks of its own.</param>
    private protected abstract RecurrentSizes SizesOf(int batch, int steps, int inputs, int copies);

    /// <summary>Packs the weights and goes through the steps.</summary>
    private protected abstract void RunForward<T>(in RecurrentCall<T> call)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>Packs the weights, goes back through the steps, and computes the gradients of the weights.</summary>
    private protected abstract void RunBackward<T>(in RecurrentCall<T> call)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>;

    /// <summary>Gives zeros at steps that do not count, whatever was asked for.</summary>
    internal void ForceZeroOutputForMask() => _options = _options with { ZeroOutputForMask = true };

    private static void Clear(Parameter? state)
    {
        if (state is { IsInitialized: true })
        {
            if (state.Precision == Precision.Single)
            {
                state.WritableValues<float>().Clear();
            }
            else
            {
                state.WritableValues<double>().Clear();
            }
        }
    }

    private static ReadOnlySpan<T> Remembered<T>(in Pass<T> pass, Parameter? state)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => state is null ? [] : pass.Values(state);

    private RecurrentCall<T> CallOf<T>(in Pass<T> pass, bool isBackward)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Shape input = pass.InputShape();
        return new RecurrentCall<T>(pass, _options, SizesOf(pass.Batch, input[0], input[1], CopiesIn(pass)), isBackward);
    }

    private void Check(RecurrentOptions options)
    {
        if (options.Units < 1)
        {
            throw OutOfRange("units", $"expected at least 1 unit, got {options.Units}.");
        }

        CheckRate(options.Dropout, "dropout", "a sequence");
        CheckRate(options.RecurrentDropout, "recurrentDropout", "a state");
        CheckRate(options.Zoneout, "zoneout", "a state");
        CheckRate(options.CellZoneout, "cellZoneout", "a state");
        if (!Enum.IsDefined(options.DropoutMasks))
        {
            throw OutOfRange("dropoutMasks", $"expected KerasDefault, Tied or PerGate, got {options.DropoutMasks}.");
        }

        if (options.Truncation < 1)
        {
            throw OutOfRange(
                "truncation", $"expected a truncation of at least 1 step, or null for none, got {options.Truncation}.");
        }

        if (options.Stateful ? !(options.Batch >= 1) : options.Batch is not null)
        {
            throw OutOfRange("batch", options.Stateful
                ? "expected a largest batch of at least 1 for a stateful layer, got "
                    + $"{options.Batch?.ToString(CultureInfo.InvariantCulture) ?? "none"}."
                : $"expected no batch for a layer that is not stateful, got {options.Batch}.");
        }
    }

    // At 1 Keras would silently drop nothing.
    private void CheckRate(double rate, string name, string what)
    {
        if (!(rate >= 0 && rate < 1))
        {
            throw OutOfRange(name, FormattableString.Invariant(
                $"expected {name} in [0, 1), got {rate}. Of {what} something must be left."));
        }
    }

    private ArgumentOutOfRangeException OutOfRange(string name, string message) => new(name, $"{Kind}: {message}");
}
