using System.Numerics;
using System.Runtime.CompilerServices;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// Stochastic gradient descent: w ← w − lr · g. With momentum μ: m ← μ m − lr · g, w ← w + m; in Nesterov's form
/// w ← w + μ m − lr · g with the new m (Sutskever et al. 2013).
/// </summary>
/// <remarks>A gradient below 2⁻¹⁰⁰, in double 2⁻¹⁰⁰⁰, counts as 0.</remarks>
public sealed class SGD : Optimizer
{
    /// <summary>Makes the optimizer.</summary>
    /// <param name="learningRate">At least 0.</param>
    /// <param name="momentum">μ in [0, 1); 0 keeps no memory.</param>
    /// <param name="nesterov">Whether the step looks ahead along the momentum.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public SGD(double learningRate = 0.01, double momentum = 0, bool nesterov = false)
        : base(learningRate)
    {
        Momentum = Guard.Fraction(momentum, nameof(SGD), nameof(momentum));
        Nesterov = nesterov;
        SlotNames = momentum > 0 ? ["momentum"] : [];
    }

    /// <summary>Makes the optimizer with a learning rate that changes by the step.</summary>
    /// <param name="learningRate">The schedule.</param>
    /// <param name="momentum">μ in [0, 1); 0 keeps no memory.</param>
    /// <param name="nesterov">Whether the step looks ahead along the momentum.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public SGD(LearningRateSchedule learningRate, double momentum = 0, bool nesterov = false)
        : this(0, momentum, nesterov)
    {
        ArgumentNullException.ThrowIfNull(learningRate);
        Schedule = learningRate;
    }

    /// <inheritdoc/>
    public override string Name => "sgd";

    /// <summary>μ: the part of the last step that is made again.</summary>
    public double Momentum { get; }

    /// <summary>Whether the step looks ahead along the momentum.</summary>
    public bool Nesterov { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SlotNames { get; }

    /// <inheritdoc/>
    public override void Update<T>(Span<T> w, ReadOnlySpan<T> g, OptimizerSlots<T> slots, in UpdateStep step)
    {
        Vector<T> rate = VectorMath.Constant<T>(-step.LearningRate);
        Vector<T> momentum = VectorMath.Constant<T>(Momentum);
        if (Momentum == 0)
        {
            UpdateLoop.Run(w, g, default, default, default, new PlainRule<T>(rate));
        }
        else if (Nesterov)
        {
            UpdateLoop.Run(w, g, slots[0], default, default, new NesterovRule<T>(rate, momentum));
        }
        else
        {
            UpdateLoop.Run(w, g, slots[0], default, default, new MomentumRule<T>(rate, momentum));
        }
    }

    /// <inheritdoc/>
    protected override void Describe(IDictionary<string, double> parameters)
    {
        parameters["momentum"] = Momentum;
        parameters["nesterov"] = Nesterov ? 1 : 0;
    }

    private readonly struct PlainRule<T>(Vector<T> rate) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke(ref Vector<T> w, Vector<T> g, ref Vector<T> slot0, ref Vector<T> slot1, ref Vector<T> slot2)
        {
            w = Simd.MultiplyAdd(rate, Subnormals.Flush(g, Subnormals.Floor<T>()), w);
        }
    }

    private readonly struct MomentumRule<T>(Vector<T> rate, Vector<T> momentum) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke(ref Vector<T> w, Vector<T> g, ref Vector<T> slot0, ref Vector<T> slot1, ref Vector<T> slot2)
        {
            Vector<T> move = rate * Subnormals.Flush(g, Subnormals.Floor<T>());
            slot0 = Subnormals.Flush(Simd.MultiplyAdd(momentum, slot0, move), Subnormals.Floor<T>());
            w += slot0;
        }
    }

    private readonly struct NesterovRule<T>(Vector<T> rate, Vector<T> momentum) : IUpdateRule<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static int SlotCount => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke(ref Vector<T> w, Vector<T> g, ref Vector<T> slot0, ref Vector<T> slot1, ref Vector<T> slot2)
        {
            Vector<T> move = rate * Subnormals.Flush(g, Subnormals.Floor<T>());
            slot0 = Subnormals.Flush(Simd.MultiplyAdd(momentum, slot0, move), Subnormals.Floor<T>());
            w += Simd.MultiplyAdd(momentum, slot0, move);
        }
    }
}
