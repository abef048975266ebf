namespace Engine.Uncertainty;

/// <summary>Takes the samples of a block of rows as they come.</summary>
internal interface ISampleConsumer<T>
{
    /// <summary>Takes one sample.</summary>
    /// <param name="sample">Its number.</param>
    /// <param name="y">The outputs, <c>[rows, ...]</c>: only valid during the call.</param>
    void Take(int sample, ReadOnlySpan<T> y);
}
