using System.Globalization;
using System.Numerics;
using Engine.Kernels;

namespace Engine.Layers;

/// <summary>Dropout that is an option of another layer, on numbers inside it.</summary>
internal readonly struct DropoutOption
{
    private readonly DropoutRate _rate;
    private readonly double _value;

    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1); at 1 nothing would be left of the layer.</exception>
    public DropoutOption(string layer, double rate)
    {
        if (!(rate >= 0 && rate < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), string.Create(
                CultureInfo.InvariantCulture,
                $"{layer}: expected a dropout from 0 to below 1, the share that is dropped, got {rate}."));
        }

        _value = rate;
        _rate = new DropoutRate(rate);
    }

    /// <summary>The share that is dropped, as it was given.</summary>
    public double Rate => _value;

    /// <summary>Whether anything is dropped in this pass.</summary>
    public bool Acts<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => _value > 0 && pass.IsStochastic;

    /// <summary>y = x · mask / keep; the same mask in backward.</summary>
    /// <param name="x">A row a sample.</param>
    /// <param name="y">Overwritten; may be x.</param>
    /// <param name="seed">The layer's own, if it has one.</param>
    /// <param name="pass">The pass of the layer.</param>
    public void Apply<T>(ReadOnlySpan<T> x, Span<T> y, ulong? seed, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => DropoutKernels.Apply(
            x, y, x.Length / pass.Batch, _rate, MaskDraws.RandomOf(seed, pass), pass.RowKeys, pass.Threads);
}
