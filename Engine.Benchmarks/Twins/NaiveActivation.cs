namespace Engine.Benchmarks.Twins;

/// <summary>The activations as everyone writes them first: one number at a time.</summary>
internal static class NaiveActivation
{
    private const float SeluAlpha = 1.6732632f;
    private const float SeluScale = 1.0507010f;

    /// <summary>y as a function of x.</summary>
    public static Func<float, float> Function(string name) => name switch
    {
        "relu" => x => Math.Max(x, 0),
        "elu" => x => x > 0 ? x : MathF.Exp(x) - 1,
        "selu" => x => SeluScale * (x > 0 ? x : SeluAlpha * (MathF.Exp(x) - 1)),
        "gelu" => x => x * NormalDistribution(x),
        "sigmoid" => Sigmoid,
        "tanh" => MathF.Tanh,
        "softplus" => x => MathF.Log(1 + MathF.Exp(x)),
        "silu" => x => x * Sigmoid(x),
        _ => throw new ArgumentException($"NaiveActivation: expected the name of an activation, got '{name}'."),
    };

    /// <summary>dy/dx as a function of x and y.</summary>
    public static Func<float, float, float> Derivative(string name) => name switch
    {
        "relu" => (x, _) => x > 0 ? 1 : 0,
        "elu" => (x, y) => x > 0 ? 1 : y + 1,
        "selu" => (x, y) => x > 0 ? SeluScale : y + (SeluScale * SeluAlpha),
        "gelu" => (x, _) => NormalDistribution(x) + (x * MathF.Exp(-x * x / 2) / MathF.Sqrt(2 * MathF.PI)),
        "sigmoid" => (_, y) => y * (1 - y),
        "tanh" => (_, y) => 1 - (y * y),
        "softplus" => (x, _) => Sigmoid(x),
        "silu" => (x, y) => y + (Sigmoid(x) * (1 - y)),
        _ => throw new ArgumentException($"NaiveActivation: expected the name of an activation, got '{name}'."),
    };

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    private static float NormalDistribution(float x) =>
        (float)MathNet.Numerics.Distributions.Normal.CDF(0, 1, x);
}
