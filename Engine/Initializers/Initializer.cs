using System.Numerics;
using Engine.Numerics;

namespace Engine.Initializers;

/// <summary>
/// Draws the first values of a parameter: a function of the random source, the same on any machine. Derive for your own: one
/// class, no state of a call.
/// </summary>
public abstract class Initializer
{
    /// <summary>All 0.</summary>
    public static Initializer Zeros { get; } = new ConstantInitializer("zeros", 0);

    /// <summary>All 1.</summary>
    public static Initializer Ones { get; } = new ConstantInitializer("ones", 1);

    /// <summary>Uniform with limit √(6 / (in + out)) (Glorot and Bengio 2010, eq. 16).</summary>
    public static Initializer GlorotUniform { get; } =
        new VarianceScalingInitializer("glorot_uniform", 1, FanMode.FanAverage, RandomDistribution.Uniform);

    /// <summary>Truncated normal with variance 2 / (in + out) (Glorot and Bengio 2010).</summary>
    public static Initializer GlorotNormal { get; } =
        new VarianceScalingInitializer("glorot_normal", 1, FanMode.FanAverage, RandomDistribution.TruncatedNormal);

    /// <summary>Uniform with limit √(6 / in), for relu (He et al. 2015).</summary>
    public static Initializer HeUniform { get; } =
        new VarianceScalingInitializer("he_uniform", 2, FanMode.FanIn, RandomDistribution.Uniform);

    /// <summary>Truncated normal with variance 2 / in, for relu (He et al. 2015, eq. 10).</summary>
    public static Initializer HeNormal { get; } =
        new VarianceScalingInitializer("he_normal", 2, FanMode.FanIn, RandomDistribution.TruncatedNormal);

    /// <summary>Uniform with limit √(3 / in) (LeCun et al. 1998).</summary>
    public static Initializer LecunUniform { get; } =
        new VarianceScalingInitializer("lecun_uniform", 1, FanMode.FanIn, RandomDistribution.Uniform);

    /// <summary>Truncated normal with variance 1 / in, for selu (LeCun et al. 1998; Klambauer et al. 2017).</summary>
    public static Initializer LecunNormal { get; } =
        new VarianceScalingInitializer("lecun_normal", 1, FanMode.FanIn, RandomDistribution.TruncatedNormal);

    /// <summary>The name in files and messages: "glorot_uniform", ...</summary>
    public abstract string Name { get; }

    /// <summary>The numbers that, with the name, define the initializer; empty where there are none.</summary>
    public virtual IReadOnlyDictionary<string, double> Parameters => Configuration.Empty;

    /// <summary>All the same.</summary>
    /// <param name="value">Any finite number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public static Initializer Constant(double value) => new ConstantInitializer("constant", value);

    /// <summary>Normal with mean 0.</summary>
    /// <param name="deviation">The standard deviation: at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative or not finite.</exception>
    public static Initializer RandomNormal(double deviation = 0.05) => new RandomNormalInitializer(deviation);

    /// <summary>Uniform on [−limit, limit).</summary>
    /// <param name="limit">At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is negative or not finite.</exception>
    public static Initializer RandomUniform(double limit = 0.05) => new RandomUniformInitializer(limit);

    /// <summary>Normal with mean 0, drawn again where it is farther than two deviations from 0.</summary>
    /// <param name="deviation">The standard deviation before the cut: at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative or not finite.</exception>
    public static Initializer TruncatedNormal(double deviation = 0.05) => new TruncatedNormalInitializer(deviation);

    /// <summary>Mean 0 and variance scale / fan.</summary>
    /// <param name="scale">Above 0.</param>
    /// <param name="mode">Which fan: the inputs of a unit, its outputs, or their average.</param>
    /// <param name="distribution">
    /// The distribution; a truncated normal is widened so that the variance holds after the cut.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not above 0.</exception>
    public static Initializer VarianceScaling(
        double scale = 1,
        FanMode mode = FanMode.FanIn,
        RandomDistribution distribution = RandomDistribution.TruncatedNormal) =>
        new VarianceScalingInitializer("variance_scaling", scale, mode, distribution);

    /// <summary>
    /// Orthonormal rows or columns, whichever are fewer, times a gain (Saxe et al. 2014), the shape seen as a matrix
    /// [all axes but the last, the last]. Uniform over all such matrices.
    /// </summary>
    /// <param name="gain">Any finite number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The gain is not finite.</exception>
    public static Initializer Orthogonal(double gain = 1) => new OrthogonalInitializer(gain);

    /// <summary>Finds a built-in initializer by name.</summary>
    /// <param name="name">Its <see cref="Name"/>.</param>
    /// <param name="parameters">Its <see cref="Parameters"/>; a parameter that is missing takes its default.</param>
    /// <exception cref="ArgumentException">No built-in initializer has this name, or it has no such parameter.</exception>
    public static Initializer FromName(string name, IReadOnlyDictionary<string, double>? parameters = null)
    {
        var reader = new ConfigurationReader("Initializer", name, parameters);
        Initializer initializer = name switch
        {
            "zeros" => Zeros,
            "ones" => Ones,
            "constant" => Constant(reader.Get("value", 0)),
            "random_normal" => RandomNormal(reader.Get("deviation", 0.05)),
            "random_uniform" => RandomUniform(reader.Get("limit", 0.05)),
            "truncated_normal" => TruncatedNormal(reader.Get("deviation", 0.05)),
            "variance_scaling" => VarianceScaling(
                reader.Get("scale", 1),
                (FanMode)reader.GetInteger("mode", (int)FanMode.FanIn),
                (RandomDistribution)reader.GetInteger("distribution", (int)RandomDistribution.TruncatedNormal)),
            "glorot_uniform" => GlorotUniform,
            "glorot_normal" => GlorotNormal,
            "he_uniform" => HeUniform,
            "he_normal" => HeNormal,
            "lecun_uniform" => LecunUniform,
            "lecun_normal" => LecunNormal,
            "orthogonal" => Orthogonal(reader.Get("gain", 1)),
            _ => throw reader.UnknownName(
                "zeros", "ones", "constant", "random_normal", "random_uniform", "truncated_normal", "variance_scaling",
                "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "orthogonal"),
        };
        reader.ThrowIfUnread();
        return initializer;
    }

    /// <summary>Fills a parameter with its first values.</summary>
    /// <param name="values">All values of the parameter, row-major, overwritten.</param>
    /// <param name="shape">The parameter's shape: kernels end in [in, out].</param>
    /// <param name="random">The source to draw from.</param>
    public abstract void Fill<T>(Span<T> values, Shape shape, in RandomSource random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The name and the parameters.</summary>
    public override string ToString() => Configuration.Text(Name, Parameters);
}
