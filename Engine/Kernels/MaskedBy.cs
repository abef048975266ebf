using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>x · mask where the mask is not zero, else +0, whatever x is.</summary>
internal readonly struct ScaledByMask<T> : IBinaryOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Vector<T> Invoke(Vector<T> x1, Vector<T> x2) => Vector.AndNot(x1 * x2, Vector.Equals(x2, Vector<T>.Zero));
}

/// <summary>x · scale + shift where the mask is not zero, else one value.</summary>
internal readonly struct AffineByMask<T>(double scale, double shift, double dropped) : IBinaryOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector<T> _scale = VectorMath.Constant<T>(scale);
    private readonly Vector<T> _shift = VectorMath.Constant<T>(shift);
    private readonly Vector<T> _dropped = VectorMath.Constant<T>(dropped);

    public Vector<T> Invoke(Vector<T> x1, Vector<T> x2) =>
        Vector.ConditionalSelect(Vector.Equals(x2, Vector<T>.Zero), _dropped, Simd.MultiplyAdd(x1, _scale, _shift));
}
