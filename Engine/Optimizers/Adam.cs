using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// Adam (Kingma and Ba 2015, with the bias correction of its section 2 in the step length):
/// m ← m + (g − m)(1 − β₁), v ← v + (g² − v)(1 − β₂), w ← w − lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε).
/// </summary>
/// <remarks>
/// A gradient below 2 √(2⁻¹²⁶ / (1 − β₂)), in double 2 √(2⁻¹⁰²² / (1 − β₂)), counts as 0: with the usual β₂ below 7e-18 and 1e-152.
/// </remarks>
public sealed class Adam : Optimizer
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="beta1">β₁ in [0, 1): how much of the mean gradient is kept.</param>
    /// <param name="beta2">β₂ in [0, 1): how much of the mean squared gradient is kept.</param>
    /// <param name="epsilon">Above 0: bounds the step where gradients vanish.</param>
    /// <param name="amsgrad">Whether to divide by the largest v so far (Reddi et al. 2018).</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Adam(
        double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7, bool amsgrad = false)
        : base(learningRate)
    {
        Beta1 = Guard.Fraction(beta1, nameof(Adam), nameof(beta1));
        Beta2 = Guard.Fraction(beta2, nameof(Adam), nameof(beta2));
        Epsilon = Guard.Positive(epsilon, nameof(Adam), nameof(epsilon));
        Amsgrad = amsgrad;
        SlotNames = amsgrad ? ["momentum", "velocity", "velocity_hat"] : ["momentum", "velocity"];
    }

    /// <summary>Makes the optimizer with a learning rate that changes by the step.</summary>
    /// <param name="learningRate">The schedule.</param>
    /// <param name="beta1">β₁ in [0, 1): how much of the mean gradient is kept.</param>
    /// <param name="beta2">β₂ in [0, 1): how much of the mean squared gradient is kept.</param>
    /// <param name="epsilon">Above 0: bounds the step where gradients vanish.</param>
    /// <param name="amsgrad">Whether to divide by the largest v so far (Reddi et al. 2018).</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Adam(
        LearningRateSchedule learningRate, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7, bool amsgrad = false)
        : this(0, beta1, beta2, epsilon, amsgrad)
    {
        ArgumentNullException.ThrowIfNull(learningRate);
        Schedule = learningRate;
    }

    /// <inheritdoc/>
    public override string Name => "adam";

    /// <summary>β₁: how much of the mean gradient is kept.</summary>
    public double Beta1 { get; }

    /// <summary>β₂: how much of the mean squared gradient is kept.</summary>
    public double Beta2 { get; }

    /// <summary>ε: bounds the step where gradients vanish.</summary>
    public double Epsilon { get; }

    /// <summary>Whether the largest v so far divides.</summary>
    public bool Amsgrad { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames { get; }

    /// <inheritdoc/>
    public override void Update<T>(Span<T> w, ReadOnlySpan<T> g, OptimizerSlots<T> slots, in UpdateStep step)
    {
        double rate = step.LearningRate
            * Math.Sqrt(1 - Math.Pow(Beta2, step.Iteration)) / (1 - Math.Pow(Beta1, step.Iteration));
        Vector<T> minusRate = VectorMath.Constant<T>(-rate), epsilon = VectorMath.Constant<T>(Epsilon);
        Vector<T> gain1 = VectorMath.Constant<T>(1 - Beta1), gain2 = VectorMath.Constant<T>(1 - Beta2);
        Vector<T> floor = Subnormals.FloorOfSquared<T>(1 - Beta2);
        if (Amsgrad)
        {
            UpdateLoop.Run(w, g, slots[0], slots[1], slots[2], new AmsgradRule<T>(minusRate, gain1, gain2, epsilon, floor));
        }
        else
        {
            UpdateLoop.Run(w, g, slots[0], slots[1], default, new AdamRule<T>(minusRate, gain1, gain2, epsilon, floor));
        }
    }

    /// <inheritdoc/>
    protected override void Describe(IDictionary<string, double> parameters)
    {
        parameters["beta_1"] = Beta1;
        parameters["beta_2"] = Beta2;
        parameters["epsilon"] = Epsilon;
        parameters["amsgrad"] = Amsgrad ? 1 : 0;
    }

    private readonly struct AdamRule<T>(
        Vector<T> minusRate, Vector<T> gain1, Vector<T> gain2, Vector<T> epsilon, Vector<T> floor) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke(ref Vector<T> w, Vector<T> g, ref Vector<T> slot0, ref Vector<T> slot1, ref Vector<T> slot2)
        {
            g = Subnormals.Flush(g, floor);
            slot0 = Subnormals.Flush(Simd.MultiplyAdd(g - slot0, gain1, slot0), gain1 * floor);
            slot1 = Subnormals.FlushSquares(Simd.MultiplyAdd(Simd.MultiplyAdd(g, g, -slot1), gain2, slot1));
            w = Simd.MultiplyAdd(minusRate, slot0 / (Vector.SquareRoot(slot1) + epsilon), w);
        }
    }

    private readonly struct AmsgradRule<T>(
        Vector<T> minusRate, Vector<T> gain1, Vector<T> gain2, Vector<T> epsilon, Vector<T> floor) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke(ref Vector<T> w, Vector<T> g, ref Vector<T> slot0, ref Vector<T> slot1, ref Vector<T> slot2)
        {
            g = Subnormals.Flush(g, floor);
            slot0 = Subnormals.Flush(Simd.MultiplyAdd(g - slot0, gain1, slot0), gain1 * floor);
            slot1 = Subnormals.FlushSquares(Simd.MultiplyAdd(Simd.MultiplyAdd(g, g, -slot1), gain2, slot1));
            slot2 = Vector.ConditionalSelect(Vector.LessThan(slot1, slot2), slot2, slot1);
            w = Simd.MultiplyAdd(minusRate, slot0 / (Vector.SquareRoot(slot2) + epsilon), w);
        }
    }
}
