using Engine.Initializers;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>
/// The bias of an LSTM with ones for the forget gate, so that it remembers at first (Jozefowicz, Zaremba and Sutskever 2015); the
/// rest as another initializer says.
/// </summary>
internal sealed class ForgetGateInitializer(Initializer rest) : Initializer
{
    public override string Name => "forget_gate";

    public override IReadOnlyDictionary<string, double> Parameters => rest.Parameters;

    public override void Fill<T>(Span<T> values, Shape shape, in RandomSource random)
    {
        rest.Fill(values, shape, random);
        int units = values.Length / 4;
        values.Slice(units, units).Fill(T.One);
    }
}
