using System.Numerics;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>One of the products in and around a multi-head attention: y = x W + b, with W and b seen as matrix and row.</summary>
/// <param name="Kernel">The weights, as many as inputs times outputs.</param>
/// <param name="Bias">The bias, or null.</param>
/// <param name="Inputs">The length of a row of x.</param>
/// <param name="Outputs">The length of a row of y.</param>
internal readonly record struct Projection(Parameter Kernel, Parameter? Bias, int Inputs, int Outputs)
{
    // y = x W + b   [rows, out] = [rows, in][in, out]
    public void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = x.Length / Inputs;
        Gemm.MultiplyAddBias(
            new ReadOnlyMatrixView<T>(x, rows, Inputs),
            KernelOf(pass),
            Bias is null ? [] : pass.Values(Bias),
            new MatrixView<T>(y, rows, Outputs),
            relu: false,
            pass.Threads);
    }

    // dW = xᵀ dy, db = Σ dy over rows, dx (+)= dy Wᵀ
    public void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx, bool accumulates, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = x.Length / Inputs;
        ReadOnlyMatrixView<T> gradient = new(dy, rows, Outputs);
        Span<T> dw = pass.Gradient(Kernel);
        if (!dw.IsEmpty)
        {
            Gemm.Multiply(
                new ReadOnlyMatrixView<T>(x, rows, Inputs).Transposed, gradient, new MatrixView<T>(dw, Inputs, Outputs), pass.Threads);
        }

        Span<T> db = Bias is null ? [] : pass.Gradient(Bias);
        if (!db.IsEmpty)
        {
            Reductions.ColumnSums(dy, db);
        }

        if (dx.IsEmpty)
        {
            return;
        }

        MatrixView<T> destination = new(dx, rows, Inputs);
        if (accumulates)
        {
            Gemm.MultiplyAccumulate(gradient, KernelOf(pass).Transposed, destination, pass.Threads);
        }
        else
        {
            Gemm.Multiply(gradient, KernelOf(pass).Transposed, destination, pass.Threads);
        }
    }

    private ReadOnlyMatrixView<T> KernelOf<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(pass.Values(Kernel), Inputs, Outputs);
}
