using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>Transforms of tiles, one vector of channels at a time.</summary>
internal static class WinogradTransform
{
    /// <summary>A tile of the output has this many rows and columns, and so many positions lie between two tiles.</summary>
    public const int Outputs = 4;

    /// <summary>A tile of the input has this many rows and columns.</summary>
    public const int Inputs = 6;

    /// <summary>The elements of a transformed tile, and the number of matrix products.</summary>
    public const int Points = Inputs * Inputs;

    /// <summary>Tiles at the borders are copied so many vectors of channels at a time: they stay in the first-level cache.</summary>
    public const int CopiedVectors = 8;

    /// <summary>The vectors of working memory that a transform needs: one tile half transformed, and the copy.</summary>
    public const int WorkVectors = Points * (1 + CopiedVectors);

    /// <summary>The number of tiles along an axis of the output.</summary>
    public static int TilesAlong(int length) => (length + Outputs - 1) / Outputs;

    /// <summary>Transforms columns, then rows, of one vector of channels of one tile.</summary>
    /// <param name="from">Element [0, 0] of the tile.</param>
    /// <param name="fromRow">The distance of its rows.</param>
    /// <param name="fromColumn">The distance of its columns.</param>
    /// <param name="to">Element [0, 0] of the result, row by row.</param>
    /// <param name="toStep">The distance of the elements of the result.</param>
    /// <param name="work">Working memory of <see cref="Points"/> vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Run<T, TStep>(ref T from, nint fromRow, nint fromColumn, ref T to, nint toStep, ref T work)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TStep : IWinogradStep
    {
        nint row = TStep.Inputs * Vector<T>.Count;
        ref T half = ref work;
        for (int j = 0; j < TStep.Inputs; j++)
        {
            TStep.Run(ref from, fromRow, ref half, row);
            from = ref Unsafe.Add(ref from, fromColumn);
            half = ref Unsafe.Add(ref half, Vector<T>.Count);
        }

        half = ref work;
        for (int i = 0; i < TStep.Outputs; i++)
        {
            TStep.Run(ref half, Vector<T>.Count, ref to, toStep);
            half = ref Unsafe.Add(ref half, row);
            to = ref Unsafe.Add(ref to, TStep.Outputs * toStep);
        }
    }

    /// <summary>Loads the first lanes of a vector; the others become 0.</summary>
    public static Vector<T> Load<T>(ref T from, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (lanes == Vector<T>.Count)
        {
            return Vector.LoadUnsafe(ref from);
        }

        Vector<T> vector = Vector<T>.Zero;
        for (int lane = 0; lane < lanes; lane++)
        {
            vector = vector.WithElement(lane, Unsafe.Add(ref from, lane));
        }

        return vector;
    }

    /// <summary>Stores the first lanes of a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> vector, ref T to, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (lanes == Vector<T>.Count)
        {
            vector.StoreUnsafe(ref to);
        }
        else
        {
            StoreLanes(vector, ref to, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreLanes<T>(Vector<T> vector, ref T to, int lanes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int lane = 0; lane < lanes; lane++)
        {
            Unsafe.Add(ref to, lane) = vector[lane];
        }
    }
}
