namespace Engine.Benchmarks.Peers;

/// <summary>A layer of a network under comparison; each library makes its own of it.</summary>
internal abstract record Block
{
    /// <summary>A convolution of square windows over height and width, with relu.</summary>
    internal sealed record Convolution(int Filters, int Window, bool IsSame = false) : Block;

    /// <summary>The maximum of windows of 2 × 2 that do not overlap.</summary>
    internal sealed record MaxPool : Block;

    /// <summary>The mean over height and width.</summary>
    internal sealed record GlobalAverage : Block;

    /// <summary>All axes of a sample as one.</summary>
    internal sealed record Flat : Block;

    /// <summary>A dense layer with relu; the last one of a classifier gives logits or probabilities instead.</summary>
    internal sealed record Fully(int Units) : Block;

    /// <summary>A recurrent layer whose last hidden state goes on.</summary>
    internal sealed record Recurrent(RecurrentKind Kind, int Units) : Block;

    /// <summary>Inverted dropout.</summary>
    internal sealed record Dropped(double Rate) : Block;
}

/// <summary>The kinds of recurrent layers.</summary>
internal enum RecurrentKind
{
    /// <summary>Long short-term memory.</summary>
    Lstm,

    /// <summary>Gated recurrent units, the reset gate after the product.</summary>
    Gru,

    /// <summary>tanh of one product.</summary>
    Simple,
}

/// <summary>A network under comparison.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Input">The shape of a sample: features, or height, width and channels.</param>
/// <param name="Classes">
/// The classes of a last layer that follows the blocks; 1: one number, and the mean squared error; 0: there is none, and no
/// training.
/// </param>
/// <param name="Blocks">From the input on.</param>
internal sealed record NetworkPlan(string Name, int[] Input, int Classes, params Block[] Blocks)
{
    /// <summary>The guide's classifier.</summary>
    public static NetworkPlan SmallMlp { get; } = new(
        "MLP 784-64-64-10, dropout 0.5", [784], 10,
        new Block.Fully(64), new Block.Dropped(0.5), new Block.Fully(64), new Block.Dropped(0.5));

    /// <summary>A large multilayer perceptron, with dropout on its input too.</summary>
    public static NetworkPlan LargeMlp { get; } = new(
        "MLP 784-1024-1024-1024-10, dropout 0.2/0.5", [784], 10,
        new Block.Dropped(0.2),
        new Block.Fully(1024), new Block.Dropped(0.5),
        new Block.Fully(1024), new Block.Dropped(0.5),
        new Block.Fully(1024), new Block.Dropped(0.5));

    /// <summary>The guide's convolutional network, section 4.</summary>
    public static NetworkPlan GuideCnn { get; } = new(
        "the guide's CNN", [28, 28, 1], 10,
        new Block.Convolution(32, 3), new Block.MaxPool(), new Block.Dropped(0.25),
        new Block.Convolution(64, 3), new Block.MaxPool(), new Block.Dropped(0.25),
        new Block.Flat(), new Block.Fully(128), new Block.Dropped(0.5));

    /// <summary>LeNet-5 with relu and maxima: LeCun, Bottou, Bengio and Haffner 1998.</summary>
    public static NetworkPlan LeNet5 { get; } = new(
        "LeNet-5", [28, 28, 1], 10,
        new Block.Convolution(6, 5, IsSame: true), new Block.MaxPool(), new Block.Convolution(16, 5), new Block.MaxPool(),
        new Block.Flat(), new Block.Fully(120), new Block.Fully(84));

    /// <summary>One convolution of 64 to 64 channels, with a head.</summary>
    public static NetworkPlan OneConvolution { get; } = new(
        "Conv2D 64→64 3×3 on 56×56, with head", [56, 56, 64], 10, new Block.Convolution(64, 3, IsSame: true), new Block.GlobalAverage());

    /// <summary>VGG16 without its head: Simonyan and Zisserman 2015, configuration D.</summary>
    public static NetworkPlan Vgg16 { get; } = new(
        "VGG16 without head, 224×224", [224, 224, 3], 0,
        [.. new[] { (2, 64), (2, 128), (3, 256), (3, 512), (3, 512) }.SelectMany(group =>
            Enumerable.Repeat<Block>(new Block.Convolution(group.Item2, 3, IsSame: true), group.Item1).Append(new Block.MaxPool()))]);

    /// <summary>A recurrent layer over 50 steps of 32 features, then dense layers.</summary>
    public static NetworkPlan Recurrent(RecurrentKind kind) => new(
        (kind == RecurrentKind.Lstm ? "LSTM" : kind == RecurrentKind.Gru ? "GRU" : "SimpleRNN") + "(64) on 50×32, Dense 32, Dense 1",
        [50, 32], 1, new Block.Recurrent(kind, 64), new Block.Fully(32));

    /// <summary>Whether a sample has height, width and channels.</summary>
    public bool HasImages => Input.Length == 3;

    public int InputSize => Input.Aggregate((product, length) => product * length);

    /// <summary>A batch of inputs uniform on [0, 1): [batch, input], the same for every library.</summary>
    public float[] CreateInputs(int batch)
    {
        var random = new Random(1);
        float[] x = new float[batch * InputSize];
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

    /// <summary>A number for each sample: [batch, 1], the same for every library.</summary>
    public float[] CreateTargets(int batch)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, batch).Select(_ => random.NextSingle())];
    }

    public override string ToString() => Name;
}
