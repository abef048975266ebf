namespace Engine.Initializers;

/// <summary>How many inputs a unit has, and how many outputs an input reaches.</summary>
internal static class Fans
{
    /// <summary>
    /// The fans of a parameter: of [n], n and n; of [in, out], these; of [.., in, out], both times the axes before.
    /// </summary>
    public static (double In, double Out) Of(Shape shape)
    {
        if (shape.Rank < 2)
        {
            return (shape.Size, shape.Size);
        }

        double receptiveField = (double)shape.Size / ((double)shape[^2] * shape[^1]);
        return (shape[^2] * receptiveField, shape[^1] * receptiveField);
    }
}
