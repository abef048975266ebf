using Engine.Layers;
using Engine.Numerics;

namespace Engine;

/// <summary>A copy of all parameters of a model, state such as moving averages included.</summary>
internal sealed class WeightSnapshot
{
    private readonly Model _model;
    private readonly (Parameter Parameter, AlignedMemory Copy)[] _copies;

    public WeightSnapshot(Model model)
    {
        _model = model;
        _copies = [.. model.Parameters.Select(p => (p, new AlignedMemory(model.Precision, p.Shape.Size)))];
    }

    public void Take()
    {
        foreach ((Parameter parameter, AlignedMemory copy) in _copies)
        {
            if (_model.Precision == Precision.Single)
            {
                parameter.Values<float>().CopyTo(copy.Span<float>());
            }
            else
            {
                parameter.Values<double>().CopyTo(copy.Span<double>());
            }
        }
    }

    public void PutBack()
    {
        _model.Weights.EnterWriteLock();
        try
        {
            foreach ((Parameter parameter, AlignedMemory copy) in _copies)
            {
                if (_model.Precision == Precision.Single)
                {
                    copy.Span<float>().CopyTo(parameter.WritableValues<float>());
                }
                else
                {
                    copy.Span<double>().CopyTo(parameter.WritableValues<double>());
                }
            }
        }
        finally
        {
            _model.Weights.ExitWriteLock();
        }
    }
}
