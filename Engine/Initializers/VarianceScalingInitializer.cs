using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Initializers;

/// <summary>Mean 0 and variance scale / fan.</summary>
internal sealed class VarianceScalingInitializer : Initializer
{
    private readonly double _scale;
    private readonly FanMode _mode;
    private readonly RandomDistribution _distribution;

    public VarianceScalingInitializer(string name, double scale, FanMode mode, RandomDistribution distribution)
    {
        Name = name;
        _scale = Guard.Positive(scale, "VarianceScaling", nameof(scale));
        _mode = Enum.IsDefined(mode) ? mode : throw Undefined(nameof(mode), (int)mode);
        _distribution = Enum.IsDefined(distribution) ? distribution : throw Undefined(nameof(distribution), (int)distribution);
        Parameters = name == "variance_scaling"
            ? Configuration.Of(("scale", scale), ("mode", (int)mode), ("distribution", (int)distribution))
            : Configuration.Empty;
    }

    public override string Name { get; }

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override void Fill<T>(Span<T> values, Shape shape, in RandomSource random)
    {
        (double fanIn, double fanOut) = Fans.Of(shape);
        double fan = _mode switch
        {
            FanMode.FanIn => fanIn,
            FanMode.FanOut => fanOut,
            _ => (fanIn + fanOut) / 2,
        };
        double variance = _scale / Math.Max(1, fan);
        switch (_distribution)
        {
            case RandomDistribution.TruncatedNormal:
                TruncatedNormalInitializer.Fill(values, Math.Sqrt(variance) / TruncatedNormalInitializer.DeviationOfCut, random);
                break;
            case RandomDistribution.Normal:
                random.FillNormal(values);
                Elementwise.Scale(Math.Sqrt(variance), values, values);
                break;
            default:
                RandomUniformInitializer.Fill(values, Math.Sqrt(3 * variance), random);
                break;
        }
    }

    private static ArgumentOutOfRangeException Undefined(string name, int value) =>
        new(name, $"VarianceScaling: expected a {name} of the enumeration, got {value}.");
}
