using System.Numerics;
using Engine.Layers;

namespace Engine;

public partial class Model
{
    /// <summary>
    /// Replaces the values of several parameters at once, converting them to the model's precision: predictions that run at the
    /// same time see all of them or none. Nothing is changed where one does not fit.
    /// </summary>
    /// <param name="values">Row-major, for each parameter as many as its <see cref="Parameter.Shape"/> has elements.</param>
    /// <exception cref="ArgumentException">A parameter is not one of this model's.</exception>
    /// <exception cref="ShapeException">The number of values is another.</exception>
    public void SetParameters<T>(IReadOnlyDictionary<Parameter, T[]> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(values);
        HashSet<Parameter> own = [.. Parameters];
        foreach ((Parameter parameter, T[] numbers) in values)
        {
            if (!own.Contains(parameter))
            {
                throw new ArgumentException(
                    $"{Title}: expected parameters of this model, got {parameter.Title}.", nameof(values));
            }

            if (numbers.Length != parameter.Shape.Size)
            {
                throw new ShapeException(
                    $"{parameter.Title}: expected {parameter.Shape.Size} values for the shape {parameter.Shape}, "
                    + $"got {numbers.Length}.",
                    parameter.Shape,
                    null);
            }
        }

        EnsureInitialized();
        Weights.EnterWriteLock();
        try
        {
            foreach ((Parameter parameter, T[] numbers) in values)
            {
                parameter.SetValues<T>(numbers);
            }
        }
        finally
        {
            Weights.ExitWriteLock();
        }
    }
}
