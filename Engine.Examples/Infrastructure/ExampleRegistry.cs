namespace Engine.Examples;

/// <summary>The examples by name; the first one is run when none is named.</summary>
internal sealed class ExampleRegistry
{
    public ExampleRegistry(params Example[] examples)
    {
        if (examples.Length == 0)
            throw new ArgumentException("ExampleRegistry: expected at least one example, got none.", nameof(examples));
        if (examples.GroupBy(example => example.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"ExampleRegistry: expected different names, got '{twice.Key}' twice.", nameof(examples));
        Examples = [.. examples];
    }

    /// <summary>The examples of this program, in the order of the guide.</summary>
    public static ExampleRegistry All { get; } = new(
        new DropoutExample(),
        new HowItWorksExample(),
        new CustomExample(),
        new FamilyExample(),
        new CnnExample(),
        new RatesExample(),
        new HistoryExample(),
        new RegularizationExample(),
        new AugmentExample(),
        new LstmExample(),
        new ForecastExample(),
        new MonteCarloExample(),
        new UncertaintyExample(),
        new ActiveLearningExample(),
        new ActivationsExample(),
        new LearningRateExample(),
        new TransferExample(),
        new SaveExample(),
        new MnistMlpExample(),
        new MnistConvnetExample(),
        new PaperSrivastavaExample(),
        new PaperGalExample(),
        new GalleryExample(() => All!));

    public IReadOnlyList<Example> Examples { get; }

    public Example Default => Examples[0];

    public IEnumerable<string> Names => Examples.Select(example => example.Name);

    public Example? Find(string name) => Examples.FirstOrDefault(example => example.Name == name);
}
