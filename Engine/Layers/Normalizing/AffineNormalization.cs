using System.Numerics;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Normalization with a scale γ and a shift β that are learned: y = γ · (x − μ) / √(σ² + ε) + β. What the layers that differ in
/// where μ and σ² come from have in common.
/// </summary>
public abstract class AffineNormalization : SimpleLayer
{
    private Parameter? _gamma;
    private Parameter? _beta;

    private protected AffineNormalization(
        double epsilon,
        bool center,
        bool scale,
        Initializer? betaInitializer,
        Initializer? gammaInitializer,
        Regularizer? betaRegularizer,
        Regularizer? gammaRegularizer,
        Constraint? betaConstraint,
        Constraint? gammaConstraint)
    {
        if (!(epsilon > 0 && double.IsFinite(epsilon)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{Kind}: expected an epsilon above 0, got {epsilon}."));
        }

        Epsilon = epsilon;
        Center = center;
        Scale = scale;
        BetaInitializer = betaInitializer ?? Initializer.Zeros;
        GammaInitializer = gammaInitializer ?? Initializer.Ones;
        BetaRegularizer = betaRegularizer;
        GammaRegularizer = gammaRegularizer;
        BetaConstraint = betaConstraint;
        GammaConstraint = gammaConstraint;
    }

    /// <summary>What is added to the variance, so that a constant is not divided by zero.</summary>
    public double Epsilon { get; }

    /// <summary>Whether β is added.</summary>
    public bool Center { get; }

    /// <summary>Whether the result is multiplied by γ.</summary>
    public bool Scale { get; }

    /// <summary>First values of β.</summary>
    public Initializer BetaInitializer { get; }

    /// <summary>First values of γ.</summary>
    public Initializer GammaInitializer { get; }

    /// <summary>The penalty on β, if any.</summary>
    public Regularizer? BetaRegularizer { get; }

    /// <summary>The penalty on γ, if any.</summary>
    public Regularizer? GammaRegularizer { get; }

    /// <summary>What β must satisfy after each step, if anything.</summary>
    public Constraint? BetaConstraint { get; }

    /// <summary>What γ must satisfy after each step, if anything.</summary>
    public Constraint? GammaConstraint { get; }

    /// <summary>The scale; null before the layer is used, or without one.</summary>
    public Parameter? Gamma => _gamma;

    /// <summary>The shift; null before the layer is used, or without one.</summary>
    public Parameter? Beta => _beta;

    /// <inheritdoc/>
    public override Reads BackwardReads => Reads.Input;

    /// <inheritdoc/>
    public override bool CanRunInPlace => true;

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("epsilon", Epsilon);
        writer.Write("center", Center);
        writer.Write("scale", Scale);
        writer.Write("beta_initializer", BetaInitializer);
        writer.Write("gamma_initializer", GammaInitializer);
        writer.Write("beta_regularizer", BetaRegularizer);
        writer.Write("gamma_regularizer", GammaRegularizer);
        writer.Write("beta_constraint", BetaConstraint);
        writer.Write("gamma_constraint", GammaConstraint);
    }

    /// <summary>Makes γ and β, in Keras's order.</summary>
    private protected void AddScaleAndShift(Shape shape, ParameterFactory parameters)
    {
        _gamma = Scale ? parameters.Add("gamma", shape, GammaInitializer, GammaRegularizer, GammaConstraint) : null;
        _beta = Center ? parameters.Add("beta", shape, BetaInitializer, BetaRegularizer, BetaConstraint) : null;
    }

    /// <summary>γ, or ones in the memory given.</summary>
    private protected ReadOnlySpan<T> GammaOr<T>(Span<T> ones, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_gamma is not null)
        {
            return pass.Values(_gamma);
        }

        ones.Fill(T.One);
        return ones;
    }

    /// <summary>β, or zeros in the memory given.</summary>
    private protected ReadOnlySpan<T> BetaOr<T>(Span<T> zeros, in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (_beta is not null)
        {
            return pass.Values(_beta);
        }

        zeros.Clear();
        return zeros;
    }

    /// <summary>The gradient of γ; empty if it is not wanted or there is none.</summary>
    private protected Span<T> GammaGradient<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => _gamma is null ? [] : pass.Gradient(_gamma);

    /// <summary>The gradient of β; empty if it is not wanted or there is none.</summary>
    private protected Span<T> BetaGradient<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => _beta is null ? [] : pass.Gradient(_beta);
}
