using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>x · scale where kept, else +0, whatever x is: the mask is applied last, as bits.</summary>
internal readonly struct ScaleKept<T>(Vector<T> scale) : IMaskOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Vector<T> Invoke(Vector<T> x, Vector<T> keep) => keep & (x * scale);
}

/// <summary>x · scale + shift where kept, else one value.</summary>
internal readonly struct AffineKept<T>(Vector<T> scale, Vector<T> shift, Vector<T> dropped) : IMaskOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Vector<T> Invoke(Vector<T> x, Vector<T> keep) =>
        Vector.ConditionalSelect(keep, Simd.MultiplyAdd(x, scale, shift), dropped);
}
