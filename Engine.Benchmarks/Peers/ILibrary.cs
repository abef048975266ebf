namespace Engine.Benchmarks.Peers;

/// <summary>A library under comparison: makes the works that the table times.</summary>
internal interface ILibrary
{
    /// <summary>The name at the head of its columns.</summary>
    string Name { get; }

    /// <summary>The name and version of what is measured, for the line that describes the run.</summary>
    string Version { get; }

    /// <summary>
    /// A network with its optimizer and one batch of data, ready to be trained on this number of threads; where the library knows
    /// several layouts of images, one for each: the best counts.
    /// </summary>
    IReadOnlyList<INetwork> CreateNetworks(NetworkPlan plan, int batch, int threads);

    /// <summary>Dropout on a vector of floats in training mode.</summary>
    IDropout CreateDropout(int length, double rate, int threads);

    /// <summary>The product of two n × n matrices of floats into a third.</summary>
    IProduct CreateProduct(int n, int threads);
}

/// <summary>A network, its optimizer and a batch that stays the same.</summary>
internal interface INetwork : IDisposable
{
    /// <summary>Forward with dropout on, loss, backward, Adam. Returns the loss.</summary>
    double TrainStep();

    /// <summary>Forward with dropout off, nothing recorded for a backward pass.</summary>
    void Infer();

    /// <summary>
    /// Monte Carlo dropout: forward with dropout on, this many times, nothing recorded. This engine computes the moments and
    /// entropies of the samples, too; a peer has no more to do than its passes.
    /// </summary>
    void Sample(int count);
}

/// <summary>Dropout forward and backward, each on buffers of its own making.</summary>
internal interface IDropout : IDisposable
{
    /// <summary>y = x · mask / keep, with a new mask.</summary>
    void Forward();

    /// <summary>dx = dy · mask / keep, with the mask of a forward pass.</summary>
    void Backward();
}

/// <summary>A matrix product.</summary>
internal interface IProduct : IDisposable
{
    /// <summary>C = A · B, overwriting C.</summary>
    void Multiply();
}
