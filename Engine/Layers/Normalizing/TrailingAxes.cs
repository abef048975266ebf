using System.Globalization;

namespace Engine.Layers;

/// <summary>The last axes of a sample, over which a layer normalizes together.</summary>
internal static class TrailingAxes
{
    /// <summary>Checks axes that are not tied to a shape yet.</summary>
    /// <param name="axes">Counted from −1 backwards; the last axis if null.</param>
    /// <param name="where">The layer's kind.</param>
    /// <returns>The axes, the first of them first: [−2, −1].</returns>
    public static int[] Checked(IReadOnlyList<int>? axes, string where)
    {
        int[] sorted = axes is null ? [-1] : [.. axes.Order()];
        bool isTrailing = sorted.Length > 0 && sorted.Select((axis, i) => axis == i - sorted.Length).All(holds => holds);
        return isTrailing ? sorted : throw new ArgumentException(
            $"{where}: expected the last axes, [-1] or [-2, -1] or so on, "
            + $"got [{string.Join(", ", (axes ?? []).Select(axis => axis.ToString(CultureInfo.InvariantCulture)))}].",
            nameof(axes));
    }

    /// <summary>The lengths of the axes; null where the sample has fewer.</summary>
    public static Shape? LengthsOf(Shape input, int axes) =>
        input.Rank < axes ? null : Shape.Create(input.AsSpan()[^axes..]);

    /// <summary>The elements of the axes.</summary>
    public static int SizeOf(Shape input, int axes)
    {
        int size = 1;
        for (int axis = input.Rank - axes; axis < input.Rank; axis++)
        {
            size *= input[axis];
        }

        return size;
    }
}
