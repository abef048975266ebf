using System.Numerics;

namespace Engine.Layers;

/// <summary>
/// Which input of an attention layer is what: query and value, and a key where it is another than the value. One input alone is
/// all three.
/// </summary>
internal static class AttentionInputs
{
    /// <summary>The index of the value among so many inputs.</summary>
    public static int Value(int count) => Math.Min(1, count - 1);

    /// <summary>The index of the key among so many inputs.</summary>
    public static int Key(int count) => count - 1;

    /// <summary>
    /// The mask of the keys' steps: a step counts that does in the value and in the key. Written to scratch where both have one.
    /// </summary>
    public static ReadOnlySpan<T> KeyMask<T>(in Pass<T> pass, Span<T> scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> value = pass.Mask(Value(pass.InputCount)), key = pass.Mask(Key(pass.InputCount));
        if (value.IsEmpty || key.IsEmpty || pass.InputCount < 3)
        {
            return value.IsEmpty ? key : value;
        }

        System.Numerics.Tensors.TensorPrimitives.Multiply(value, key, scratch[..value.Length]);
        return scratch[..value.Length];
    }

    /// <summary>What is wrong with the inputs, and with which; null if they fit.</summary>
    public static (string Expected, Shape Actual, string Advice)? Fault(ReadOnlySpan<Shape> inputs, bool sharesWidth)
    {
        foreach (Shape input in inputs)
        {
            if (input.Rank != 2)
            {
                return ("[n, steps, features]", input, "Query, value and key are sequences of vectors.");
            }
        }

        Shape query = inputs[0], value = inputs[Value(inputs.Length)], key = inputs[Key(inputs.Length)];
        if (key[0] != value[0])
        {
            return ($"a key of {value[0]} steps, as the value has", key, "Each value has its key.");
        }

        return sharesWidth && key[1] != query[1]
            ? ($"a key of {query[1]} features, as the query has", key, "Put a Dense layer in front of one of them.")
            : null;
    }
}
