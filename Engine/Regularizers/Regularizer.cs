using System.Numerics;
using Engine.Numerics;

namespace Engine.Regularizers;

/// <summary>
/// A penalty on the values of a parameter, added to the loss. Derive for your own: one class, no state of a call.
/// </summary>
public abstract class Regularizer
{
    /// <summary>The name in files and messages: "l1", "l2", "l1_l2".</summary>
    public abstract string Name { get; }

    /// <summary>The numbers that, with the name, define the penalty.</summary>
    public virtual IReadOnlyDictionary<string, double> Parameters => Configuration.Empty;

    /// <summary>l1 · Σ|w|.</summary>
    /// <param name="l1">At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite.</exception>
    public static Regularizer L1(double l1 = 0.01) => new L1L2Regularizer("l1", l1, 0);

    /// <summary>l2 · Σw², without a half.</summary>
    /// <param name="l2">At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite.</exception>
    public static Regularizer L2(double l2 = 0.01) => new L1L2Regularizer("l2", 0, l2);

    /// <summary>l1 · Σ|w| + l2 · Σw².</summary>
    /// <param name="l1">At least 0.</param>
    /// <param name="l2">At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A factor is negative or not finite.</exception>
    public static Regularizer L1L2(double l1 = 0, double l2 = 0) => new L1L2Regularizer("l1_l2", l1, l2);

    /// <summary>Finds a built-in regularizer by name.</summary>
    /// <param name="name">Its <see cref="Name"/>.</param>
    /// <param name="parameters">Its <see cref="Parameters"/>; a parameter that is missing takes its default.</param>
    /// <exception cref="ArgumentException">No built-in regularizer has this name, or it has no such parameter.</exception>
    public static Regularizer FromName(string name, IReadOnlyDictionary<string, double>? parameters = null)
    {
        var reader = new ConfigurationReader("Regularizer", name, parameters);
        Regularizer regularizer = name switch
        {
            "l1" => L1(reader.Get("l1", 0.01)),
            "l2" => L2(reader.Get("l2", 0.01)),
            "l1_l2" => L1L2(reader.Get("l1", 0), reader.Get("l2", 0)),
            _ => throw reader.UnknownName("l1", "l2", "l1_l2"),
        };
        reader.ThrowIfUnread();
        return regularizer;
    }

    /// <summary>The penalty of these values.</summary>
    /// <param name="values">The values of a parameter, or <c>[batch, ...]</c> of a layer's output; not changed.</param>
    /// <returns>What is added to the loss: 0 or more for the built-in ones.</returns>
    public abstract double Penalty<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Adds the gradient of the penalty to <paramref name="gradient"/>.</summary>
    /// <param name="values">The values of the parameter.</param>
    /// <param name="gradient">As many elements as the values.</param>
    public abstract void AccumulateGradient<T>(ReadOnlySpan<T> values, Span<T> gradient)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The name and the parameters.</summary>
    public override string ToString() => Configuration.Text(Name, Parameters);
}
