namespace Engine.Kernels;

/// <summary>A step of a sample, as a recurrent layer goes through it.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="Time">The number of the step in the batch.</param>
/// <param name="Place">The sample's place in the order.</param>
/// <param name="Number">How many of the sample's steps were gone through before.</param>
internal readonly record struct SequenceRow(int Sample, int Time, int Place, int Number)
{
    /// <summary>Whether it is the first one of its sample.</summary>
    public bool IsFirst => Number == 0;
}
