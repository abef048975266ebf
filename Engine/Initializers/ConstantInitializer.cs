using Engine.Numerics;

namespace Engine.Initializers;

/// <summary>All the same number.</summary>
internal sealed class ConstantInitializer : Initializer
{
    private readonly double _value;

    public ConstantInitializer(string name, double value)
    {
        Name = name;
        _value = Guard.Finite(value, "Constant", nameof(value));
        Parameters = name == "constant" ? Configuration.Of(("value", value)) : Configuration.Empty;
    }

    public override string Name { get; }

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override void Fill<T>(Span<T> values, Shape shape, in RandomSource random) => values.Fill(T.CreateTruncating(_value));
}
