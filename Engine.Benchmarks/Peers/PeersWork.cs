namespace Engine.Benchmarks.Peers;

/// <summary>One library's side of a row: what is timed, and what is disposed of afterwards.</summary>
internal sealed class PeersWork
{
    private readonly List<double> _losses = [];

    private PeersWork(IDisposable owner, Action run)
    {
        Owner = owner;
        Run = run;
    }

    private PeersWork(INetwork network)
    {
        Owner = network;
        Run = () => _losses.Add(network.TrainStep());
    }

    public IDisposable Owner { get; }

    public Action Run { get; }

    public static PeersWork Training(INetwork network) => new(network);

    public static PeersWork Inference(INetwork network) => new(network, network.Infer);

    public static PeersWork Sampling(INetwork network, int samples) => new(network, () => network.Sample(samples));

    public static PeersWork Forward(IDropout dropout) => new(dropout, dropout.Forward);

    public static PeersWork Backward(IDropout dropout) => new(dropout, dropout.Backward);

    public static PeersWork Multiplication(IProduct product) => new(product, product.Multiply);

    /// <summary>
    /// A training that does not learn its one batch by heart was no training, and its time means nothing. Where the timed steps were
    /// few, more are made first.
    /// </summary>
    public void Verify(string what)
    {
        if (_losses.Count == 0)
        {
            return; // not a training
        }

        const int Most = 500;       // the convolutional networks need hundreds of steps to tell apart images of noise
        while (_losses.Count < 10 || (!HasLearned && _losses.Count < Most))
        {
            Run();
        }

        if (!HasLearned)
        {
            throw new InvalidOperationException(
                $"{what}: expected the loss to fall, it went from {_losses[0]} to {LastLosses} in {_losses.Count} steps.");
        }
    }

    private double LastLosses => _losses.TakeLast(10).Average();

    private bool HasLearned => LastLosses < 0.9 * _losses[0];
}
