using System.Numerics;
using Engine.Numerics;

namespace Engine.Initializers;

/// <summary>Uniform on [−limit, limit).</summary>
internal sealed class RandomUniformInitializer : Initializer
{
    private readonly double _limit;

    public RandomUniformInitializer(double limit)
    {
        _limit = Guard.NonNegative(limit, "RandomUniform", nameof(limit));
        Parameters = Configuration.Of(("limit", limit));
    }

    public override string Name => "random_uniform";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override void Fill<T>(Span<T> values, Shape shape, in RandomSource random) => Fill(values, _limit, random);

    /// <summary>limit · (2u − 1) with u uniform on [0, 1).</summary>
    public static void Fill<T>(Span<T> values, double limit, in RandomSource random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        random.FillUniform(values);
        T scale = T.CreateTruncating(limit), two = T.CreateTruncating(2);
        foreach (ref T value in values)
        {
            value = ((two * value) - T.One) * scale;
        }
    }
}
