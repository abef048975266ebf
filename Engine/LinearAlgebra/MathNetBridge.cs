using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Engine.LinearAlgebra;

/// <summary>What comes from MathNet.Numerics. Matrices are column-major there.</summary>
internal static class MathNetBridge
{
    private static readonly Lock Gate = new();

    /// <summary>
    /// Replaces a matrix by the Q of its thin QR decomposition in which R's diagonal is positive: the one orthonormal basis that
    /// Gram and Schmidt's method would find.
    /// </summary>
    /// <param name="matrix">[rows, columns] in column-major order, of full rank; overwritten.</param>
    /// <param name="rows">At least <paramref name="columns"/>.</param>
    /// <param name="columns">At least 1.</param>
    public static void Orthonormalize(double[] matrix, int rows, int columns)
    {
        double[] r = new double[columns * columns];
        double[] tau = new double[columns];
        OnOneThread((matrix, rows, columns, r, tau), static a =>
            new ManagedLinearAlgebraProvider().ThinQRFactor(a.matrix, a.rows, a.columns, a.r, a.tau));
        for (int column = 0; column < columns; column++)
        {
            if (r[(column * columns) + column] < 0)
            {
                foreach (ref double value in matrix.AsSpan(column * rows, rows))
                {
                    value = -value;
                }
            }
        }
    }

    /// <summary>
    /// The singular values of a symmetric matrix that is positive semidefinite, largest first, and the vectors that belong to
    /// them: its eigenvalues and eigenvectors.
    /// </summary>
    /// <param name="matrix">[size, size], symmetric; its content is lost.</param>
    /// <param name="size">At least 1.</param>
    /// <returns>The vectors, one after the other, and the values.</returns>
    public static (double[] Vectors, double[] Values) SingularVectors(double[] matrix, int size)
    {
        double[] values = new double[size], u = new double[size * size], vt = new double[size * size];
        OnOneThread((matrix, size, values, u, vt), static a =>
            new ManagedLinearAlgebraProvider().SingularValueDecomposition(
                computeVectors: true, a.matrix, a.size, a.size, a.values, a.u, a.vt));
        return (u, values);
    }

    // MathNet's degree of parallelism is one setting of the whole process: a caller who uses MathNet too gets his own back.
    private static void OnOneThread<TArguments>(TArguments arguments, Action<TArguments> action)
    {
        lock (Gate)
        {
            int threads = Control.MaxDegreeOfParallelism;
            Control.MaxDegreeOfParallelism = 1;
            try
            {
                action(arguments);
            }
            finally
            {
                Control.MaxDegreeOfParallelism = threads;
            }
        }
    }
}
