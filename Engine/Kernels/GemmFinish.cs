namespace Engine.Kernels;

/// <summary>What happens to the sums of a product on their way to C, in this order.</summary>
[Flags]
internal enum GemmFinish
{
    /// <summary>C is overwritten with the sums and never read.</summary>
    None = 0,

    /// <summary>What was in C is added: an accumulating product, or every block of the summed axis but the first.</summary>
    AddC = 1,

    /// <summary>A bias of the length of a row is added.</summary>
    AddBias = 2,

    /// <summary>What is negative becomes 0. NaN stays NaN.</summary>
    Relu = 4,
}
