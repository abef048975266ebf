using System.Numerics.Tensors;
using Engine.Data;

namespace Engine.Tests.Data;

public class SequencesTests
{
    private static readonly int[][] Words = [[1, 2, 3], [], [4], [5, 6, 7, 8, 9]];

    [TestCase(SequenceSide.Pre, SequenceSide.Pre, new[] { 1, 2, 3, 0, 0, 0, 0, 0, 4, 7, 8, 9 })]
    [TestCase(SequenceSide.Pre, SequenceSide.Post, new[] { 1, 2, 3, 0, 0, 0, 0, 0, 4, 5, 6, 7 })]
    [TestCase(SequenceSide.Post, SequenceSide.Pre, new[] { 1, 2, 3, 0, 0, 0, 4, 0, 0, 7, 8, 9 })]
    public void PadsAndCutsAtTheSideAskedFor(SequenceSide padding, SequenceSide truncating, int[] expected)
    {
        Tensor<int> padded = Sequences.Pad(Words, 3, padding, truncating);
        Assert.That(padded.Lengths.ToArray(), Is.EqualTo(new nint[] { 4, 3 }));
        Assert.That(padded.AsDenseSpan().ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void TakesTheLongestAndAnyValueAndType()
    {
        Tensor<double> padded = Sequences.Pad<double>([[0.5], [1.5, 2.5]], value: -1);
        Assert.That(padded.AsDenseSpan().ToArray(), Is.EqualTo(new[] { -1, 0.5, 1.5, 2.5 }));
        Assert.That(Sequences.Lengths(Words), Is.EqualTo(new[] { 3, 0, 1, 5 }));
    }

    [Test]
    public void PadsStepsOfSeveralFeatures()
    {
        float[][,] sequences = [new float[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } }, new float[,] { { 7, 8 } }, new float[0, 2]];
        Tensor<float> padded = Sequences.Pad(sequences, 2, SequenceSide.Post, SequenceSide.Post, -1);
        Assert.That(padded.Lengths.ToArray(), Is.EqualTo(new nint[] { 3, 2, 2 }));
        Assert.That(padded.AsDenseSpan().ToArray(), Is.EqualTo(new float[] { 1, 2, 3, 4, 7, 8, -1, -1, -1, -1, -1, -1 }));
        Assert.That(Sequences.Pad(sequences).AsDenseSpan()[^8..^6].ToArray(), Is.EqualTo(new float[] { 7, 8 }), "in front");
    }

    [Test]
    public void RefusesWhatCannotBePadded()
    {
        Assert.That(() => Sequences.Pad(Array.Empty<int[]>()), Throws.ArgumentException.With.Message.StartsWith(
            "Sequences.Pad: expected at least one sequence, and none that is null, got none."));
        Assert.That(() => Sequences.Pad<int>([[1], null!]), Throws.ArgumentException.With.Message.StartsWith(
            "Sequences.Pad: expected at least one sequence, and none that is null, got null as sequence 1."));
        Assert.That(() => Sequences.Pad<int>([[], []]), Throws.ArgumentException.With.Message.EqualTo(
            "Sequences.Pad: expected a sequence with at least one step, got none. Give the length."));
        Assert.That(() => Sequences.Pad(Words, 0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Sequences.Pad: expected a length of at least 1, got 0."));
        Assert.That(() => Sequences.Pad<float>([new float[2, 3], new float[1, 2]]), Throws.ArgumentException.With.Message.StartsWith(
            "Sequences.Pad: expected as many features in each sequence, at least 1 and 3 as in the first, got 2 in sequence 1."));
    }
}
