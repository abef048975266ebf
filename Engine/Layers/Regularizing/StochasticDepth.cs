using System.Globalization;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>
/// Stochastic depth: in training a whole sample is zero with probability <see cref="DropoutLayer.Rate"/> and otherwise grows by
/// 1 / (1 − rate); in inference nothing happens. It stands at the end of a residual branch, before the <see cref="Add"/>, so that
/// the block is left out for that sample.
/// </summary>
/// <remarks>
/// Huang, Sun, Liu, Sedra and Weinberger, "Deep networks with stochastic depth", ECCV 2016, section 3. Input and output
/// <c>[n, ...]</c>. E[y] = x. Where it differs: the paper draws once a batch and scales by the survival probability at test time;
/// here each sample has its own draw, and scaling is done in training, as is usual since.
/// </remarks>
/// <example>
/// <code>
/// Node branch = new Dense(64).Apply(new Dense(64, ActivationFunction.ReLU).Apply(x));
/// x = new Add().Apply(x, new StochasticDepth(StochasticDepth.LinearDecay(block, blocks, finalRate: 0.5)).Apply(branch));
/// </code>
/// </example>
public sealed class StochasticDepth : DropoutLayer
{
    /// <summary>Makes the layer.</summary>
    /// <param name="rate">The probability of dropping a sample's branch, 0 to 1; 0 changes nothing, 1 gives zeros.</param>
    /// <param name="seed">A seed of its own; if null the draws follow Fit's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1] or not a number.</exception>
    public StochasticDepth(double rate, ulong? seed = null)
        : base(rate, seed)
    {
    }

    /// <summary>
    /// The rate of a block under the paper's linear decay of survival, eq. 4: 1 − p(l) = (l / L) (1 − p(L)). Early blocks, on which
    /// all others build, are left out least.
    /// </summary>
    /// <param name="block">The block, l: from 1 to <paramref name="blocks"/>.</param>
    /// <param name="blocks">The number of residual blocks of the model, L.</param>
    /// <param name="finalRate">The rate of the last block, 1 − p(L), 0 to 1: 0.5 in the paper.</param>
    /// <returns>The rate of the block.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The block or the final rate is outside its range.</exception>
    public static double LinearDecay(int block, int blocks, double finalRate = 0.5)
    {
        if (block < 1 || block > blocks)
        {
            throw new ArgumentOutOfRangeException(
                nameof(block), $"StochasticDepth.LinearDecay: expected a block from 1 to {blocks}, got {block}.");
        }

        return finalRate is >= 0 and <= 1 ? finalRate * block / blocks : throw new ArgumentOutOfRangeException(
            nameof(finalRate),
            string.Create(
                CultureInfo.InvariantCulture,
                $"StochasticDepth.LinearDecay: expected a final rate from 0 to 1, got {finalRate}."));
    }

    /// <summary>
    /// Gives all stochastic depths of a model, in the order of its layers, the rates of <see cref="LinearDecay(int, int, double)"/>.
    /// </summary>
    /// <param name="model">The model, or any layer that holds others.</param>
    /// <param name="finalRate">The rate of the last block, 1 − p(L), 0 to 1: 0.5 in the paper.</param>
    /// <exception cref="ArgumentException">The model has no stochastic depth.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The final rate is outside its range.</exception>
    public static void LinearDecay(Layer model, double finalRate = 0.5)
    {
        ArgumentNullException.ThrowIfNull(model);
        StochasticDepth[] blocks = [.. AllOf(model).Distinct()];
        if (blocks.Length == 0)
        {
            throw new ArgumentException(
                $"StochasticDepth.LinearDecay: expected a model with layers of stochastic depth, got {model.Title} with none.",
                nameof(model));
        }

        // Before any rate is set, since the last may be refused.
        double[] rates = [.. blocks.Select((_, i) => LinearDecay(i + 1, blocks.Length, finalRate))];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i].Rate = rates[i];
        }
    }

    /// <inheritdoc/>
    public override bool DrawsByRow => true;

    /// <inheritdoc/>
    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass) => Mask(x, y, pass);

    /// <inheritdoc/>
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
        Mask(dy, dx, pass);

    /// <inheritdoc/>
    protected override Shape Build(Shape input, ParameterFactory parameters) => input;

    private static IEnumerable<StochasticDepth> AllOf(Layer layer) =>
        layer is StochasticDepth depth ? [depth] : layer.Children.SelectMany(AllOf);

    // y = x · survives / keep, one draw a sample; the same for the gradients.
    private void Mask<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        if (MaskDraws.CopiesUnmasked(x, y, Rate, pass))
        {
            return;
        }

        Engine.Numerics.RandomSource random = MaskDraws.RandomOf(Seed, pass);
        int size = x.Length / pass.Batch;
        double scale = DropoutRate.Scale<double>();
        for (int row = 0; row < pass.Batch; row++)
        {
            Span<T> to = y.Slice(row * size, size);
            if (DropoutKernels.Keeps(DropoutRate, random, MaskDraws.KeyOf(row, pass.RowKeys), 0))
            {
                Elementwise.Scale(scale, x.Slice(row * size, size), to);
            }
            else
            {
                to.Clear();
            }
        }
    }
}
