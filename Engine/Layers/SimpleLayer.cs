using System.Numerics;

namespace Engine.Layers;

/// <summary>A layer with one input and one output: most layers, and nearly every layer that a user is likely to write.</summary>
public abstract class SimpleLayer : Layer
{
    /// <summary>Computes y from x. See <see cref="Layer.Forward"/>.</summary>
    /// <param name="x">The input, <c>[batch, ...]</c>.</param>
    /// <param name="y">The output, to be overwritten whole. May be <paramref name="x"/> if the layer can run in place.</param>
    /// <param name="pass">Everything else: batch, phase, shapes, parameters, random numbers, scratch.</param>
    public abstract void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Computes dx, and the parameters' gradients, from dy. See <see cref="Layer.Backward"/>.</summary>
    /// <param name="x">The input of forward; empty unless <see cref="Layer.BackwardReads"/> names it.</param>
    /// <param name="y">The output of forward; empty unless <see cref="Layer.BackwardReads"/> names it.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="dx">The gradient of the input, to be overwritten whole; empty if it is not wanted.</param>
    /// <param name="pass">Everything else.</param>
    public abstract void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <inheritdoc/>
    public sealed override void Forward<T>(in Pass<T> pass) => Forward(pass.Input(0), pass.Output(0), pass);

    /// <inheritdoc/>
    public sealed override void Backward<T>(in Pass<T> pass) =>
        Backward(pass.Input(0), pass.Output(0), pass.OutputGradient(0), pass.InputGradient(0), pass);

    /// <summary>Checks the input's shape, makes the parameters and gives the output's shape. See <see cref="Layer.Build"/>.</summary>
    /// <param name="input">The shape of one sample of the input.</param>
    /// <param name="parameters">Makes the parameters, always in the same order.</param>
    /// <returns>The shape of one sample of the output.</returns>
    /// <exception cref="ShapeException">The input does not fit: see <see cref="Layer.UnexpectedInput"/>.</exception>
    protected abstract Shape Build(Shape input, ParameterFactory parameters);

    /// <inheritdoc/>
    protected sealed override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters)
    {
        if (inputs.Length != 1)
        {
            throw new ShapeException($"{Title}: expected one input, got {inputs.Length}.");
        }

        return [Build(inputs[0], parameters)];
    }
}
