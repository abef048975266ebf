using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>The memory of one thread for packed blocks: allocated when the thread first needs it, always of the same size.</summary>
internal static class GemmScratch
{
    /// <summary>The size of the block of A, in bytes: it lives in the second-level cache.</summary>
    public const int ABytes = 192 * 1024;

    /// <summary>The size of the block of B, in bytes.</summary>
    public const int BBytes = 1024 * 1024;

    private const int Alignment = 64;

    [ThreadStatic]
    private static byte[]? t_buffer;

    /// <summary>Gives this thread's two blocks, each beginning at a cache line.</summary>
    public static unsafe void Get<T>(out Span<T> a, out Span<T> b)
        where T : unmanaged
    {
        byte[] buffer = t_buffer ??= GC.AllocateUninitializedArray<byte>(ABytes + BBytes + Alignment, pinned: true);
        nint address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer));
        int offset = (int)(-address & (Alignment - 1));
        a = MemoryMarshal.Cast<byte, T>(buffer.AsSpan(offset, ABytes));
        b = MemoryMarshal.Cast<byte, T>(buffer.AsSpan(offset + ABytes, BBytes));
    }
}
