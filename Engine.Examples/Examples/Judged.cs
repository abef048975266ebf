using System.Numerics.Tensors;

namespace Engine.Examples;

/// <summary>Predictions beside what is true.</summary>
internal static class Judged
{
    /// <summary>The most probable class of each row.</summary>
    public static int[] Classes(Tensor<float> probabilities)
    {
        int classes = checked((int)probabilities.Lengths[1]);
        float[] values = [.. probabilities];
        return [.. Enumerable.Range(0, values.Length / classes).Select(
            i => TensorPrimitives.IndexOfMax<float>(values.AsSpan(i * classes, classes)))];
    }

    /// <summary>Whether the most probable class of each row is the true one.</summary>
    public static bool[] Right(Tensor<float> probabilities, int[] labels) =>
        [.. Classes(probabilities).Zip(labels, (predicted, label) => predicted == label)];

    /// <summary>Some rows, each in a shape of its own.</summary>
    public static Tensor<float> Rows(Tensor<float> values, IReadOnlyList<int> rows, nint[] shape)
    {
        float[] all = [.. values];
        int size = all.Length / checked((int)values.Lengths[0]);
        return Tensor.Create<float>([.. rows.SelectMany(row => all[(row * size)..((row + 1) * size)])], [rows.Count, .. shape]);
    }
}
