using System.Numerics;
using Engine.Numerics;

namespace Engine.Activations;

/// <summary>
/// A nonlinearity y = f(x) and its gradient. The built-in ones are static members, to be used as
/// <c>using static Engine.Activations.ActivationFunction;</c> and <c>new Dense(64, ReLU)</c>. Derive for your own: one class,
/// no state of a call.
/// </summary>
public abstract class ActivationFunction
{
    /// <summary>f(x) = x.</summary>
    public static ActivationFunction Linear { get; } = new LinearActivation();

    /// <summary>f(x) = max(x, 0); f'(0) = 0.</summary>
    public static ActivationFunction ReLU { get; } = new ReluActivation();

    /// <summary>f(x) = min(max(x, 0), 6); f' is 0 at 0 and at 6 (Krizhevsky 2010; Sandler et al. 2018, MobileNetV2).</summary>
    public static ActivationFunction ReLU6 { get; } = new Relu6Activation();

    /// <summary>The scaled exponential linear unit: λx for x &gt; 0, λα(exp(x) − 1) otherwise (Klambauer et al. 2017).</summary>
    public static ActivationFunction SELU { get; } = new SeluActivation();

    /// <summary>The Gaussian error linear unit, exact: x · Φ(x) (Hendrycks and Gimpel 2016).</summary>
    public static ActivationFunction GELU { get; } = new GeluActivation();

    /// <summary>1 / (1 + exp(−x)).</summary>
    public static ActivationFunction Sigmoid { get; } = new SigmoidActivation();

    /// <summary>relu6(x + 3) / 6, as Keras 3 has it (before 0.2x + 0.5); f' is 0 at −3 and at 3 (Howard et al. 2019, MobileNetV3).</summary>
    public static ActivationFunction HardSigmoid { get; } = new HardSigmoidActivation();

    /// <summary>The hyperbolic tangent.</summary>
    public static ActivationFunction Tanh { get; } = new TanhActivation();

    /// <summary>exp(xᵢ) / Σ exp(xⱼ) over the last axis.</summary>
    public static ActivationFunction Softmax { get; } = new SoftmaxActivation();

    /// <summary>log(1 + exp(x)).</summary>
    public static ActivationFunction Softplus { get; } = new SoftplusActivation();

    /// <summary>x / (1 + exp(−x)), also known as swish.</summary>
    public static ActivationFunction SiLU { get; } = new SiluActivation();

    /// <summary>The name in files and messages: "relu", "leaky_relu", ...</summary>
    public abstract string Name { get; }

    /// <summary>The numbers that, with the name, define the function; empty where there are none.</summary>
    public virtual IReadOnlyDictionary<string, double> Parameters => Configuration.Empty;

    /// <summary>What <see cref="Backward"/> reads; whatever is not named here may be empty there.</summary>
    public abstract ActivationReads BackwardReads { get; }

    /// <summary>Whether each element of y depends on the same element of x only. False for softmax.</summary>
    public virtual bool IsElementwise => true;

    /// <summary>x for x &gt; 0, <paramref name="negativeSlope"/> · x otherwise.</summary>
    /// <param name="negativeSlope">The slope below zero: at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The slope is negative or not finite.</exception>
    public static ActivationFunction LeakyReLU(double negativeSlope = 0.2) => new LeakyReluActivation(negativeSlope);

    /// <summary>The exponential linear unit: x for x &gt; 0, α(exp(x) − 1) otherwise (Clevert et al. 2015).</summary>
    /// <param name="alpha">The limit far below zero, as −α: at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">α is negative or not finite.</exception>
    public static ActivationFunction ELU(double alpha = 1) => new EluActivation(alpha);

    /// <summary>Finds a built-in activation by name.</summary>
    /// <param name="name">Its <see cref="Name"/>.</param>
    /// <param name="parameters">Its <see cref="Parameters"/>; a parameter that is missing takes its default.</param>
    /// <exception cref="ArgumentException">No built-in activation has this name, or it has no such parameter.</exception>
    public static ActivationFunction FromName(string name, IReadOnlyDictionary<string, double>? parameters = null)
    {
        var reader = new ConfigurationReader("ActivationFunction", name, parameters);
        ActivationFunction activation = name switch
        {
            "linear" => Linear,
            "relu" => ReLU,
            "relu6" => ReLU6,
            "leaky_relu" => LeakyReLU(reader.Get("negative_slope", 0.2)),
            "elu" => ELU(reader.Get("alpha", 1)),
            "selu" => SELU,
            "gelu" => GELU,
            "sigmoid" => Sigmoid,
            "hard_sigmoid" => HardSigmoid,
            "tanh" => Tanh,
            "softmax" => Softmax,
            "softplus" => Softplus,
            "silu" => SiLU,
            _ => throw reader.UnknownName(
                "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "sigmoid", "hard_sigmoid", "tanh", "softmax", "softplus",
                "silu"),
        };
        reader.ThrowIfUnread();
        return activation;
    }

    /// <summary>y = f(x), overwritten.</summary>
    /// <param name="x">Any number of rows of <paramref name="rowLength"/> elements.</param>
    /// <param name="y">As many elements as x; may be x exactly.</param>
    /// <param name="rowLength">The length of the last axis; elementwise functions do not need it.</param>
    public abstract void Forward<T>(ReadOnlySpan<T> x, Span<T> y, int rowLength)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>dx = f'(x) · dy, overwritten.</summary>
    /// <param name="x">The input of forward; may be empty where <see cref="BackwardReads"/> does not name it.</param>
    /// <param name="y">The output of forward; may be empty where <see cref="BackwardReads"/> does not name it.</param>
    /// <param name="dy">The gradient with respect to y.</param>
    /// <param name="dx">As many elements as dy; may be dy exactly.</param>
    /// <param name="rowLength">The length of the last axis; elementwise functions do not need it.</param>
    public abstract void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, int rowLength)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The name and the parameters: <c>leaky_relu(negative_slope: 0.2)</c>.</summary>
    public override string ToString() => Configuration.Text(Name, Parameters);
}
