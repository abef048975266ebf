using System.Globalization;
using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// One rate up to the first boundary, another up to the second, and so on: values[i] where boundaries[i − 1] &lt; step ≤
/// boundaries[i]. Keras's PiecewiseConstantDecay: the update at a boundary still has the rate before it.
/// </summary>
/// <example><code>new PiecewiseConstantDecay([1000, 2000], [0.1, 0.03, 0.01])</code></example>
public sealed class PiecewiseConstantDecay : LearningRateSchedule
{
    internal const string KnownName = "piecewise_constant_decay";
    private const string BoundaryPrefix = "boundary_", ValuePrefix = "value_";

    private readonly long[] _boundaries;
    private readonly double[] _values;

    /// <summary>Makes the schedule.</summary>
    /// <param name="boundaries">The numbers of updates after which the rate changes: at least 0, growing.</param>
    /// <param name="values">The rates, one more than boundaries: at least 0.</param>
    /// <exception cref="ArgumentException">There is not one value more, or the boundaries do not grow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A boundary or a value is below 0, or a value is not finite.</exception>
    public PiecewiseConstantDecay(IReadOnlyList<long> boundaries, IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(boundaries);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count != boundaries.Count + 1)
        {
            throw new ArgumentException(
                $"PiecewiseConstantDecay: expected one value more than boundaries, got {boundaries.Count} boundaries and "
                + $"{values.Count} values. Give the rate after the last boundary as well.",
                nameof(values));
        }

        _boundaries = [.. boundaries.Select(
            boundary => Guard.AtLeast(0, boundary, nameof(PiecewiseConstantDecay), nameof(boundaries)))];
        _values = [.. values.Select(value => Guard.NonNegative(value, nameof(PiecewiseConstantDecay), nameof(values)))];
        for (int i = 1; i < _boundaries.Length; i++)
        {
            if (_boundaries[i] <= _boundaries[i - 1])
            {
                throw new ArgumentException(
                    $"PiecewiseConstantDecay: expected boundaries that grow, got {_boundaries[i]} after {_boundaries[i - 1]}.",
                    nameof(boundaries));
            }
        }
    }

    /// <inheritdoc/>
    public override string Name => KnownName;

    /// <summary>The numbers of updates after which the rate changes.</summary>
    public IReadOnlyList<long> Boundaries => _boundaries;

    /// <summary>The rates, one more than boundaries.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <inheritdoc/>
    public override double RateAt(long step)
    {
        int i = 0;
        while (i < _boundaries.Length && step > _boundaries[i])
        {
            i++;
        }

        return _values[i];
    }

    internal static PiecewiseConstantDecay Read(ConfigurationReader reader)
    {
        List<long> boundaries = [];
        List<double> values = [reader.Require(NameOf(ValuePrefix, 0))];
        while (reader.Find(NameOf(BoundaryPrefix, boundaries.Count)) is not null)
        {
            boundaries.Add(reader.RequireLong(NameOf(BoundaryPrefix, boundaries.Count)));
            values.Add(reader.Require(NameOf(ValuePrefix, values.Count)));
        }

        return new PiecewiseConstantDecay(boundaries, values);
    }

    /// <inheritdoc/>
    protected override void Describe(IDictionary<string, double> parameters)
    {
        for (int i = 0; i < _values.Length; i++)
        {
            parameters[NameOf(ValuePrefix, i)] = _values[i];
            if (i < _boundaries.Length)
            {
                parameters[NameOf(BoundaryPrefix, i)] = _boundaries[i];
            }
        }
    }

    private static string NameOf(string prefix, int index) => prefix + index.ToString(CultureInfo.InvariantCulture);
}
