using System.Globalization;
using System.Numerics;
using Engine.Layers;
using Engine.Numerics;

namespace Engine.Checking;

/// <summary>
/// Everything that a layer must keep, checked on one layer: for people's own layers and for all of this library's. Throws at the
/// first promise that is broken and says which.
/// </summary>
/// <remarks>
/// <para>
/// Checked are: that results do not depend on what memory held before, and that forward and backward get the same numbers each
/// time; gradients of every input and parameter in every phase, in double; float against double; that gradients not wanted
/// change no others; running in place; that inference is deterministic, changes no parameter and treats samples one by one; that
/// draws follow the rows' keys where <see cref="Layer.DrawsByRow"/> says so; the same bits on one, two and four threads; two uses of one layer against two tied copies; that a step allocates nothing, short
/// batches included; that weights come back from a file.
/// </para>
/// <para>
/// Checked only on demand: the output's shape, with <see cref="LayerContractOptions.Output"/>; that a wrong shape is refused,
/// with <see cref="LayerContractOptions.WrongInputs"/>; that <see cref="Layer.Describe"/> writes all that defines a layer of
/// one's own, with <see cref="LayerContractOptions.Catalog"/>: without one, the layer that loads is made anew, and what was
/// written is not read.
/// </para>
/// </remarks>
public static partial class LayerContract
{
    private const int Batch = 3;
    private const int ThreadedElements = 1 << 17;
    private const int MaxThreadedBatch = 5003;
    private const double FloatRoundings = 1e-6;     // eight roundings of float

    /// <summary>Verifies a layer with one input.</summary>
    /// <param name="make">Makes the layer: called often, always the same configuration.</param>
    /// <param name="input">The shape of one sample.</param>
    /// <param name="options">Tolerances, wrong inputs, output shape.</param>
    /// <exception cref="LayerContractException">The layer breaks its contract.</exception>
    public static void Verify(Func<Layer> make, Shape input, LayerContractOptions? options = null) =>
        Verify(make, [input], options);

    /// <summary>Verifies a layer with any number of inputs.</summary>
    /// <param name="make">Makes the layer: called often, always the same configuration.</param>
    /// <param name="inputs">The shape of one sample of each input.</param>
    /// <param name="options">Tolerances, wrong inputs, output shape.</param>
    /// <exception cref="LayerContractException">The layer breaks its contract.</exception>
    public static void Verify(Func<Layer> make, IReadOnlyList<Shape> inputs, LayerContractOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentNullException.ThrowIfNull(inputs);
        options ??= LayerContractOptions.Default;
        Subject subject = new(make, inputs, options);
        CheckShapes(subject);
        CheckIndependenceOfMemory<float>(subject);
        CheckIndependenceOfMemory<double>(subject);
        CheckGradients(subject);
        CheckPrecision(subject);
        CheckUnwantedGradients(subject);
        CheckInPlace(subject);
        CheckInference<float>(subject);
        CheckInference<double>(subject);
        CheckRowKeys(subject);
        CheckThreads<float>(subject);
        CheckThreads<double>(subject);
        if (!subject.Model<double>().IsStateful)
        {
            CheckTwice(subject);
        }

        CheckAllocation(subject);
        CheckFile(subject);
    }

    private static void CheckShapes(Subject subject)
    {
        Model model = subject.Model<double>();
        if (subject.Options.Output is { } expected && model.Outputs[0].Shape != expected)
        {
            throw subject.Broken($"expected the output {expected.BatchText}, got {model.Outputs[0].Shape.BatchText}");
        }

        if (subject.Options.WrongInputs is not { } wrong)
        {
            return;
        }

        try
        {
            CheckedModels.Of(subject.Make(), wrong, Precision.Double);
        }
        catch (ShapeException exception)
        {
            if (subject.Options.WrongInputMessage is { } message && exception.Message != message)
            {
                throw subject.Broken($"expected to refuse {Text(wrong)} with \"{message}\", got \"{exception.Message}\"");
            }

            return;
        }

        throw subject.Broken($"expected to refuse inputs {Text(wrong)} with a ShapeException, got none");
    }

