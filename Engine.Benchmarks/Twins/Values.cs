using Engine.Numerics;

namespace Engine.Benchmarks.Twins;

/// <summary>Numbers to compute with.</summary>
internal static class Values
{
    /// <summary>Uniform on [−0.5, 0.5), in memory that stays where it is.</summary>
    public static float[] Pinned(int count, Random random)
    {
        float[] values = GC.AllocateUninitializedArray<float>(count, pinned: true);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextSingle() - 0.5f;
        }

        return values;
    }

    /// <summary>The same where a cache line begins, as the memory of a model.</summary>
    public static AlignedMemory Aligned(int count, Random random)
    {
        AlignedMemory values = new(Precision.Single, count);
        Pinned(count, random).CopyTo(values.Span<float>());
        return values;
    }
}
