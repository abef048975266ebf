using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Initializers;

/// <summary>Normal with mean 0.</summary>
internal sealed class RandomNormalInitializer : Initializer
{
    private readonly double _deviation;

    public RandomNormalInitializer(double deviation)
    {
        _deviation = Guard.NonNegative(deviation, "RandomNormal", nameof(deviation));
        Parameters = Configuration.Of(("deviation", deviation));
    }

    public override string Name => "random_normal";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override void Fill<T>(Span<T> values, Shape shape, in RandomSource random)
    {
        random.FillNormal(values);
        Elementwise.Scale(_deviation, values, values);
    }
}