    private static void CheckGradients(Subject subject)
    {
        foreach (Phase phase in Enum.GetValues<Phase>())
        {
            GradientReport report = GradientCheck.Run(
                subject.Model<double>(), subject.Options.GradientCheck with { Phase = phase, Batch = Batch });
            if (!report.Passed)
            {
                throw subject.Broken($"in {phase}, gradients: {report.ToString().TrimEnd('.')}");
            }
        }
    }

    private static void CheckPrecision(Subject subject)
    {
        Model exact = subject.Model<double>();
        Model rounded = subject.Model<float>();
        CheckedModels.CopyValues<float, double>(rounded.Parameters, exact.Parameters);
        double[][] expected = subject.Results(subject.Harness<double>(exact));
        double[][] actual = subject.Results(subject.Harness<float>(rounded));

        // A gradient may be zero by its mathematics, as that of the key's bias in an attention is: what float leaves of it is some
        // roundings of what was summed.
        double largest = expected.SelectMany(values => values).Select(Math.Abs).DefaultIfEmpty(0).Max();
        subject.CheckClose(expected, actual, subject.Options.FloatTolerance, "float against double", FloatRoundings * largest);
    }

    // Memory that held zeros, huge numbers or NaN must give the same bits: nothing is read before it is written. NaN alone would
    // not do: a comparison with it is false, as one with zero may be. Scratch is filled again before backward, which must not
    // find there what forward left.
    private static void CheckIndependenceOfMemory<T>(Subject subject)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (Phase phase in Enum.GetValues<Phase>())
        {
            Model model = subject.Model<T>();
            double[][] zeroed = subject.Results(subject.Harness<T>(model, phase: phase));
            subject.CheckSame(zeroed, subject.Results(subject.Harness<T>(model, phase: phase)), $"in {phase}, run a second time");
            foreach ((byte fill, string text) in ((byte, string)[])[(0xff, "NaN"), (0x7f, "huge numbers")])
            {
                Harness<T> harness = subject.Harness<T>(model, phase: phase);
                harness.Poison(fill);
                harness.ScratchPoison = fill;
                subject.CheckSame(
                    zeroed,
                    subject.Results(harness),
                    $"in {phase}, memory that held {text} before: something is read that was not written, or not written at all");
            }
        }
    }

    // Gradients that are not wanted are empty spans; the others must not change.
    private static void CheckUnwantedGradients(Subject subject)
    {
        Model model = subject.Model<double>();
        Harness<double> full = subject.Harness<double>(model);
        full.Forward();
        full.Backward();
        IReadOnlyList<Parameter> parameters = full.Parameters;
        for (int p = -1; p < parameters.Count; p++)
        {
            // First the inputs alone, then each parameter alone.
            HashSet<Parameter> wanted = p < 0 ? [] : [parameters[p]];
            Harness<double> part = new(model, subject.CheckOptions(Phase.Training), Batch, wanted, inputGradients: p < 0);
            part.Poison();
            part.Forward();
            part.Backward();
            for (int i = 0; p < 0 && i < model.Inputs.Count; i++)
            {
                subject.CheckSame(
                    [Doubles(full.InputGradient(i))], [Doubles(part.InputGradient(i))], "without gradients of parameters");
            }

            if (p >= 0)
            {
                subject.CheckSame(
                    [Doubles(full.Gradient(parameters[p]))],
                    [Doubles(part.Gradient(parameters[p]))],
                    $"with the gradient of {parameters[p].Name} alone");
            }
        }
    }

    private static void CheckInPlace(Subject subject)
    {
        foreach (Phase phase in Enum.GetValues<Phase>())
        {
            double[][] apart = subject.Results(subject.Harness<double>(subject.Model<double>(), phase: phase));
            Layer layer = subject.Make();
            Model copies = CheckedModels.WithCopies(layer, subject.Inputs, Precision.Double);
            CheckedModels.FillZeros<double>(copies, subject.Options.GradientCheck.Seed);

            // The copies are nodes too: the same masks need the same random stream.
            copies.Graph.MoveStreams(copies.Inputs.Count);
            double[][] inPlace = subject.Results(subject.Harness<double>(copies, phase: phase));
            subject.CheckSame(apart, inPlace, $"in {phase}, in place");
        }

        // Where no backward follows nothing is kept for it: a layer that could not run in place then may do so now.
        Harness<double> kept = subject.Harness<double>(subject.Model<double>(), Phase.Inference);
        kept.Forward();
        Model predicting = CheckedModels.WithCopies(subject.Make(), subject.Inputs, Precision.Double);
        CheckedModels.FillZeros<double>(predicting, subject.Options.GradientCheck.Seed);
        predicting.Graph.MoveStreams(predicting.Inputs.Count);
        Harness<double> forward = new(predicting, subject.CheckOptions(Phase.Inference), Batch, hasBackward: false);
        forward.Poison();
        forward.Forward();
        subject.CheckSame(subject.Outputs(kept), subject.Outputs(forward), "in Inference without a backward, in place");
    }

    private static void CheckInference<T>(Subject subject)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model model = subject.Model<T>();
        Parameter[] fixedParameters = [.. model.Parameters.Where(parameter => parameter.Trains || !model.IsStateful)];
        double[][] before = [.. fixedParameters.Select(parameter => Doubles(parameter.Values<T>()))];
        Harness<T> harness = subject.Harness<T>(model, phase: Phase.Inference);
        harness.Forward();
        double[][] together = subject.Outputs(harness);
        Harness<T> otherSeed = new(model, subject.CheckOptions(Phase.Inference) with { Seed = 99 }, Batch);
        Subject.CopyInputs(harness, otherSeed, 0);
        otherSeed.Forward();
        subject.CheckSame(together, subject.Outputs(otherSeed), "in inference, with another seed");
        subject.CheckSame(
            before, [.. fixedParameters.Select(parameter => Doubles(parameter.Values<T>()))], "in inference, the parameters");

        double tolerance = AlignedMemory.PrecisionOf<T>() == Precision.Single
            ? subject.Options.FloatTolerance
            : subject.Options.BatchTolerance;
        for (int sample = 0; sample < Batch; sample++)
        {
            Harness<T> alone = new(model, subject.CheckOptions(Phase.Inference), 1);
            Subject.CopyInputs(harness, alone, sample);
            alone.Forward();
            double[][] expected =
                [.. together.Select(y => y[(sample * (y.Length / Batch))..((sample + 1) * (y.Length / Batch))])];
            subject.CheckClose(
                expected, subject.Outputs(alone), tolerance, $"in inference, sample {sample} alone and in a batch");
        }

        if (subject.Options.IsSameInAllPhases)
        {
            Harness<T> training = subject.Harness<T>(model);
            training.Forward();
            subject.CheckSame(together, subject.Outputs(training), "in training and in inference");
        }
    }

    // What a layer that draws by row makes of a sample depends on its key, not on its place.
    private static void CheckRowKeys(Subject subject)
    {
        Model model = subject.Model<double>();
        if (!model.Layers[^1].DrawsByRow)
        {
            return;
        }

        uint[] keys = [7, 1u << 31, 7];
        Harness<double> together = subject.Harness<double>(model, Phase.StochasticInference);
        together.RowKeys = keys;
        together.Forward();
        double[][] outputs = subject.Outputs(together);
        for (int sample = 0; sample < Batch; sample++)
        {
            Harness<double> alone = new(model, subject.CheckOptions(Phase.StochasticInference), 1) { RowKeys = [keys[sample]] };
            Subject.CopyInputs(together, alone, sample);
            alone.Forward();
            double[][] expected =
                [.. outputs.Select(y => y[(sample * (y.Length / Batch))..((sample + 1) * (y.Length / Batch))])];
            subject.CheckClose(
                expected,
                subject.Outputs(alone),
                subject.Options.BatchTolerance,
                $"in StochasticInference, sample {sample} alone and in a batch, with the same key (DrawsByRow)");
        }
    }

    // On a batch that is worth cutting: on three samples no loop would.
    private static void CheckThreads<T>(Subject subject)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Model model = subject.Model<T>();
        int batch = Math.Clamp(ThreadedElements / subject.Inputs.Sum(shape => shape.Size), Batch, MaxThreadedBatch);
        double[][]? one = null;
        foreach (int threads in (int[])[1, 2, 4])
        {
            Harness<T> harness = new(model, subject.CheckOptions(Phase.Training), batch);
            harness.Threads = threads;
            double[][] results = subject.Results(harness);
            one ??= results;
            subject.CheckSame(one, results, $"on {threads} threads");
        }
    }

    // One layer used twice against two layers with equal values: the same outputs, and the gradients' sum.
    private static void CheckTwice(Subject subject)
    {
        Layer shared = subject.Make();
        Model tied = CheckedModels.Twice(shared, shared, subject.Inputs, Precision.Double);
        CheckedModels.FillZeros<double>(tied, subject.Options.GradientCheck.Seed);
        Layer first = subject.Make();
        Layer second = subject.Make();
        Model apart = CheckedModels.Twice(first, second, subject.Inputs, Precision.Double);
        apart.EnsureInitialized();
        CheckedModels.CopyValues<double, double>(shared.Parameters, first.Parameters);
        CheckedModels.CopyValues<double, double>(shared.Parameters, second.Parameters);

        Harness<double> tiedHarness = subject.Harness<double>(tied, inputsRepeat: subject.Inputs.Count);
        Harness<double> apartHarness = subject.Harness<double>(apart, inputsRepeat: subject.Inputs.Count);
        tiedHarness.Poison();
        tiedHarness.Forward();
        tiedHarness.Backward();
        apartHarness.Forward();
        apartHarness.Backward();
        subject.CheckSame(
            subject.Outputs(apartHarness), subject.Outputs(tiedHarness), "used twice against two tied copies, outputs");
        for (int i = 0; i < tied.Inputs.Count; i++)
        {
            subject.CheckSame(
                [Doubles(apartHarness.InputGradient(i))],
                [Doubles(tiedHarness.InputGradient(i))],
                $"used twice against two tied copies, the gradient of input {i}: is something of a call kept in the layer?");
        }

        for (int p = 0; p < shared.Parameters.Count; p++)
        {
            double[] sum = Doubles(apartHarness.Gradient(first.Parameters[p]));
            ReadOnlySpan<double> other = apartHarness.Gradient(second.Parameters[p]);
            for (int i = 0; i < other.Length; i++)
            {
                sum[i] += other[i];
            }

            // A layer that uses a parameter several times itself adds in another order.
            subject.CheckClose(
                [sum],
                [Doubles(tiedHarness.Gradient(shared.Parameters[p]))],
                subject.Options.BatchTolerance,
                $"used twice against two tied copies, the gradient of {shared.Parameters[p].Name}");
        }
    }

    // Other threads of the process may allocate by chance; a layer that allocates does so every time.
    private static void CheckAllocation(Subject subject)
    {
        Harness<float> harness = subject.Harness<float>(subject.Model<float>());
        harness.Threads = 2;
        long least = long.MaxValue;
        for (int i = 0; i < 12 && least > 0; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            harness.Batch = Batch - 1;
            harness.Forward();
            harness.Backward();
            harness.Batch = Batch;
            harness.Forward();
            harness.Backward();
            long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            least = i == 0 ? least : Math.Min(least, allocated);
        }

        if (least > 0)
        {
            throw subject.Broken(string.Create(
                CultureInfo.InvariantCulture,
                $"expected steps that allocate nothing after the first, got {least} bytes in two steps"));
        }
    }

    private static double[] Doubles<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] doubles = new double[values.Length];
        for (int i = 0; i < doubles.Length; i++)
        {
            doubles[i] = double.CreateTruncating(values[i]);
        }

        return doubles;
    }

    private static double[] Doubles<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Doubles((ReadOnlySpan<T>)values);

    private static string Text(IReadOnlyList<Shape> shapes) => string.Join(", ", shapes.Select(shape => shape.BatchText));
}
