using System.Numerics;
using Engine.Layers;
using Engine.Numerics;

namespace Engine.Tests.Layers;

/// <summary>Runs a small model forward and backward in a phase of choice, with seed, step and row keys of choice.</summary>
internal sealed class LayerRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Model _model;
    private readonly Executor<T> _executor;

    /// <summary>Makes a run of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">The number of samples.</param>
    /// <param name="phase">The phase.</param>
    /// <param name="parameters">Those whose gradients are wanted.</param>
    public LayerRun(Model model, int batch, Phase phase = Phase.Training, params IReadOnlyList<Parameter> parameters)
    {
        _model = model;
        _executor = new Executor<T>(model.Graph, new PlanOptions
        {
            Batch = batch,
            LossValues = [.. model.Graph.Outputs.Distinct()],
            InputGradients = true,
            Wanted = new HashSet<Parameter>(parameters),
        });
        Run.Batch = batch;
        Run.Phase = phase;
        Run.Seed = 1;
        Run.Step = 1;
    }

    public LayerRun(Layer layer, Shape input, int batch, Phase phase = Phase.Training)
        : this(new Sequential(new Input([.. input]), layer) { Precision = AlignedMemory.PrecisionOf<T>() }, batch, phase)
    {
    }

    public RunState Run => _executor.Run;

    /// <summary>The outputs, from inputs whose memory was poisoned before.</summary>
    public T[][] Forward(params T[][] inputs)
    {
        _executor.Poison(0xff);
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i].CopyTo(_executor.Input(i));
        }

        _executor.Forward();
        return [.. Enumerable.Range(0, _model.Outputs.Count).Select(k => _executor.Output(k).ToArray())];
    }

    /// <summary>The gradient of a parameter that is wanted, after a <see cref="Backward"/>.</summary>
    public T[] Gradient(Parameter parameter) => _executor.Gradient(parameter).ToArray();

    /// <summary>The gradients of the inputs, after a <see cref="Forward"/>, from those of the first outputs or all.</summary>
    public T[][] Backward(params T[][] dy)
    {
        for (int k = 0; k < dy.Length; k++)
        {
            dy[k].CopyTo(_executor.Gradient(_model.Graph.Outputs[k]));
        }

        _executor.Backward();
        return [.. _model.Graph.Inputs.Select(input => _executor.Gradient(input).ToArray())];
    }
}
