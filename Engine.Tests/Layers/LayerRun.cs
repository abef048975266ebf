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

    public LayerRun(Model model, int batch, Phase phase = Phase.Training)
    {
        _model = model;
        _executor = new Executor<T>(model.Graph, new PlanOptions
        {
            Batch = batch,
            LossValues = [.. model.Graph.Outputs.Distinct()],
            InputGradients = true,
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

    /// <summary>The gradients of the inputs, after a <see cref="Forward"/>; for models with one output.</summary>
    public T[][] Backward(T[] dy)
    {
        dy.CopyTo(_executor.Gradient(_model.Graph.Outputs[0]));
        _executor.Backward();
        return [.. _model.Graph.Inputs.Select(input => _executor.Gradient(input).ToArray())];
    }
}
