using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>
/// The memory of one thread for packed blocks: allocated when the thread first needs it, always of the same size.
/// </summary>
internal static class GemmScratch
{
    /// <summary>The size of the block of A, in bytes: it lives in the second-level cache.</summary>
    public const int ABytes = 192 * 1024;

    /// <summary>The size of the block of B, in bytes.</summary>
    public const int BBytes = 1024 * 1024;

    /// <summary>The size of a result that is built to the side, in bytes.</summary>
    public const int ResultBytes = 256 * 1024;

    private const int Alignment = 64;

    [ThreadStatic]
    private static byte[]? t_buffer;

    /// <summary>Gives this thread's two blocks, each beginning at a cache line.</summary>
    public static void Get<T>(out Span<T> a, out Span<T> b)
        where T : unmanaged
    {
        byte[] buffer = Buffer(out int offset);
        a = MemoryMarshal.Cast<byte, T>(buffer.AsSpan(offset, ABytes));
        b = MemoryMarshal.Cast<byte, T>(buffer.AsSpan(offset + ABytes, BBytes));
    }

    /// <summary>Gives this thread's memory for a result, beginning at a cache line.</summary>
    public static void GetResult<T>(out Span<T> result)
        where T : unmanaged
    {
        byte[] buffer = Buffer(out int offset);
        result = MemoryMarshal.Cast<byte, T>(buffer.AsSpan(offset + ABytes + BBytes, ResultBytes));
    }

    private static unsafe byte[] Buffer(out int offset)
    {
        byte[] buffer = t_buffer ??= GC.AllocateUninitializedArray<byte>(ABytes + BBytes + ResultBytes + Alignment, pinned: true);
        offset = (int)(-(nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer)) & (Alignment - 1));
        return buffer;
    }
}
