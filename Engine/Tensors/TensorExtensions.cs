using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Engine;

/// <summary>What the engine needs of the platform's tensors and what they do not offer themselves.</summary>
internal static class TensorExtensions
{
    /// <summary>
    /// All elements of a dense tensor, row-major, where they lie. Goes through the tensor's span, since the tensor's own
    /// <c>GetPinnableReference</c> forgets where a slice starts and <c>GetSpan</c> refuses shapes whose last length is 1.
    /// </summary>
    public static ReadOnlySpan<T> AsDenseSpan<T>(this Tensor<T> tensor)
    {
        ReadOnlyTensorSpan<T> span = tensor.AsReadOnlyTensorSpan();
        if (!span.IsDense)
        {
            throw new ArgumentException($"Tensor: expected a dense one, got a strided slice of shape {tensor.ShapeText()}.");
        }

        return MemoryMarshal.CreateReadOnlySpan(in span.GetPinnableReference(), checked((int)span.FlattenedLength));
    }

    /// <summary>Copies all elements, row-major: at the speed of memory where they lie dense, else one by one.</summary>
    public static void CopyElementsTo<T>(this in ReadOnlyTensorSpan<T> tensor, Span<T> destination)
    {
        if (tensor.FlattenedLength == 0)
        {
            return;     // an empty tensor has no first element to refer to
        }

        if (tensor.IsDense)
        {
            MemoryMarshal.CreateReadOnlySpan(in tensor.GetPinnableReference(), checked((int)tensor.FlattenedLength))
                .CopyTo(destination);
        }
        else
        {
            tensor.FlattenTo(destination);
        }
    }

    /// <summary>The tensor itself where it is dense, else a dense copy.</summary>
    public static Tensor<T> ToDense<T>(this Tensor<T> tensor)
    {
        if (tensor.IsDense)
        {
            return tensor;
        }

        T[] values = new T[checked((int)tensor.FlattenedLength)];
        tensor.FlattenTo(values);
        return Tensor.Create(values, tensor.Lengths);
    }

    /// <summary>A tensor over an array, which is not copied: row-major elements of the given shape.</summary>
    public static Tensor<T> ToTensor<T>(this T[] values, Shape shape)
    {
        Span<nint> lengths = shape.Rank <= 8 ? stackalloc nint[shape.Rank] : new nint[shape.Rank];
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            lengths[axis] = shape[axis];
        }

        return Tensor.Create(values, lengths);
    }

    /// <summary>The shape of one sample: all axes but the first.</summary>
    public static Shape SampleShape<T>(this Tensor<T> tensor)
    {
        Span<int> lengths = tensor.Rank <= 8 ? stackalloc int[tensor.Rank - 1] : new int[tensor.Rank - 1];
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            lengths[axis] = checked((int)tensor.Lengths[axis + 1]);
        }

        return Shape.Create(lengths);
    }

    /// <summary>The lengths as text, for messages; unlike a <see cref="Shape"/> they may be 0.</summary>
    public static string ShapeText<T>(this Tensor<T> tensor) => $"[{string.Join(", ", tensor.Lengths.ToArray())}]";
}
