namespace Engine.Kernels;

/// <summary>How a convolution is computed.</summary>
internal enum ConvolutionWay
{
    /// <summary>As a product of patches that are read while they are packed: serves every shape.</summary>
    ImplicitGemm,

    /// <summary>A window of one position: x itself is the matrix of patches.</summary>
    Pointwise,
}
