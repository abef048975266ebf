using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// RMSprop (Tieleman and Hinton 2012): v ← ρ v + (1 − ρ) g², w ← w − lr · g / √(v + ε). Centered: a ← ρ a + (1 − ρ) g, and
/// v − a² in place of v. With momentum μ: m ← μ m + lr · g / √(v + ε), w ← w − m.
/// </summary>
/// <remarks>
/// A gradient below 2 √(2⁻¹²⁶ / (1 − ρ)), in double 2 √(2⁻¹⁰²² / (1 − ρ)), counts as 0: with the usual ρ below 7e-19 and 1e-153.
/// Centered, (1 − ρ)² stands in place of 1 − ρ.
/// </remarks>
public sealed class RMSprop : Optimizer
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="rho">ρ in [0, 1): how much of the mean squared gradient is kept.</param>
    /// <param name="momentum">μ in [0, 1); 0 keeps no moves.</param>
    /// <param name="epsilon">Above 0: inside the root.</param>
    /// <param name="centered">Whether to divide by the variance of the gradient, not its mean square.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public RMSprop(
        double learningRate = 1e-3, double rho = 0.9, double momentum = 0, double epsilon = 1e-7, bool centered = false)
        : base(learningRate)
    {
        Rho = Guard.Fraction(rho, nameof(RMSprop), nameof(rho));
        Momentum = Guard.Fraction(momentum, nameof(RMSprop), nameof(momentum));
        Epsilon = Guard.Positive(epsilon, nameof(RMSprop), nameof(epsilon));
        Centered = centered;
        SlotNames = (momentum > 0, centered) switch
        {
            (false, false) => ["velocity"],
            (true, false) => ["velocity", "momentum"],
            (false, true) => ["velocity", "average_gradient"],
            (true, true) => ["velocity", "momentum", "average_gradient"],
        };
    }

    /// <summary>Makes the optimizer with a learning rate that changes by the step.</summary>
    /// <param name="learningRate">The schedule.</param>
    /// <param name="rho">ρ in [0, 1): how much of the mean squared gradient is kept.</param>
    /// <param name="momentum">μ in [0, 1); 0 keeps no moves.</param>
    /// <param name="epsilon">Above 0: inside the root.</param>
    /// <param name="centered">Whether to divide by the variance of the gradient, not its mean square.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public RMSprop(
        LearningRateSchedule learningRate, double rho = 0.9, double momentum = 0, double epsilon = 1e-7, bool centered = false)
        : this(0, rho, momentum, epsilon, centered)
    {
        ArgumentNullException.ThrowIfNull(learningRate);
        Schedule = learningRate;
    }

    /// <inheritdoc/>
    public override string Name => "rmsprop";

    /// <summary>ρ: how much of the mean squared gradient is kept.</summary>
    public double Rho { get; }

    /// <summary>μ: the part of the last move that is made again.</summary>
    public double Momentum { get; }

    /// <summary>ε, inside the root.</summary>
    public double Epsilon { get; }

    /// <summary>Whether the variance divides, not the mean square.</summary>
    public bool Centered { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames { get; }

    /// <inheritdoc/>
    public override void Update<T>(Span<T> w, ReadOnlySpan<T> g, OptimizerSlots<T> slots, in UpdateStep step)
    {
        Vector<T> rate = VectorMath.Constant<T>(step.LearningRate);
        Vector<T> rho = VectorMath.Constant<T>(Rho), gain = VectorMath.Constant<T>(1 - Rho);
        Vector<T> epsilon = VectorMath.Constant<T>(Epsilon), momentum = VectorMath.Constant<T>(Momentum);

        // Centered, the mean is squared too: of the smallest gradient that counts it is 1 − ρ of that.
        Vector<T> floor = Subnormals.FloorOfSquared<T>(Centered ? (1 - Rho) * (1 - Rho) : 1 - Rho);
        switch (Momentum > 0, Centered)
        {
            case (false, false):
                UpdateLoop.Run(w, g, slots[0], default, default, new PlainRule<T>(rate, rho, gain, epsilon, floor));
                break;
            case (true, false):
                UpdateLoop.Run(w, g, slots[0], slots[1], default, new MomentumRule<T>(rate, rho, gain, epsilon, momentum, floor));
                break;
            case (false, true):
                UpdateLoop.Run(w, g, slots[0], slots[1], default, new CenteredPlainRule<T>(rate, rho, gain, epsilon, floor));
                break;
            case (true, true):
                UpdateLoop.Run(
                    w, g, slots[0], slots[1], slots[2], new CenteredMomentumRule<T>(rate, rho, gain, epsilon, momentum, floor));
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Describe(IDictionary<string, double> parameters)
    {
        parameters["rho"] = Rho;
        parameters["momentum"] = Momentum;
        parameters["epsilon"] = Epsilon;
        parameters["centered"] = Centered ? 1 : 0;
    }

    private readonly struct PlainRule<T>(Vector<T> rate, Vector<T> rho, Vector<T> gain, Vector<T> epsilon, Vector<T> floor)
        : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke(ref Vector<T> w, Vector<T> g, ref Vector<T> slot0, ref Vector<T> slot1, ref Vector<T> slot2)
        {
            g = Subnormals.Flush(g, floor);
            slot0 = Subnormals.FlushSquares(Simd.MultiplyAdd(rho, slot0, gain * g * g));
            Vector<T> move = rate * g / Vector.SquareRoot(slot0 + epsilon);
            w -= move;
        }
    }

    private readonly struct MomentumRule<T>(
        Vector<T> rate, Vector<T> rho, Vector<T> gain, Vector<T> epsilon, Vector<T> momentum, Vector<T> floor) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke(ref Vector<T> w, Vector<T> g, ref Vector<T> slot0, ref Vector<T> slot1, ref Vector<T> slot2)
        {
            g = Subnormals.Flush(g, floor);
            slot0 = Subnormals.FlushSquares(Simd.MultiplyAdd(rho, slot0, gain * g * g));
            Vector<T> move = rate * g / Vector.SquareRoot(slot0 + epsilon);
            slot1 = Subnormals.Flush(Simd.MultiplyAdd(momentum, slot1, move), Subnormals.Floor<T>());
            w -= slot1;
        }
    }

    private readonly struct CenteredPlainRule<T>(
        Vector<T> rate, Vector<T> rho, Vector<T> gain, Vector<T> epsilon, Vector<T> floor) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke(ref Vector<T> w, Vector<T> g, ref Vector<T> slot0, ref Vector<T> slot1, ref Vector<T> slot2)
        {
            g = Subnormals.Flush(g, floor);
            slot0 = Subnormals.FlushSquares(Simd.MultiplyAdd(rho, slot0, gain * g * g));
            slot1 = Subnormals.Flush(Simd.MultiplyAdd(rho, slot1, gain * g), gain * floor);

            // Rounding can take the difference below zero, where the root would give NaN.
            Vector<T> variance = slot0 - (slot1 * slot1);
            variance = Vector.AndNot(variance, Vector.LessThan(variance, Vector<T>.Zero));
            Vector<T> move = rate * g / Vector.SquareRoot(variance + epsilon);
            w -= move;
        }
    }

    private readonly struct CenteredMomentumRule<T>(
        Vector<T> rate, Vector<T> rho, Vector<T> gain, Vector<T> epsilon, Vector<T> momentum, Vector<T> floor) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke(ref Vector<T> w, Vector<T> g, ref Vector<T> slot0, ref Vector<T> slot1, ref Vector<T> slot2)
        {
            g = Subnormals.Flush(g, floor);
            slot0 = Subnormals.FlushSquares(Simd.MultiplyAdd(rho, slot0, gain * g * g));
            slot2 = Subnormals.Flush(Simd.MultiplyAdd(rho, slot2, gain * g), gain * floor);

            // Rounding can take the difference below zero, where the root would give NaN.
            Vector<T> variance = slot0 - (slot2 * slot2);
            variance = Vector.AndNot(variance, Vector.LessThan(variance, Vector<T>.Zero));
            Vector<T> move = rate * g / Vector.SquareRoot(variance + epsilon);
            slot1 = Subnormals.Flush(Simd.MultiplyAdd(momentum, slot1, move), Subnormals.Floor<T>());
            w -= slot1;
        }
    }
}
