using System.Globalization;

namespace Engine.Layers;

/// <summary>The shape of a mask that repeats along some axes: Keras's noise shape, the batch axis first.</summary>
internal static class NoiseShape
{
    /// <summary>A copy; null for null.</summary>
    /// <exception cref="ArgumentException">There is no axis, or a length below 1.</exception>
    public static int?[]? Checked(string where, IReadOnlyList<int?>? noiseShape) => noiseShape switch
    {
        null => null,
        { Count: > 0 } when noiseShape.All(length => length is null or >= 1) => [.. noiseShape],
        _ => throw new ArgumentException(
            $"{where}: expected a noise shape with the batch axis first and lengths of at least 1, got {Text(noiseShape)}.",
            nameof(noiseShape)),
    };

    /// <summary>Whether it broadcasts to batches of these samples.</summary>
    public static bool Fits(int?[] noiseShape, Shape input)
    {
        bool fits = noiseShape.Length == input.Rank + 1 && noiseShape[0] is null or 1;
        for (int i = 0; fits && i < input.Rank; i++)
        {
            fits = noiseShape[i + 1] is not { } length || length == 1 || length == input[i];
        }

        return fits;
    }

    /// <summary>The number of elements of one sample's mask.</summary>
    public static int MaskSize(int?[] noiseShape, Shape input) =>
        FillMaskLengths(noiseShape, input, stackalloc int[input.Rank]);

    /// <summary>The lengths of one sample's mask; gives the number of its elements. No Shape: a step allocates nothing.</summary>
    public static int FillMaskLengths(int?[] noiseShape, Shape input, Span<int> lengths)
    {
        int size = 1;
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = noiseShape[i + 1] ?? input[i];
            size *= lengths[i];
        }

        return size;
    }

    /// <summary>Writes it as numbers, 0 standing for null; nothing if there is none.</summary>
    public static void Write(ConfigurationWriter writer, int?[]? noiseShape)
    {
        if (noiseShape is not null)
        {
            writer.Write("noise_shape", noiseShape.Select(length => length ?? 0));
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static int?[]? Read(LayerConfiguration configuration) => configuration.Has("noise_shape")
        ? [.. configuration.WholeNumbers("noise_shape").Select(length => length == 0 ? (int?)null : length)]
        : null;

    /// <summary>"[null, 1, 3]".</summary>
    public static string Text(IEnumerable<int?> lengths) =>
        $"[{string.Join(", ", lengths.Select(length => length?.ToString(CultureInfo.InvariantCulture) ?? "null"))}]";
}
