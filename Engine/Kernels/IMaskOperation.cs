using System.Numerics;

namespace Engine.Kernels;

/// <summary>What becomes of a vector of which some lanes are kept and the others dropped.</summary>
internal interface IMaskOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The result, lane by lane.</summary>
    /// <param name="x">The values.</param>
    /// <param name="keep">All bits set in the lanes that are kept, none in the others.</param>
    Vector<T> Invoke(Vector<T> x, Vector<T> keep);
}
