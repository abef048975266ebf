using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// What an elementwise loop does to one vector. Lanes must not mix: the last vector of a span is padded with zeros.
/// </summary>
internal interface IUnaryOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>y = f(x).</summary>
    Vector<T> Invoke(Vector<T> x);
}
