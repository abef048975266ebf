namespace Engine.Kernels;

/// <summary>
/// How patches lie along one axis: patch q sees, with position j of its window, position <c>Start + q · Step + j · WindowStep</c>
/// of the source, or zeros beyond the source's borders, and multiplies it with position <c>KernelStart + j · KernelStep</c> of
/// the kernel. The product goes to position <c>Target + q · TargetStep</c>.
/// </summary>
internal readonly record struct PatchAxis
{
    /// <summary>The number of patches.</summary>
    public int Count { get; private init; }

    /// <summary>What the first patch sees first; may lie before the source.</summary>
    public int Start { get; private init; }

    /// <summary>From one patch to the next, in the source.</summary>
    public int Step { get; private init; }

    /// <summary>The number of positions that a patch sees; 0 where it sees nothing.</summary>
    public int Window { get; private init; }

    /// <summary>From one position of a patch to the next, in the source; at least 1.</summary>
    public int WindowStep { get; private init; }

    /// <summary>The length of the source.</summary>
    public int Source { get; private init; }

    /// <summary>The position of the kernel for the first position of a patch.</summary>
    public int KernelStart { get; private init; }

    /// <summary>From one position to the next, in the kernel.</summary>
    public int KernelStep { get; private init; }

    /// <summary>The positions of the kernel.</summary>
    public int Kernel { get; private init; }

    /// <summary>Where the product of the first patch goes.</summary>
    public int Target { get; private init; }

    /// <summary>From one product to the next.</summary>
    public int TargetStep { get; private init; }

    /// <summary>The length of the axis where the products go.</summary>
    public int TargetLength { get; private init; }

    /// <summary>The patches that a convolution sees: one an output.</summary>
    public static PatchAxis Forward(in WindowAxis axis) => new()
    {
        Count = axis.Output,
        Start = -axis.PadBefore,
        Step = axis.Stride,
        Window = axis.Window,
        WindowStep = axis.Dilation,
        Source = axis.Input,
        KernelStep = 1,
        Kernel = axis.Window,
        TargetStep = 1,
        TargetLength = axis.Output,
    };

    /// <summary>
    /// The outputs that saw an input, for every <c>Stride</c>th input: those with the same remainder are seen by the same
    /// positions of the window, and by neighboring outputs.
    /// </summary>
    /// <param name="axis">The axis of the convolution.</param>
    /// <param name="remainder">The first of the inputs: 0 to stride − 1.</param>
    public static PatchAxis Gradient(in WindowAxis axis, int remainder)
    {
        // Input i is seen by output o with position w where o · stride = i + pad − w · dilation. Here w goes down, so that o goes
        // up.
        int divisor = GreatestCommonDivisor(axis.Stride, axis.Dilation);
        int kernelStep = axis.Stride / divisor;
        int last = axis.Window - 1;
        while (last >= 0 && (remainder + axis.PadBefore - (last * axis.Dilation)) % axis.Stride != 0)
        {
            last--;
        }

        return new PatchAxis
        {
            Count = Math.Max(axis.Input - remainder + axis.Stride - 1, 0) / axis.Stride,
            Start = (remainder + axis.PadBefore - (last * axis.Dilation)) / axis.Stride,
            Step = 1,
            Window = last < 0 ? 0 : (last / kernelStep) + 1,
            WindowStep = axis.Dilation / divisor,
            Source = axis.Output,
            KernelStart = last,
            KernelStep = -kernelStep,
            Kernel = axis.Window,
            Target = remainder,
            TargetStep = axis.Stride,
            TargetLength = axis.Input,
        };
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }
}
