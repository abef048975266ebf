using System.CommandLine;

namespace Engine.Examples;

/// <summary>The options that every example has.</summary>
internal sealed class SharedOptions
{
    public Option<bool> Quick { get; } = ExampleOption.Flag("--quick", "a short run, within ten seconds");

    public Option<bool> Full { get; } = ExampleOption.Flag("--full", "the long run, on all of the data instead of the shipped sample");

    public Option<ulong?> Seed { get; } = ExampleOption.Number<ulong>("--seed", "the seed (default: the example's)", 0, ulong.MaxValue);

    public Option<int?> Epochs { get; } = ExampleOption.Number("--epochs", "how many epochs to train (default: the example's)", 1, int.MaxValue);

    public Option<int?> Threads { get; } = ExampleOption.Number("--threads", "how many threads to use (default: one a core)", 1, 1024);

    public Option<string?> Out { get; } = ExampleOption.Text("--out", "folder", "where results go (default: artifacts)");

    public Option<bool> Verbose { get; } = ExampleOption.Flag("--verbose", "the whole stack of an error");

    public IReadOnlyList<Option> All => [Quick, Full, Seed, Epochs, Threads, Out, Verbose];
}
