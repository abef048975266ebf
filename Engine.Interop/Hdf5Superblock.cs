using System.Buffers.Binary;

namespace Engine.Interop;

/// <summary>
/// The first bytes of an HDF5 file: they say how long the file is, so that one that was cut short is known before it is read.
/// </summary>
internal static class Hdf5Superblock
{
    private const int Length = 64;

    private static ReadOnlySpan<byte> Signature => [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];      // \x89HDF\r\n\x1a\n

    /// <summary>Checks signature and length.</summary>
    /// <exception cref="InvalidDataException">It is no HDF5 file, or one that was cut short.</exception>
    public static void Check(Stream stream, string path)
    {
        byte[] bytes = new byte[Length];
        int read = stream.ReadAtLeast(bytes, Length, throwOnEndOfStream: false);
        if (!bytes.AsSpan().StartsWith(Signature))
        {
            throw new InvalidDataException(
                $"KerasWeights: {path}: expected an HDF5 file, got one that does not begin like one. "
                + "Files ending in .keras are zip files; the weights are model.weights.h5 inside.");
        }

        long? end = read < Length ? null : End(bytes);
        if (end is null || end > stream.Length)
        {
            throw new InvalidDataException(
                $"KerasWeights: {path}: expected a file of {(end is null ? $"at least {Length}" : $"{end}")} bytes, "
                + $"as its first ones say, got {stream.Length}. It was cut short, or it is damaged.");
        }
    }

    // The address of the end of the file. Versions 0 and 1 have it after two other addresses, 2 and 3 as well, but begin earlier.
    private static long? End(ReadOnlySpan<byte> bytes)
    {
        (int sizeAt, int addressesAt) = bytes[8] switch
        {
            0 => (13, 24),
            1 => (13, 28),
            2 or 3 => (9, 12),
            _ => (0, 0),
        };
        if (sizeAt == 0 || bytes[sizeAt] != 8)
        {
            return null;
        }

        ulong end = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(addressesAt + 16)..]);
        return end <= long.MaxValue ? (long)end : null;
    }
}
