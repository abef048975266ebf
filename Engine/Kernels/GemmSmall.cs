using System.Numerics;
using System.Runtime.CompilerServices;

namespace Engine.Kernels;

/// <summary>Products that lie outside of the blocked way.</summary>
internal static class GemmSmall
{
    /// <summary>A product without a summed axis: sums of nothing, finished.</summary>
    public static void FinishNothing<T>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < problem.M; row++)
        {
            ref T c = ref Unsafe.Add(ref problem.C, row * problem.CRow);
            for (int column = 0; column < problem.N; column++)
            {
                T sum = T.Zero;
                ref T bias = ref Unsafe.Add(ref problem.Bias, (problem.Finish & GemmFinish.AddBias) != 0 ? column : 0);
                GemmTile.Finish(ref Unsafe.Add(ref c, column), ref sum, 1, ref bias, problem.Finish);
            }
        }
    }
}
