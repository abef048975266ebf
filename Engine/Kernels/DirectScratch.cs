using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>
/// The memory of one thread for direct convolution. It grows to what the largest convolution needed, typically below 200 KB, and is
/// kept: nothing is allocated in later steps.
/// </summary>
internal static class DirectScratch
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static byte[]? t_block;

    [ThreadStatic]
    private static byte[]? t_shared;

    /// <summary>Memory that a part of the work uses: the padded block of x.</summary>
    public static Span<T> Block<T>(int length)
        where T : unmanaged => Get<T>(ref t_block, length);

    /// <summary>Memory that the caller fills for all parts: packed kernel, tables, partial sums.</summary>
    public static Span<T> Shared<T>(int length)
        where T : unmanaged => Get<T>(ref t_shared, length);

    private static unsafe Span<T> Get<T>(ref byte[]? buffer, int length)
        where T : unmanaged
    {
        int size = checked((length * sizeof(T)) + Alignment);
        if (buffer is null || buffer.Length < size)
        {
            buffer = GC.AllocateUninitializedArray<byte>(Math.Max(size, 64 * 1024), pinned: true);
        }

        int offset = (int)(-(nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer)) & (Alignment - 1));
        return MemoryMarshal.Cast<byte, T>(buffer.AsSpan(offset))[..length];
    }
}
