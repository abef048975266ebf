namespace Engine.Kernels;

/// <summary>How a convolution is computed.</summary>
internal enum ConvolutionWay
{
    /// <summary>As a product of patches that are read while they are packed: serves every shape.</summary>
    ImplicitGemm,

    /// <summary>A window of one position: x itself is the matrix of patches.</summary>
    Pointwise,

    /// <summary>Without a product, for few outputs a position or few channels: see <see cref="DirectConvolution"/>.</summary>
    Direct,

    /// <summary>Each channel with filters of its own: see <see cref="DepthwiseConvolution"/>.</summary>
    Depthwise,

    /// <summary>With fewer multiplications and a larger error of rounding: see <see cref="WinogradConvolution"/>.</summary>
    Winograd,
}
