using System.Numerics;
using Engine.Numerics;

namespace Engine.Constraints;

/// <summary>
/// What the values of a parameter must keep: applied after each step. Derive for your own: one class, no state of a call.
/// </summary>
public abstract class Constraint
{
    /// <summary>The name in files and messages: "max_norm", "non_neg", "unit_norm".</summary>
    public abstract string Name { get; }

    /// <summary>The numbers that, with the name, define the constraint.</summary>
    public virtual IReadOnlyDictionary<string, double> Parameters => Configuration.Empty;

    /// <summary>
    /// Scales down whatever is longer than a maximum (Srivastava et al. 2014, section 5.1): w · min(‖w‖, max) / (ε + ‖w‖).
    /// </summary>
    /// <param name="max">The longest norm allowed: at least 0.</param>
    /// <param name="axis">
    /// The axis along which norms are taken: 0 for the weights into each unit of a kernel [in, out]. Negative: from the end.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is negative or not finite.</exception>
    public static Constraint MaxNorm(double max = 2, int axis = 0) => MaxNorm(max, [axis]);

    /// <summary>Scales down whatever is longer than a maximum, with norms over several axes.</summary>
    /// <param name="max">The longest norm allowed: at least 0.</param>
    /// <param name="axes">The axes: [0, 1, 2] for each filter of a convolution. Negative: from the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is negative or not finite.</exception>
    /// <exception cref="ArgumentException">No axis is given, or one twice.</exception>
    public static Constraint MaxNorm(double max, params ReadOnlySpan<int> axes) => new MaxNormConstraint(max, axes);

    /// <summary>Sets negative values to 0.</summary>
    public static Constraint NonNegative() => new NonNegativeConstraint();

    /// <summary>Scales to norm 1: w / (ε + ‖w‖).</summary>
    /// <param name="axis">The axis along which norms are taken. Negative: from the end.</param>
    public static Constraint UnitNorm(int axis = 0) => new UnitNormConstraint([axis]);

    /// <summary>Scales to norm 1, with norms over several axes.</summary>
    /// <param name="axes">The axes: [0, 1, 2] for each filter of a convolution. Negative: from the end.</param>
    /// <exception cref="ArgumentException">No axis is given, or one twice.</exception>
    public static Constraint UnitNorm(params ReadOnlySpan<int> axes) => new UnitNormConstraint(axes);

    /// <summary>Finds a built-in constraint by name.</summary>
    /// <param name="name">Its <see cref="Name"/>.</param>
    /// <param name="parameters">Its <see cref="Parameters"/>; a parameter that is missing takes its default.</param>
    /// <exception cref="ArgumentException">No built-in constraint has this name, or it has no such parameter.</exception>
    public static Constraint FromName(string name, IReadOnlyDictionary<string, double>? parameters = null)
    {
        var reader = new ConfigurationReader("Constraint", name, parameters);
        Constraint constraint = name switch
        {
            "max_norm" => MaxNorm(reader.Get("max", 2), AxisNorms.ReadAxes(reader)),
            "non_neg" => NonNegative(),
            "unit_norm" => UnitNorm(AxisNorms.ReadAxes(reader)),
            _ => throw reader.UnknownName("max_norm", "non_neg", "unit_norm"),
        };
        reader.ThrowIfUnread();
        return constraint;
    }

    /// <summary>Checks that a parameter can be constrained, when it is made; without an override any can.</summary>
    /// <param name="shape">The parameter's shape.</param>
    /// <exception cref="ShapeException">The shape does not fit: it has no such axis.</exception>
    public virtual void Validate(Shape shape)
    {
    }

    /// <summary>Moves the values to the nearest, or a near, place that keeps the constraint.</summary>
    /// <param name="values">The values of the whole parameter, row-major.</param>
    /// <param name="shape">The parameter's shape.</param>
    /// <exception cref="ShapeException">The shape has no such axis.</exception>
    public abstract void Apply<T>(Span<T> values, Shape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The name and the parameters.</summary>
    public override string ToString() => Configuration.Text(Name, Parameters);
}
