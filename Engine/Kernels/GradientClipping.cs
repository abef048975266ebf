using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>Keeps gradients short.</summary>
internal static class GradientClipping
{
    /// <summary>
    /// The factor that brings a gradient of this Σg² down to the norm: norm / ‖g‖ where that is below 1, else 1. Where ‖g‖ is not
    /// finite there is no such factor: 1, so that the fault stays visible.
    /// </summary>
    /// <param name="sumOfSquares">Σg², over one parameter (ClipNorm) or all of them (GlobalClipNorm).</param>
    /// <param name="norm">The largest norm allowed, above 0.</param>
    public static double Scale(double sumOfSquares, double norm)
    {
        double length = Math.Sqrt(sumOfSquares);
        return length > norm && double.IsFinite(length) ? norm / length : 1;
    }

    /// <summary>g = min(max(g, −limit), limit); NaN passes.</summary>
    public static void ClipValue<T>(Span<T> g, double limit)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Map<T, ClipOperation<T>>(g, g, new ClipOperation<T>(VectorMath.Constant<T>(limit)));

    private readonly struct ClipOperation<T>(Vector<T> limit) : IUnaryOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Vector<T> Invoke(Vector<T> g)
        {
            g = Vector.ConditionalSelect(Vector.GreaterThan(g, limit), limit, g);
            return Vector.ConditionalSelect(Vector.LessThan(g, -limit), -limit, g);
        }
    }
}
