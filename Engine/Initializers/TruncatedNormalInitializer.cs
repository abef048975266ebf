using System.Numerics;
using Engine.Numerics;

namespace Engine.Initializers;

/// <summary>Normal with mean 0, cut at two deviations.</summary>
internal sealed class TruncatedNormalInitializer : Initializer
{
    /// <summary>The standard deviation of a standard normal number that is known to lie within [−2, 2].</summary>
    public const double DeviationOfCut = 0.87962566103423978;

    private readonly double _deviation;

    public TruncatedNormalInitializer(double deviation)
    {
        _deviation = Guard.NonNegative(deviation, "TruncatedNormal", nameof(deviation));
        Parameters = Configuration.Of(("deviation", deviation));
    }

    public override string Name => "truncated_normal";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override void Fill<T>(Span<T> values, Shape shape, in RandomSource random) => Fill(values, _deviation, random);

    /// <summary>deviation · z with z normal; a z outside [−2, 2] is drawn again, from the next row of the source.</summary>
    public static void Fill<T>(Span<T> values, double deviation, in RandomSource random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        random.FillNormal(values);
        T limit = T.CreateTruncating(2), scale = T.CreateTruncating(deviation);
        for (int i = 0; i < values.Length; i++)
        {
            T z = values[i];
            for (uint row = 1; T.Abs(z) > limit; row++)
            {
                z = T.CreateTruncating(random.Normal(i, row));
            }

            values[i] = z * scale;
        }
    }
}
