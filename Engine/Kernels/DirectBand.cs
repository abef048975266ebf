namespace Engine.Kernels;

/// <summary>Neighbouring outputs that are computed together: whole rows, or a piece of one row.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="Depth">The place on the first axis.</param>
/// <param name="Row">The first row.</param>
/// <param name="Column">The first column.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Columns">The number of columns.</param>
/// <param name="Position">The first output among all positions of all samples; the others follow it without a gap.</param>
internal readonly record struct DirectBand(int Sample, int Depth, int Row, int Column, int Rows, int Columns, int Position)
{
    /// <summary>The number of outputs.</summary>
    public int Positions => Rows * Columns;
}
