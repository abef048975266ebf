using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// A small constant matrix times a column of vectors: one dimension of one of Winograd's transforms, each lane for itself. The
/// transform of a tile applies it to all columns and then to all rows.
/// </summary>
internal interface IWinogradStep
{
    /// <summary>The length of what is read.</summary>
    static abstract int Inputs { get; }

    /// <summary>The length of what is written.</summary>
    static abstract int Outputs { get; }

    /// <summary>Reads <see cref="Inputs"/> vectors and writes <see cref="Outputs"/>, at constant distances.</summary>
    static abstract void Run<T>(ref T from, nint fromStep, ref T to, nint toStep)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
