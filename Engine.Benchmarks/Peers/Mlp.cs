namespace Engine.Benchmarks.Peers;

/// <summary>A multilayer perceptron: dense layers with relu, dropout after each hidden one, logits or probabilities at the end.</summary>
/// <param name="Units">The number of inputs, the units of each hidden layer, the number of classes.</param>
/// <param name="InputRate">The dropout rate on the input; 0: no layer.</param>
/// <param name="HiddenRate">The dropout rate after each hidden layer.</param>
internal sealed record Mlp(int[] Units, double InputRate, double HiddenRate)
{
    /// <summary>784-64-64-10 with dropout 0.5: the guide's classifier.</summary>
    public static Mlp Small { get; } = new([784, 64, 64, 10], InputRate: 0, HiddenRate: 0.5);

    /// <summary>784-1024-1024-1024-10 with dropout 0.2 on the input and 0.5 on the hidden layers.</summary>
    public static Mlp Large { get; } = new([784, 1024, 1024, 1024, 10], InputRate: 0.2, HiddenRate: 0.5);

    public int Inputs => Units[0];

    public int Classes => Units[^1];

    /// <summary>A batch of inputs uniform on [0, 1): [batch, inputs], the same for every library.</summary>
    public float[] CreateInputs(int batch)
    {
        var random = new Random(1);
        float[] x = new float[batch * Inputs];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = random.NextSingle();
        }

        return x;
    }

    /// <summary>The class of each sample: [batch], the same for every library.</summary>
    public int[] CreateLabels(int batch)
    {
        var random = new Random(2);
        int[] labels = new int[batch];
        for (int i = 0; i < batch; i++)
        {
            labels[i] = random.Next(Classes);
        }

        return labels;
    }

    public override string ToString()
    {
        string rates = InputRate > 0 ? FormattableString.Invariant($"{InputRate}/{HiddenRate}") : FormattableString.Invariant($"{HiddenRate}");
        return $"MLP {string.Join('-', Units)}, dropout {rates}";
    }
}
