namespace Engine.Kernels;

/// <summary>
/// How the kernel is read as a matrix [patch, filters]: element (w, i, f), of position w of the window, inner element i and column
/// f, lies at <c>w · WindowStep + i · InnerStep + f · FilterStep</c>.
/// </summary>
/// <param name="WindowStep">From one position of the window to the next.</param>
/// <param name="InnerStep">From one inner element to the next.</param>
/// <param name="FilterStep">From one column to the next.</param>
/// <param name="IsTurned">Whether the positions of the window are taken from the last to the first.</param>
internal readonly record struct DirectKernelMatrix(int WindowStep, int InnerStep, int FilterStep, bool IsTurned)
{
    /// <summary>
    /// Copies the kernel into strips of two vectors, each [patch, 2 · lanes], and one of one vector if their number is odd: what a
    /// tile reads lies together.
    /// </summary>
    /// <param name="plan">The cut.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="packed">[patch · vectors · lanes]; columns that are not there become 0.</param>
    public void Pack<T>(in DirectPlan plan, ReadOnlySpan<T> kernel, Span<T> packed)
    {
        int windows = plan.PatchLength / plan.Inner;
        int count = Math.Min(plan.Lanes, plan.Filters);
        for (int vector = 0; vector < plan.Vectors; vector++)
        {
            int pair = vector & ~1;
            int step = pair + 1 < plan.Vectors ? 2 * plan.Lanes : plan.Lanes;
            int place = (pair * plan.Lanes * plan.PatchLength) + ((vector - pair) * plan.Lanes);
            int column = plan.VectorStart(vector) * FilterStep;
            for (int window = 0; window < windows; window++)
            {
                int line = (IsTurned ? windows - 1 - window : window) * WindowStep;
                for (int inner = 0; inner < plan.Inner; inner++, place += step)
                {
                    Span<T> destination = packed.Slice(place, plan.Lanes);
                    int from = line + (inner * InnerStep) + column;
                    if (FilterStep == 1)
                    {
                        kernel.Slice(from, count).CopyTo(destination);
                    }
                    else
                    {
                        for (int i = 0; i < count; i++)
                        {
                            destination[i] = kernel[from + (i * FilterStep)];
                        }
                    }

                    destination[count..].Clear();
                }
            }
        }
    }
}
