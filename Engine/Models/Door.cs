using System.Numerics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Kernels;
using Engine.Losses;

namespace Engine;

/// <summary>Checks what people hand to a model, once, before anything is touched.</summary>
internal static class Door
{
    // Elements of targets that are looked at together.
    private const int ChunkLength = 16 * 1024;

    /// <summary>Checks a data set against the model's inputs and its losses, the values of all targets included.</summary>
    public static void CheckData<T>(Model model, Dataset data, Compilation compilation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (data.InputShapes.Count != model.Inputs.Count || data.TargetShapes.Count != model.Outputs.Count)
        {
            throw new ArgumentException(
                $"{model.Title}: expected data with {model.Inputs.Count} inputs and {model.Outputs.Count} targets, "
                + $"got {data.InputShapes.Count} and {data.TargetShapes.Count}.",
                nameof(data));
        }

        for (int i = 0; i < model.Inputs.Count; i++)
        {
            CheckShape(model.Inputs[i], data.InputShapes[i], data.Count);
        }

        for (int k = 0; k < model.Outputs.Count; k++)
        {
            compilation.Losses[k].ValidateShapes(model.Outputs[k].Shape, data.TargetShapes[k]);
        }

        for (int k = 0; k < model.Outputs.Count; k++)
        {
            CheckTargets<T>(data.TargetColumns[k], compilation.Losses[k], model.Outputs[k].Shape, $"{model.Title}: targets[{k}]");
        }
    }

    /// <summary>Checks a tensor of samples for an input and gives their number.</summary>
    public static int CheckBatch<T>(Node input, in ReadOnlyTensorSpan<T> samples)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = SampleShape(input, samples.Lengths);
        int count = checked((int)samples.Lengths[0]);
        CheckShape(input, shape, count);
        return count;
    }

    /// <summary>Refuses NaN, naming the first.</summary>
    public static void CheckNumbers<T>(Node input, ReadOnlySpan<T> samples, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!new NaNSearch<T>(samples).IsFound(threads))
        {
            return;
        }

        int at = 0;
        while (!T.IsNaN(samples[at]))
        {
            at++;
        }

        throw new ArgumentException(
            $"{input.Layer.Title}: expected numbers, got NaN in sample {at / input.Shape.Size}, element {at % input.Shape.Size}. "
            + "Replace or leave out what is missing.");
    }

    /// <summary>The shape of one sample of a tensor of samples; no new one where it is the node's or the likely one.</summary>
    public static Shape SampleShape(Node node, ReadOnlySpan<nint> lengths, Shape? likely = null)
    {
        if (lengths.Length == 0 || lengths[0] == 0)
        {
            throw new ShapeException(
                $"{node.Layer.Title}: expected samples {node.Shape.BatchText}, got "
                + (lengths.Length == 0 ? "a single number." : "none. Give at least one."),
                node.Shape);
        }

        // Comparing first keeps the usual case free of allocation.
        if (likely is not null && IsSame(likely, lengths[1..]))
        {
            return likely;
        }

        if (IsSame(node.Shape, lengths[1..]))
        {
            return node.Shape;
        }

        int[] sample = new int[lengths.Length - 1];
        for (int i = 0; i < sample.Length; i++)
        {
            sample[i] = checked((int)lengths[i + 1]);
        }

        return Shape.Create(sample);
    }

    private static bool IsSame(Shape shape, ReadOnlySpan<nint> lengths)
    {
        if (shape.Rank != lengths.Length)
        {
            return false;
        }

        for (int i = 0; i < lengths.Length; i++)
        {
            if (lengths[i] != shape[i])
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckTargets<T>(DataColumn targets, Loss loss, Shape prediction, string where)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int size = targets.SampleShape.Size;
        int most = Math.Clamp(ChunkLength / size, 1, targets.Count);
        T[] values = new T[most * size];
        for (int from = 0; from < targets.Count; from += most)
        {
            int count = Math.Min(most, targets.Count - from);
            targets.CopyRows<T>(from, count, values);
            try
            {
                loss.ValidateTargets<T>(values.AsSpan(0, count * size), count, prediction, from);
            }
            catch (ArgumentException exception)
            {
                throw new ArgumentException($"{where}: {exception.Message}", exception);
            }
        }
    }

    private static void CheckShape(Node input, Shape actual, int count)
    {
        if (actual == input.Shape)
        {
            return;
        }

        // What stands before an Input is the data: so the advice is about them, or about the Input itself.
        string advice = actual.Size == input.Shape.Size
            ? $" Reshape the data, or begin with new Input({string.Join(", ", actual)}) and "
                + (input.Shape.Rank == 1 ? "a Flatten layer." : "a Reshape layer.")
            : "";
        throw new ShapeException(
            $"{input.Layer.Title}: expected input {input.Shape.BatchText}, got {actual.Prepend(Math.Max(1, count))}.{advice}",
            input.Shape,
            actual);
    }
}
