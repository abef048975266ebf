using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Engine.Numerics;
using NativeThreefry = Engine.Numerics.ThreefryVectors<System.Numerics.Vector<uint>, Engine.Numerics.NativeWords>;
using WideThreefry = Engine.Numerics.ThreefryVectors<System.Runtime.Intrinsics.Vector512<uint>, Engine.Numerics.WideWords>;

namespace Engine.Kernels;

/// <summary>The loop of <see cref="DropoutKernels"/>: a part is a few short rows, or a piece of a long one.</summary>
internal readonly ref struct DropoutBody<T, TOperation> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TOperation : struct, IMaskOperation<T>
{
    private const int Group = DropoutKernels.Group;
    private const int MaxPass = 4 * Group;

    private readonly ReadOnlySpan<T> _x;
    private readonly Span<T> _y;
    private readonly ReadOnlySpan<uint> _rowKeys;
    private readonly NativeThreefry _random;
    private readonly WideThreefry _wideRandom;
    private readonly Vector<int> _threshold;
    private readonly TOperation _operation;
    private readonly int _rowLength;
    private readonly int _rows;
    private readonly int _pieceLength;
    private readonly int _piecesPerRow;
    private readonly int _rowsPerPart;

    /// <summary>For rows of one element at least; a part has about <paramref name="partLength"/> elements.</summary>
    public DropoutBody(
        ReadOnlySpan<T> x,
        Span<T> y,
        int rowLength,
        int partLength,
        DropoutRate rate,
        TOperation operation,
        in RandomSource random,
        ReadOnlySpan<uint> rowKeys)
    {
        _x = x;
        _y = y;
        _rowKeys = rowKeys;
        _random = random.Vectors();
        _wideRandom = IsWide && UsesWide(rowLength) ? random.WideVectors() : default;

        // Shifted to the high half of a word, where a comparison needs no shift and the low half can only break ties.
        _threshold = new Vector<int>(rate.Threshold << 16);
        _operation = operation;
        _rowLength = rowLength;
        _rows = x.Length / rowLength;
        _pieceLength = Math.Min(rowLength, partLength);
        _piecesPerRow = ((rowLength - 1) / _pieceLength) + 1;
        _rowsPerPart = Math.Max(1, partLength / rowLength);
    }

    // Drawn with vectors of 512 bits, applied with those of 256.
    private static bool IsWide => Vector512.IsHardwareAccelerated && Vector<uint>.Count == 8;

    // Rows that fill two of these vectors, or of which each fills half a one.
    private static bool UsesWide(int rowLength) => (nuint)rowLength >= 2 * Pass || (nuint)rowLength == HalfPass;

    // A pass draws two vectors of blocks, each of half a group, a group, or two groups, as it has 4, 8 or 16 lanes. The second
    // begins with lane 4 of the same group, or with the next.
    private static nuint HalfPass => 8 * (nuint)Vector<uint>.Count;

    private static nuint Pass => 2 * HalfPass;

    private static nuint Second => Vector<uint>.Count == 4 ? 4 : HalfPass;

    /// <summary>How many parts there are: a function of the shape alone.</summary>
    public int Parts => (((_rows - 1) / _rowsPerPart) + 1) * _piecesPerRow;

    /// <inheritdoc/>
    public void Run(int part)
    {
        int row = part / _piecesPerRow * _rowsPerPart;
        int lastRow = Math.Min(row + _rowsPerPart, _rows);
        int start = part % _piecesPerRow * _pieceLength;
        int length = Math.Min(_pieceLength, _rowLength - start);
        if (Vector<uint>.Count >= 8 && (nuint)length <= HalfPass)
        {
            for (; IsWide && (nuint)_rowLength == HalfPass && row + 4 <= lastRow; row += 4)
            {
                RunFourFullRows(row);
            }

            for (; row + 2 <= lastRow; row += 2)
            {
                if ((nuint)length == HalfPass)
                {
                    RunTwoFullRows(row);
                }
                else
                {
                    RunTwoRows(row, (nuint)length);
                }
            }
        }

        for (; row < lastRow; row++)
        {
            RunRow(row, start, (nuint)length);
        }
    }

    /// <summary>Elements <paramref name="start"/> and following, a multiple of a pass, of one row.</summary>
    // Never inlined, as the other two that draw: the compiler's budget for one method is enough for the rounds once, and not
    // twice.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RunRow(int row, int start, nuint length)
    {
        ref T x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_x), (row * _rowLength) + start);
        ref T y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_y), (row * _rowLength) + start);
        NativeThreefry.RowStart random = Row(row);
        nuint i = IsWide && length >= 2 * Pass ? RunWide(random, start, ref x, ref y, length) : 0;
        var step = new Vector<uint>((uint)Vector<uint>.Count);
        var block = Vector.CreateSequence((uint)RandomKind.Mask + (((uint)start + (uint)i) / 8), 1u);
        Vector<int> threshold = _threshold;
        TOperation operation = _operation;
        for (; i + Pass <= length; i += Pass)
        {
            Vector<uint> next = block + step;
            _random.Draw(
                random, block, out Vector<uint> a0, out Vector<uint> a1, out Vector<uint> a2, out Vector<uint> a3,
                random, next, out Vector<uint> b0, out Vector<uint> b1, out Vector<uint> b2, out Vector<uint> b3);
            block = next + step;
            StorePass(
                ref Unsafe.Add(ref x, i), ref Unsafe.Add(ref y, i), threshold, operation, a0, a1, a2, a3, b0, b1, b2, b3);
        }

        if (i < length)
        {
            RunTail(random, block, ref Unsafe.Add(ref x, i), ref Unsafe.Add(ref y, i), length - i);
        }
    }

    /// <summary>As many elements of a row as double passes hold; says how many.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private nuint RunWide(
        NativeThreefry.RowStart row, int start, ref T x, ref T y, nuint length)
    {
        var random = Both(row, row);
        var step = Vector512.Create(16u);
        var block = Vector512.CreateSequence((uint)RandomKind.Mask + ((uint)start / 8), 1u);
        TOperation operation = _operation;
        nuint i = 0;
        for (; i + (2 * Pass) <= length; i += 2 * Pass)
        {
            Vector512<uint> next = block + step;
            _wideRandom.Draw(
                random, block, out Vector512<uint> a0, out Vector512<uint> a1, out Vector512<uint> a2, out Vector512<uint> a3,
                random, next, out Vector512<uint> b0, out Vector512<uint> b1, out Vector512<uint> b2, out Vector512<uint> b3);
            block = next + step;
            StoreWide(ref Unsafe.Add(ref x, i), ref Unsafe.Add(ref y, i), operation, a0, a1, a2, a3);
            StoreWide(ref Unsafe.Add(ref x, i + Pass), ref Unsafe.Add(ref y, i + Pass), operation, b0, b1, b2, b3);
        }

        return i;
    }

    /// <summary>Four rows of half a pass each, two in a vector.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RunFourFullRows(int row)
    {
        var blocks = Vector256.CreateSequence((uint)RandomKind.Mask, 1u);
        var block = Vector512.Create(blocks, blocks);
        _wideRandom.Draw(
            Both(Row(row), Row(row + 1)), block,
            out Vector512<uint> a0, out Vector512<uint> a1, out Vector512<uint> a2, out Vector512<uint> a3,
            Both(Row(row + 2), Row(row + 3)), block,
            out Vector512<uint> b0, out Vector512<uint> b1, out Vector512<uint> b2, out Vector512<uint> b3);
        ref T x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_x), row * _rowLength);
        ref T y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_y), row * _rowLength);
        StoreWide(ref x, ref y, _operation, a0, a1, a2, a3);
        StoreWide(ref Unsafe.Add(ref x, Pass), ref Unsafe.Add(ref y, Pass), _operation, b0, b1, b2, b3);
    }

    // Two rows, one in each half of a vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WideThreefry.RowStart Both(
        NativeThreefry.RowStart low, NativeThreefry.RowStart high) => new(
        Vector512.Create(low.Word0.AsVector256(), high.Word0.AsVector256()),
        Vector512.Create(low.Word1Rotated.AsVector256(), high.Word1Rotated.AsVector256()));

    /// <summary>What is left of a row, less than a pass.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RunTail(NativeThreefry.RowStart random, Vector<uint> block, ref T x, ref T y, nuint length)
    {
        Span<int> keeps = stackalloc int[MaxPass];
        ref int keep = ref MemoryMarshal.GetReference(keeps);
        Draw(random, block, random, block + new Vector<uint>((uint)Vector<uint>.Count), ref keep);
        Apply(ref x, ref y, ref keep, length);
    }

    /// <summary>Two short rows, so that two vectors are drawn at once here too.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RunTwoRows(int row, nuint length)
    {
        Span<int> keeps = stackalloc int[MaxPass];
        ref int keep = ref MemoryMarshal.GetReference(keeps);
        var block = Vector.CreateSequence((uint)RandomKind.Mask, 1u);
        Draw(Row(row), block, Row(row + 1), block, ref keep);
        ref T x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_x), row * _rowLength);
        ref T y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_y), row * _rowLength);
        Apply(ref x, ref y, ref keep, length);
        Apply(ref Unsafe.Add(ref x, length), ref Unsafe.Add(ref y, length), ref Unsafe.Add(ref keep, Second), length);
    }

    /// <summary>Two rows of half a pass each, which lie side by side: no masks go through memory.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RunTwoFullRows(int row)
    {
        var block = Vector.CreateSequence((uint)RandomKind.Mask, 1u);
        _random.Draw(
            Row(row), block, out Vector<uint> a0, out Vector<uint> a1, out Vector<uint> a2, out Vector<uint> a3,
            Row(row + 1), block, out Vector<uint> b0, out Vector<uint> b1, out Vector<uint> b2, out Vector<uint> b3);
        ref T x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_x), row * _rowLength);
        ref T y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_y), row * _rowLength);
        StorePass(ref x, ref y, _threshold, _operation, a0, a1, a2, a3, b0, b1, b2, b3);
    }

    private NativeThreefry.RowStart Row(int row) => _random.Row(_rowKeys.IsEmpty ? (uint)row : _rowKeys[row]);

    /// <summary>y of a whole pass, its masks in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePass(
        ref T x, ref T y, Vector<int> threshold, TOperation operation,
        Vector<uint> a0, Vector<uint> a1, Vector<uint> a2, Vector<uint> a3,
        Vector<uint> b0, Vector<uint> b1, Vector<uint> b2, Vector<uint> b3)
    {
        Store(ref x, ref y, 0, Low(a0, threshold), operation);
        Store(ref x, ref y, 8, High(a0, threshold), operation);
        Store(ref x, ref y, 16, Low(a1, threshold), operation);
        Store(ref x, ref y, 24, High(a1, threshold), operation);
        Store(ref x, ref y, 32, Low(a2, threshold), operation);
        Store(ref x, ref y, 40, High(a2, threshold), operation);
        Store(ref x, ref y, 48, Low(a3, threshold), operation);
        Store(ref x, ref y, 56, High(a3, threshold), operation);
        Store(ref x, ref y, Second, Low(b0, threshold), operation);
        Store(ref x, ref y, Second + 8, High(b0, threshold), operation);
        Store(ref x, ref y, Second + 16, Low(b1, threshold), operation);
        Store(ref x, ref y, Second + 24, High(b1, threshold), operation);
        Store(ref x, ref y, Second + 32, Low(b2, threshold), operation);
        Store(ref x, ref y, Second + 40, High(b2, threshold), operation);
        Store(ref x, ref y, Second + 48, Low(b3, threshold), operation);
        Store(ref x, ref y, Second + 56, High(b3, threshold), operation);
    }

    /// <summary>y of a whole pass: the lower lanes are the first half, the upper ones the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StoreWide(
        ref T x, ref T y, TOperation operation,
        Vector512<uint> words0, Vector512<uint> words1, Vector512<uint> words2, Vector512<uint> words3)
    {
        StoreWide(ref x, ref y, 0, words0, operation);
        StoreWide(ref x, ref y, 16, words1, operation);
        StoreWide(ref x, ref y, 32, words2, operation);
        StoreWide(ref x, ref y, 48, words3, operation);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StoreWide(ref T x, ref T y, nuint offset, Vector512<uint> words, TOperation operation)
    {
        var threshold = Vector512.Create(_threshold.AsVector256(), _threshold.AsVector256());
        Vector512<int> low = Vector512.LessThan((words << 16).AsInt32(), threshold);
        Vector512<int> high = Vector512.LessThan(words.AsInt32(), threshold);
        StoreContiguous(ref x, ref y, offset, low.GetLower().AsVector(), operation);
        StoreContiguous(ref x, ref y, offset + 8, high.GetLower().AsVector(), operation);
        StoreContiguous(ref x, ref y, offset + Group, low.GetUpper().AsVector(), operation);
        StoreContiguous(ref x, ref y, offset + Group + 8, high.GetUpper().AsVector(), operation);
    }

    /// <summary>The masks of one pass, to memory, from where any length can be taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Draw(
        NativeThreefry.RowStart rowA, Vector<uint> blockA, NativeThreefry.RowStart rowB, Vector<uint> blockB, ref int keep)
    {
        _random.Draw(
            rowA, blockA, out Vector<uint> a0, out Vector<uint> a1, out Vector<uint> a2, out Vector<uint> a3,
            rowB, blockB, out Vector<uint> b0, out Vector<uint> b1, out Vector<uint> b2, out Vector<uint> b3);
        Vector<int> threshold = _threshold;
        StoreLanes(Low(a0, threshold), ref keep, 0);
        StoreLanes(High(a0, threshold), ref keep, 8);
        StoreLanes(Low(a1, threshold), ref keep, 16);
        StoreLanes(High(a1, threshold), ref keep, 24);
        StoreLanes(Low(a2, threshold), ref keep, 32);
        StoreLanes(High(a2, threshold), ref keep, 40);
        StoreLanes(Low(a3, threshold), ref keep, 48);
        StoreLanes(High(a3, threshold), ref keep, 56);
        StoreLanes(Low(b0, threshold), ref keep, Second);
        StoreLanes(High(b0, threshold), ref keep, Second + 8);
        StoreLanes(Low(b1, threshold), ref keep, Second + 16);
        StoreLanes(High(b1, threshold), ref keep, Second + 24);
        StoreLanes(Low(b2, threshold), ref keep, Second + 32);
        StoreLanes(High(b2, threshold), ref keep, Second + 40);
        StoreLanes(Low(b3, threshold), ref keep, Second + 48);
        StoreLanes(High(b3, threshold), ref keep, Second + 56);
    }

    /// <summary>y of any length, with masks from memory.</summary>
    private void Apply(ref T x, ref T y, ref int keep, nuint length)
    {
        nuint i = 0;
        for (; i + (nuint)Vector<int>.Count <= length; i += (nuint)Vector<int>.Count)
        {
            StoreContiguous(ref x, ref y, i, Vector.LoadUnsafe(ref keep, i), _operation);
        }

        // One by one in all lanes of a vector: that takes no way through memory, and no branch on what cannot be predicted.
        for (; i < length; i++)
        {
            int bits = Unsafe.Add(ref keep, i);
            T mask = Unsafe.SizeOf<T>() == sizeof(int) ? Unsafe.BitCast<int, T>(bits) : Unsafe.BitCast<long, T>(bits);
            Unsafe.Add(ref y, i) = _operation.Invoke(new Vector<T>(Unsafe.Add(ref x, i)), new Vector<T>(mask)).ToScalar();
        }
    }

    /// <summary>All ones in the lanes whose low 16 bits are below the threshold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Low(Vector<uint> words, Vector<int> threshold)
        => Vector.LessThan(Vector.AsVectorInt32(words << 16), threshold);

    /// <summary>All ones in the lanes whose high 16 bits are below the threshold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> High(Vector<uint> words, Vector<int> threshold)
        => Vector.LessThan(Vector.AsVectorInt32(words), threshold);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreLanes(Vector<int> keep, ref int destination, nuint offset)
    {
        if (Vector<int>.Count == 16)
        {
            keep.AsVector512().GetLower().StoreUnsafe(ref destination, offset);
            keep.AsVector512().GetUpper().StoreUnsafe(ref destination, offset + Group);
        }
        else
        {
            keep.StoreUnsafe(ref destination, offset);
        }
    }

    /// <summary>
    /// y of eight lanes a group: with 16 lanes, the upper eight belong to the next group.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref T x, ref T y, nuint offset, Vector<int> keep, TOperation operation)
    {
        if (Vector<int>.Count != 16)
        {
            StoreContiguous(ref x, ref y, offset, keep, operation);
        }
        else if (Vector<T>.Count == 16)
        {
            Vector512<T> result = operation.Invoke(Load(ref x, offset).AsVector(), Vector.As<int, T>(keep)).AsVector512();
            result.GetLower().StoreUnsafe(ref y, offset);
            result.GetUpper().StoreUnsafe(ref y, offset + Group);
        }
        else
        {
            Vector.Widen(keep, out Vector<long> first, out Vector<long> second);
            StoreVector(ref x, ref y, offset, Vector.As<long, T>(first), operation);
            StoreVector(ref x, ref y, offset + Group, Vector.As<long, T>(second), operation);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Load(ref T x, nuint offset)
        => Vector512.Create(Vector256.LoadUnsafe(ref x, offset), Vector256.LoadUnsafe(ref x, offset + Group));

    /// <summary>y of neighbouring elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreContiguous(ref T x, ref T y, nuint offset, Vector<int> keep, TOperation operation)
    {
        if (Vector<T>.Count == Vector<int>.Count)
        {
            StoreVector(ref x, ref y, offset, Vector.As<int, T>(keep), operation);
        }
        else
        {
            Vector.Widen(keep, out Vector<long> first, out Vector<long> second);
            StoreVector(ref x, ref y, offset, Vector.As<long, T>(first), operation);
            StoreVector(ref x, ref y, offset + (nuint)Vector<long>.Count, Vector.As<long, T>(second), operation);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreVector(ref T x, ref T y, nuint offset, Vector<T> keep, TOperation operation)
        => operation.Invoke(Vector.LoadUnsafe(ref x, offset), keep).StoreUnsafe(ref y, offset);
}
