using System.Numerics;
using System.Numerics.Tensors;

namespace Engine;

public partial class Model
{
    /// <summary>
    /// Computes the output of a model with one input of integers, such as words by number in front of an Embedding, and one output.
    /// </summary>
    /// <param name="inputs">The samples, <c>[n, ...]</c>; exact up to 2²⁴ in float.</param>
    /// <param name="options">Batch size, threads, cancellation.</param>
    /// <returns>A new tensor, <c>[n, ...]</c>.</returns>
    /// <exception cref="ShapeException">The samples do not have the input's shape.</exception>
    /// <exception cref="InvalidOperationException">The model computes in double: say <c>Predict&lt;double&gt;</c>.</exception>
    public Tensor<float> Predict(Tensor<int> inputs, PredictOptions? options = null) => Predict<float>(inputs, options);

    /// <summary>The same for a model of any precision.</summary>
    /// <param name="inputs">The samples, <c>[n, ...]</c>.</param>
    /// <param name="options">Batch size, threads, cancellation.</param>
    /// <returns>A new tensor, <c>[n, ...]</c>.</returns>
    /// <exception cref="ShapeException">The samples do not have the input's shape.</exception>
    /// <exception cref="InvalidOperationException">T is not the model's precision.</exception>
    public Tensor<T> Predict<T>(Tensor<int> inputs, PredictOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(inputs);
        CheckPrecision<T>();
        int[] integers = new int[checked((int)inputs.FlattenedLength)];
        inputs.AsReadOnlyTensorSpan().CopyElementsTo(integers);
        T[] values = new T[integers.Length];
        TensorPrimitives.ConvertChecked<int, T>(integers, values);
        return Predict(Tensor.Create(values, inputs.Lengths), options);
    }
}
