using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The memory of one thread for transformed tiles and kernels: it grows to the largest that was asked for.</summary>
internal static class WinogradScratch
{
    [ThreadStatic]
    private static byte[]? t_own;

    [ThreadStatic]
    private static byte[]? t_shared;

    /// <summary>Memory for the parts that this thread works on; its content is undefined. Begins at a cache line.</summary>
    public static ref T Own<T>(nint length)
        where T : unmanaged => ref Get<T>(ref t_own, length);

    /// <summary>Memory of the thread that runs a loop, for what the parts share; its content is undefined.</summary>
    public static ref T Shared<T>(nint length)
        where T : unmanaged => ref Get<T>(ref t_shared, length);

    /// <summary>
    /// The length that such a block takes: whole cache lines, an odd number of them, so that blocks which are walked side by side
    /// do not compete for the same lines of the cache.
    /// </summary>
    public static nint Pad<T>(nint length)
        where T : unmanaged
    {
        int line = AlignedMemory.Alignment / Unsafe.SizeOf<T>();
        return (((length + line - 1) / line) | 1) * line;
    }

    /// <summary>Fills this thread's memory with a byte, so that whatever reads before it writes is found out.</summary>
    public static void Poison(byte value)
    {
        t_own?.AsSpan().Fill(value);
        t_shared?.AsSpan().Fill(value);
    }

    private static unsafe ref T Get<T>(ref byte[]? buffer, nint length)
        where T : unmanaged
    {
        nint size = checked((length * Unsafe.SizeOf<T>()) + AlignedMemory.Alignment);
        if (buffer is null || buffer.Length < size)
        {
            buffer = GC.AllocateUninitializedArray<byte>(checked((int)size), pinned: true);
        }

        ref byte start = ref MemoryMarshal.GetArrayDataReference(buffer);
        nint offset = -(nint)Unsafe.AsPointer(ref start) & (AlignedMemory.Alignment - 1);
        return ref Unsafe.As<byte, T>(ref Unsafe.Add(ref start, offset));
    }
}
