namespace Engine.Numerics;

/// <summary>The body of a parallel loop; see <see cref="ParallelLoop"/>.</summary>
public interface IBody
{
    /// <summary>
    /// Does one part of the work. Parts may run in any order, on any thread, several at a time; all of them see the same body,
    /// so what a part writes to must be its own.
    /// </summary>
    /// <param name="part">Which part: 0 to parts − 1.</param>
    void Run(int part);
}
