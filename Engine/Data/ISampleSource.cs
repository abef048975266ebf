using System.Numerics;

namespace Engine.Data;

/// <summary>
/// Makes samples when they are asked for: for data that are too large for memory, or that have to be computed. To be made a
/// column of a <see cref="Dataset"/> by <see cref="DataColumn.FromSource"/>.
/// </summary>
/// <remarks>
/// A sample has the same numbers whenever it is read, so that a training can be repeated. May be called by several threads at
/// once. Nobody looks for NaN among the numbers beforehand.
/// </remarks>
public interface ISampleSource
{
    /// <summary>The number of samples: at least 1.</summary>
    int Count { get; }

    /// <summary>The shape of one sample; of no axes for a single number.</summary>
    Shape SampleShape { get; }

    /// <summary>Makes one sample.</summary>
    /// <param name="sample">Its number, 0 to <see cref="Count"/> − 1.</param>
    /// <param name="destination">To be overwritten whole: the elements of one sample, row-major.</param>
    void Read<T>(int sample, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// Says which samples will probably be read next, before a batch is read and while the one before it is computed: a source
    /// may begin to make them on other threads. Nothing by default.
    /// </summary>
    /// <param name="samples">Their numbers; may repeat. Valid during the call only.</param>
    void Announce(ReadOnlySpan<int> samples)
    {
    }
}
