namespace Engine;

/// <summary>A piece of an arena that is in use from one moment of a step to another.</summary>
internal sealed class PlannedBuffer(long length, int birth)
{
    /// <summary>The number of elements, rounded up so that the next buffer begins on a cache line.</summary>
    public long Length { get; } = (length + 15) / 16 * 16;

    /// <summary>The first moment of use.</summary>
    public int Birth { get; } = birth;

    /// <summary>The last moment of use.</summary>
    public int Death { get; private set; } = birth;

    /// <summary>Where it begins in the arena.</summary>
    public long Offset { get; private set; }

    public void UseAt(int moment) => Death = Math.Max(Death, moment);

    /// <summary>
    /// Gives each buffer its place: the largest first, each at the lowest place where it meets none that is in use at the same
    /// time.
    /// </summary>
    /// <returns>The length of the arena.</returns>
    public static long Place(IReadOnlyCollection<PlannedBuffer> buffers)
    {
        List<PlannedBuffer> placed = [];
        long arena = 0;
        foreach (PlannedBuffer buffer in buffers.OrderByDescending(b => b.Length).ThenBy(b => b.Birth))
        {
            long offset = 0;
            foreach (PlannedBuffer other in placed.Where(buffer.LivesWith).OrderBy(b => b.Offset))
            {
                if (other.Offset >= offset + buffer.Length)
                {
                    break;
                }

                offset = Math.Max(offset, other.Offset + other.Length);
            }

            buffer.Offset = offset;
            placed.Add(buffer);
            arena = Math.Max(arena, offset + buffer.Length);
        }

        return arena;
    }

    private bool LivesWith(PlannedBuffer other) => Birth <= other.Death && other.Birth <= Death;
}
