using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Engine.Data;

/// <summary>Sequences of different lengths made into one tensor, which a model with masks can tell apart again.</summary>
/// <remarks>
/// <code>
/// Tensor&lt;int&gt; x = Sequences.Pad(sentences);                        // [n, longest], zeros in front: Embedding(maskZero: true)
/// model.Fit(new Dataset(x, labels), new FitOptions { SequenceLengths = Sequences.Lengths(sentences) });
/// </code>
/// </remarks>
public static class Sequences
{
    /// <summary>Sequences of single values, such as words by number, as rows of one length.</summary>
    /// <param name="sequences">At least one; each of any length, 0 included.</param>
    /// <param name="length">The length of a row, at least 1; that of the longest sequence if null.</param>
    /// <param name="padding">Where shorter sequences are filled up; before the first step unless given, as in Keras.</param>
    /// <param name="truncating">Where longer sequences are cut; before the first step unless given, as in Keras.</param>
    /// <param name="value">What they are filled with. 0 is what an Embedding with maskZero and a Masking layer look for.</param>
    /// <returns>A new tensor, <c>[sequences, length]</c>.</returns>
    /// <exception cref="ArgumentException">There is no sequence, or none with a step where no length is given.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is below 1.</exception>
    public static Tensor<T> Pad<T>(
        IEnumerable<T[]> sequences,
        int? length = null,
        SequenceSide padding = SequenceSide.Pre,
        SequenceSide truncating = SequenceSide.Pre,
        T value = default)
        where T : unmanaged
    {
        T[][] list = List(sequences);
        int steps = LengthOfRows(list.Max(sequence => sequence.Length), length);
        T[] values = new T[checked(list.Length * steps)];
        Array.Fill(values, value);
        for (int i = 0; i < list.Length; i++)
        {
            Place<T>(list[i], values.AsSpan(i * steps, steps), padding, truncating);
        }

        return Tensor.Create(values, [list.Length, steps]);
    }

    /// <summary>Sequences of several features a step as rows of one length.</summary>
    /// <param name="sequences">At least one, each <c>[steps, features]</c> with one number of features.</param>
    /// <param name="length">The number of steps, at least 1; that of the longest sequence if null.</param>
    /// <param name="padding">Where shorter sequences are filled up; before the first step unless given, as in Keras.</param>
    /// <param name="truncating">Where longer sequences are cut; before the first step unless given, as in Keras.</param>
    /// <param name="value">What all features of a step that is filled up are: what a Masking layer looks for.</param>
    /// <returns>A new tensor, <c>[sequences, length, features]</c>.</returns>
    /// <exception cref="ArgumentException">There is no sequence, or features differ; the message names the sequence.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is below 1.</exception>
    public static Tensor<T> Pad<T>(
        IEnumerable<T[,]> sequences,
        int? length = null,
        SequenceSide padding = SequenceSide.Pre,
        SequenceSide truncating = SequenceSide.Pre,
        T value = default)
        where T : unmanaged
    {
        T[][,] list = List(sequences);
        int features = list[0].GetLength(1);
        int steps = LengthOfRows(list.Max(sequence => sequence.GetLength(0)), length);
        int size = checked(steps * features);
        T[] values = new T[checked(list.Length * size)];
        Array.Fill(values, value);
        for (int i = 0; i < list.Length; i++)
        {
            if (list[i].GetLength(1) != features || features == 0)
            {
                throw new ArgumentException(
                    $"Sequences.Pad: expected as many features in each sequence, at least 1 and {features} as in the first, "
                    + $"got {list[i].GetLength(1)} in sequence {i}.",
                    nameof(sequences));
            }

            ReadOnlySpan<T> sequence = list[i].Length == 0
                ? []
                : MemoryMarshal.CreateReadOnlySpan(ref list[i][0, 0], list[i].Length);
            Place(sequence, values.AsSpan(i * size, size), padding, truncating);
        }

        return Tensor.Create(values, [list.Length, steps, features]);
    }

    /// <summary>The length of each sequence: for <see cref="FitOptions.SequenceLengths"/>.</summary>
    /// <param name="sequences">Any number of sequences.</param>
    /// <returns>A new array.</returns>
    public static int[] Lengths<T>(IEnumerable<T[]> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return [.. sequences.Select(sequence => sequence.Length)];
    }

    // The part of a sequence that stays goes to the end of the row that is not filled up.
    private static void Place<T>(ReadOnlySpan<T> sequence, Span<T> row, SequenceSide padding, SequenceSide truncating)
    {
        int kept = Math.Min(sequence.Length, row.Length);
        ReadOnlySpan<T> part = truncating == SequenceSide.Pre ? sequence[^kept..] : sequence[..kept];
        part.CopyTo(padding == SequenceSide.Pre ? row[^kept..] : row);
    }

    private static T[] List<T>(IEnumerable<T> sequences)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(sequences);
        T[] list = [.. sequences];
        if (list.Length == 0 || Array.IndexOf(list, null) >= 0)
        {
            throw new ArgumentException(
                "Sequences.Pad: expected at least one sequence, and none that is null, got "
                + (list.Length == 0 ? "none." : $"null as sequence {Array.IndexOf(list, null)}."),
                nameof(sequences));
        }

        return list;
    }

    private static int LengthOfRows(int longest, int? length)
    {
        if (length is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(length), $"Sequences.Pad: expected a length of at least 1, got {length}.");
        }

        return length ?? (longest > 0 ? longest : throw new ArgumentException(
            "Sequences.Pad: expected a sequence with at least one step, got none. Give the length."));
    }
}
