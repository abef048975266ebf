using Engine.Constraints;
using Engine.Initializers;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Makes the parameters of a layer while it is built. When a layer is used a second time it is built again, and the factory hands
/// out the parameters it already has: so tied weights are the same objects, and a shape that differs is an error.
/// </summary>
public sealed class ParameterFactory
{
    private readonly Layer _layer;
    private readonly List<Parameter> _parameters;
    private int _next;

    internal ParameterFactory(Layer layer, List<Parameter> parameters)
    {
        _layer = layer;
        _parameters = parameters;
    }

    /// <summary>A parameter of the layer.</summary>
    /// <param name="name">Its name within the layer, in lower case with underscores: "kernel".</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="initializer">What draws the first values.</param>
    /// <param name="regularizer">A penalty on the values, if any.</param>
    /// <param name="constraint">What the values must satisfy after each step, if anything.</param>
    /// <param name="trains">False for state that no optimizer may change, such as moving averages.</param>
    /// <exception cref="ShapeException">
    /// The layer was used before with inputs that asked for another shape, or the constraint does not fit the shape.
    /// </exception>
    public Parameter Add(
        string name,
        Shape shape,
        Initializer initializer,
        Regularizer? regularizer = null,
        Constraint? constraint = null,
        bool trains = true)
    {
        if (_next == _parameters.Count)
        {
            Validate(constraint, name, shape);
            _parameters.Add(new Parameter(_layer, _next, name, shape, initializer, regularizer, constraint, trains));
        }

        Parameter parameter = _parameters[_next++];
        if (parameter.Shape != shape)
        {
            throw new ShapeException(
                $"{_layer.Title}: expected inputs that fit its {name} of shape {parameter.Shape}, got inputs that need {shape}. "
                + "A layer that is used twice must see the same shapes.",
                parameter.Shape,
                shape);
        }

        return parameter;
    }

    private void Validate(Constraint? constraint, string name, Shape shape)
    {
        try
        {
            constraint?.Validate(shape);
        }
        catch (ShapeException exception)
        {
            throw new ShapeException(
                $"{_layer.Title}: {name}: {exception.Message}", exception.Expected, exception.Actual);
        }
    }
}
