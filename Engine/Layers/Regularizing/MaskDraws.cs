using System.Numerics;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>What all layers that drop have in common: when they do nothing, and where their masks come from.</summary>
internal static class MaskDraws
{
    /// <summary>
    /// Copies where nothing is to be dropped: no elements, no random phase, or a rate of 0. Says whether that was so.
    /// </summary>
    public static bool CopiesUnmasked<T>(ReadOnlySpan<T> x, Span<T> y, double rate, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!y.IsEmpty && pass.IsStochastic && rate != 0)
        {
            return false;
        }

        if (!y.IsEmpty && !x.Overlaps(y))
        {
            x.CopyTo(y);
        }

        return true;
    }

    /// <summary>The random numbers of the node, under the layer's own seed if it has one.</summary>
    public static RandomSource RandomOf<T>(ulong? seed, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => seed is { } own ? pass.RandomOf(own) : pass.Random;

    /// <summary>Writes a layer's own seed, if it has one: as text, since a number of 64 bits is not safe in JSON.</summary>
    public static void WriteSeed(ConfigurationWriter writer, ulong? seed)
    {
        if (seed is { } own)
        {
            writer.Write("seed", own.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The key of a row's random numbers.</summary>
    public static uint KeyOf(int row, ReadOnlySpan<uint> rowKeys) => rowKeys.IsEmpty ? (uint)row : rowKeys[row];
}
