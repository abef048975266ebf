using System.Collections;
using System.Runtime.CompilerServices;

namespace Engine;

/// <summary>
/// The lengths of a tensor's axes, outermost first. Immutable; written as a collection expression: <c>[28, 28, 1]</c>.
/// The shapes of layers are those of one sample: the batch axis is never part of them.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IReadOnlyList<int>, IEquatable<Shape>
{
    private readonly int[] _lengths;

    private Shape(int[] lengths, int size)
    {
        _lengths = lengths;
        Size = size;
    }

    /// <summary>The shape of a single number: no axes, one element.</summary>
    public static Shape Scalar { get; } = new([], 1);

    /// <summary>The number of axes.</summary>
    public int Rank => _lengths.Length;

    /// <summary>The number of elements: the product of all lengths; 1 for a scalar.</summary>
    public int Size { get; }

    /// <inheritdoc/>
    public int Count => _lengths.Length;

    /// <summary>The length of an axis. Use <c>shape[^1]</c> for the last one.</summary>
    public int this[int axis] => _lengths[axis];

    /// <summary>Makes a shape of the given lengths.</summary>
    /// <param name="lengths">The length of each axis, outermost first; each at least 1.</param>
    /// <exception cref="ArgumentException">
    /// A length is below 1, or the product of all does not fit an <see cref="int"/>.
    /// </exception>
    public static Shape Create(params ReadOnlySpan<int> lengths)
    {
        long size = 1;
        foreach (int length in lengths)
        {
            if (length < 1)
            {
                throw new ArgumentException(
                    $"Shape: expected every length to be at least 1, got {Text(lengths)}.", nameof(lengths));
            }

            size *= length;
            if (size > int.MaxValue)
            {
                throw new ArgumentException(
                    $"Shape: expected at most {int.MaxValue} elements, got {Text(lengths)}.", nameof(lengths));
            }
        }

        return new Shape(lengths.ToArray(), (int)size);
    }

    /// <summary>The lengths as a span.</summary>
    public ReadOnlySpan<int> AsSpan() => _lengths;

    /// <summary>This shape with one more axis in front: <c>[784]</c> becomes <c>[32, 784]</c>.</summary>
    public Shape Prepend(int length) => Create([length, .. _lengths]);

    /// <summary>
    /// Whether both are the same but for a last axis of length 1, which one may have: <c>[]</c> and <c>[1]</c>.
    /// </summary>
    internal bool IsSameUpToLastOne(Shape other)
    {
        bool isLonger = Rank > other.Rank;
        ReadOnlySpan<int> shorter = isLonger ? other._lengths : _lengths, longer = isLonger ? _lengths : other._lengths;

        return shorter.SequenceEqual(longer)
            || (shorter.Length == longer.Length - 1 && longer[^1] == 1 && shorter.SequenceEqual(longer[..^1]));
    }

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _lengths.AsSpan().SequenceEqual(other._lengths);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int length in _lengths)
        {
            hash.Add(length);
        }

        return hash.ToHashCode();
    }

    /// <summary>Whether both have the same lengths.</summary>
    public static bool operator ==(Shape? left, Shape? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the lengths differ.</summary>
    public static bool operator !=(Shape? left, Shape? right) => !(left == right);

    /// <summary>The shape as written in code: <c>[28, 28, 1]</c>.</summary>
    public override string ToString() => Text(_lengths);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_lengths).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static string Text(ReadOnlySpan<int> lengths) => $"[{string.Join(", ", lengths.ToArray())}]";

    /// <summary>The shape of a batch of samples of this shape, for messages: <c>[n, 784]</c>.</summary>
    internal string BatchText => Rank == 0 ? "[n]" : $"[n, {string.Join(", ", _lengths)}]";
}
