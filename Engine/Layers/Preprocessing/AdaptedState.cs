using System.Numerics.Tensors;

namespace Engine.Layers;

/// <summary>
/// State that a layer takes from data before or after it becomes part of a model: in the layer until a model makes the parameter,
/// in the parameter from then on, which a file keeps.
/// </summary>
internal sealed class AdaptedState(Layer layer, string name)
{
    private double[]? _values;

    /// <summary>The parameter; null before the layer is used.</summary>
    public Parameter? Parameter { get; private set; }

    /// <summary>The number of values that are there; null before Adapt.</summary>
    public int? Count => _values?.Length;

    public void Build(ParameterFactory parameters, Shape shape) =>
        Parameter = parameters.Add(name, shape, new AdaptedInitializer(Required), trains: false);

    public void Set(double[] values)
    {
        if (Parameter is { IsInitialized: true })
        {
            Parameter.SetValues<double>(values);
        }

        _values = values;
    }

    /// <summary>The values as the model has them; null before Adapt.</summary>
    public double[]? Values()
    {
        if (Parameter is not { IsInitialized: true })
        {
            return _values;
        }

        double[] values = new double[Parameter.Shape.Size];
        if (Parameter.Precision == Precision.Single)
        {
            TensorPrimitives.ConvertTruncating(Parameter.Values<float>(), values);
        }
        else
        {
            Parameter.Values<double>().CopyTo(values);
        }

        return values;
    }

    private double[] Required() => _values is null
        ? throw new InvalidOperationException(
            $"{layer.Title}: expected its {name} before the model is used, got none. Call Adapt with samples first.")
        : _values.Length == 1 && Parameter!.Shape.Size > 1
            ? [.. Enumerable.Repeat(_values[0], Parameter.Shape.Size)]
            : _values;
}
