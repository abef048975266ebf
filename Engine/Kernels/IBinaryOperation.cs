using System.Numerics;

namespace Engine.Kernels;

/// <summary>
/// What an elementwise loop does to a pair of vectors. Lanes must not mix: the last vector of a span is padded with zeros.
/// </summary>
internal interface IBinaryOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>y = f(x1, x2).</summary>
    Vector<T> Invoke(Vector<T> x1, Vector<T> x2);
}
