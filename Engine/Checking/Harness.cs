using System.Numerics;
using Engine.Layers;
using Engine.Numerics;

namespace Engine.Checking;

/// <summary>
/// Runs a small graph forward and backward from a random weighting of its outputs: the objective is Σ r·y plus penalties. All
/// numbers are drawn in double, so that a float and a double harness of one seed see the same problem.
/// </summary>
internal sealed class Harness<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Executor<T> _executor;
    private readonly double[][] _inputs;
    private readonly double[][] _outputWeights;

    public Harness(
        Model model,
        GradientCheckOptions options,
        int batch,
        IReadOnlySet<Parameter>? wanted = null,
        bool inputGradients = true,
        bool hasBackward = true)
    {
        Model = model;
        Options = options;
        model.EnsureInitialized();
        Parameters = [.. model.TrainableParameters.Distinct()];
        _executor = new Executor<T>(model.Graph, new PlanOptions
        {
            Batch = batch,
            Wanted = hasBackward ? wanted ?? new HashSet<Parameter>(Parameters) : new HashSet<Parameter>(),
            LossValues = hasBackward ? [.. model.Graph.Outputs.Distinct()] : [],
            InputGradients = inputGradients && hasBackward,
        });
        _inputs = [.. model.Inputs.Select(input => new double[batch * input.Shape.Size])];
        _outputWeights = [.. model.Outputs.Select(output => new double[batch * output.Shape.Size])];
        for (int k = 0; k < _outputWeights.Length; k++)
        {
            new RandomSource(options.Seed, HarnessStreams.OutputWeights + (ulong)k).FillNormal<double>(_outputWeights[k]);
        }

        Batch = batch;
        FillInputs(0);
    }

    public Model Model { get; }

    public GradientCheckOptions Options { get; }

    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The number of samples of the coming passes; at most the largest.</summary>
    public int Batch { get; set; }

    public int Threads { get; set; } = 1;

    /// <summary>The keys of the rows; none unless set.</summary>
    public uint[] RowKeys { get; set; } = [];

    public double Penalty => _executor.Run.Penalty;

    public double[] Input(int index) => _inputs[index];

    public double[] OutputWeights(int index) => _outputWeights[index];

    public Span<T> Output(int index) => _executor.Output(index);

    public Span<T> InputGradient(int index) => _executor.Gradient(Model.Graph.Inputs[index]);

    public Span<T> Gradient(Parameter parameter) => _executor.Gradient(parameter);

    /// <summary>What scratch is filled with between forward and backward; not touched if null.</summary>
    public byte? ScratchPoison { get; set; }

    public void Poison(byte value = 0xff) => _executor.Poison(value);

    /// <summary>Draws the inputs; each attempt draws others.</summary>
    public void FillInputs(int attempt)
    {
        for (int i = 0; i < _inputs.Length; i++)
        {
            if (Options.FillInput is { } fill)
            {
                fill(i, attempt, _inputs[i]);
                continue;
            }

            new RandomSource(Options.Seed, HarnessStreams.Inputs + (ulong)i, (ulong)attempt).FillNormal<double>(_inputs[i]);
            foreach (ref double x in _inputs[i].AsSpan())
            {
                x += x < 0 ? -0.1 : 0.1;
            }
        }
    }

    public void Forward()
    {
        if (Model.IsStateful)
        {
            Model.ResetStates();
        }

        RunState run = _executor.Run;
        run.Batch = Batch;
        run.Phase = Options.Phase;
        run.Seed = Options.Seed;
        run.Step = 3;
        run.Threads = Threads;
        run.RowKeys = RowKeys;
        for (int i = 0; i < _inputs.Length; i++)
        {
            Convert(_inputs[i].AsSpan(0, Batch * Model.Inputs[i].Shape.Size), _executor.Input(i));
        }

        try
        {
            _executor.Forward();
        }
        catch (Exception exception) when (exception is IndexOutOfRangeException or ArgumentException)
        {
            throw Broken("forward", exception);
        }
    }

    public void Backward()
    {
        for (int k = 0; k < _outputWeights.Length; k++)
        {
            Span<T> gradient = _executor.Gradient(Model.Graph.Outputs[k]);
            if (gradient.IsEmpty)
            {
                continue;
            }

            // A value may be several of the model's outputs.
            int value = Model.Graph.Outputs[k];
            gradient.Clear();
            for (int j = 0; j < _outputWeights.Length; j++)
            {
                for (int i = 0; Model.Graph.Outputs[j] == value && i < gradient.Length; i++)
                {
                    gradient[i] += T.CreateTruncating(_outputWeights[j][i]);
                }
            }
        }

        if (ScratchPoison is { } poison)
        {
            _executor.PoisonScratch(poison);
        }

        try
        {
            _executor.Backward();
        }
        catch (Exception exception) when (exception is IndexOutOfRangeException or ArgumentException)
        {
            throw Broken("backward", exception);
        }
    }

    private LayerContractException Broken(string where, Exception exception)
    {
        Layer layer = Model.Layers.Count(layer => layer is not (Engine.Input or Copy)) == 1 ? Model.Layers[^1] : Model;
        return new LayerContractException(
            $"{layer.Title}: expected {where} to run through, got {exception.GetType().Name}: {exception.Message} "
            + $"In backward, inputs and outputs that BackwardReads ({layer.BackwardReads}) does not name and gradients that are not "
            + "wanted are empty.",
            exception);
    }

    private static void Convert(ReadOnlySpan<double> from, Span<T> to)
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = T.CreateTruncating(from[i]);
        }
    }
}

/// <summary>The random streams of a check, apart from those of a model.</summary>
internal static class HarnessStreams
{
    public const ulong Inputs = 9ul << 32;
    public const ulong OutputWeights = 10ul << 32;
    public const ulong Values = 11ul << 32;
}
