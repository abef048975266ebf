using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine;

/// <summary>
/// Turns elements read from a file of a fixed byte order into this machine's, and back: both are the same swap.
/// </summary>
internal static class ByteOrder
{
    /// <summary>Swaps the bytes of each element on a little-endian machine.</summary>
    public static void FromBigEndian<T>(Span<T> values)
        where T : unmanaged
    {
        if (BitConverter.IsLittleEndian)
        {
            Reverse(values);
        }
    }

    /// <summary>Swaps the bytes of each element on a big-endian machine.</summary>
    public static void FromLittleEndian<T>(Span<T> values)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            Reverse(values);
        }
    }

    private static void Reverse<T>(Span<T> values)
        where T : unmanaged
    {
        switch (Unsafe.SizeOf<T>())
        {
            case 2:
                Span<short> words = MemoryMarshal.Cast<T, short>(values);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 4:
                Span<int> doubleWords = MemoryMarshal.Cast<T, int>(values);
                BinaryPrimitives.ReverseEndianness(doubleWords, doubleWords);
                break;
            case 8:
                Span<long> quadWords = MemoryMarshal.Cast<T, long>(values);
                BinaryPrimitives.ReverseEndianness(quadWords, quadWords);
                break;
        }
    }
}
