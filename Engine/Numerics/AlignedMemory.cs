using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Numerics;

/// <summary>Managed memory that never moves and begins on a cache line: for parameters and for the arenas of a plan.</summary>
internal sealed unsafe class AlignedMemory
{
    /// <summary>Bytes of a cache line, and of the widest vector.</summary>
    public const int Alignment = 64;

    private readonly byte[] _bytes;
    private readonly byte* _start;
    private readonly long _length;

    /// <summary>Allocates zeroed memory.</summary>
    /// <param name="precision">Which number type it holds.</param>
    /// <param name="length">The number of elements.</param>
    public AlignedMemory(Precision precision, long length)
    {
        Precision = precision;
        _length = length;
        long size = length * (precision == Precision.Single ? sizeof(float) : sizeof(double));
        if (size > Array.MaxLength - Alignment)
        {
            throw new InvalidOperationException(
                $"Memory plan: expected at most {Array.MaxLength - Alignment} bytes in one block, got {size}. Use a smaller batch.");
        }

        _bytes = GC.AllocateArray<byte>((int)size + Alignment, pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
        _start = (byte*)((address + (Alignment - 1)) & ~(nuint)(Alignment - 1));
    }

    /// <summary>The number type it holds.</summary>
    public Precision Precision { get; }

    /// <summary>The number of elements.</summary>
    public long Length => _length;

    /// <summary>The precision that belongs to T.</summary>
    public static Precision PrecisionOf<T>() => typeof(T) == typeof(float) ? Precision.Single
        : typeof(T) == typeof(double) ? Precision.Double
        : throw new NotSupportedException($"Engine: expected float or double, got {typeof(T).Name}.");

    /// <summary>The address of the first element. Valid as long as this object lives.</summary>
    public T* Address<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (PrecisionOf<T>() != Precision)
        {
            throw new InvalidOperationException(
                $"Precision: expected a model of {PrecisionOf<T>()} precision, got one of {Precision} precision. "
                + "Set the model's Precision, or pass tensors of its number type.");
        }

        return (T*)_start;
    }

    /// <summary>All elements. The span keeps the memory alive, as an address would not.</summary>
    public Span<T> Span<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        nint offset = (nint)((byte*)Address<T>() - (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes)));
        ref byte start = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bytes), offset);
        return MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref start), checked((int)_length));
    }

    /// <summary>Fills with a byte, so that whatever reads before it writes is found out: 0xff makes NaN, 0x7f huge numbers.</summary>
    public void Poison(byte value) => _bytes.AsSpan().Fill(value);
}
