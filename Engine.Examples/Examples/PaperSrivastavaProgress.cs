using System.Text.Json.Serialization;

namespace Engine.Examples;

/// <summary>How a row is trained: what another training must share to go on with this one.</summary>
/// <param name="Factor">The factor of what regularizes it, where another one than the row's was asked for.</param>
internal sealed record PaperSrivastavaSettings(
    string Data,
    int Samples,
    int TestSamples,
    int Epochs,
    int BatchSize,
    double LearningRate,
    ulong Seed,
    int WidthDivisor,
    double? Factor = null)
{
    /// <summary>The paper's.</summary>
    public const double Momentum = 0.95;
}

/// <summary>What was measured of a row, a value for each time it was measured: the file beside the row's model.</summary>
/// <param name="Settings">How it is trained.</param>
/// <param name="Commit">What it was built from, where it was started.</param>
/// <param name="Seconds">Of training and measuring, all parts together.</param>
/// <param name="Epochs">After how many epochs it was measured.</param>
/// <param name="Losses">The mean training losses of these epochs.</param>
/// <param name="Errors">The shares of test digits that were read wrong.</param>
internal sealed record PaperSrivastavaProgress(
    PaperSrivastavaSettings Settings,
    string? Commit,
    double Seconds,
    IReadOnlyList<int> Epochs,
    IReadOnlyList<double> Losses,
    IReadOnlyList<double> Errors)
{
    /// <summary>Whether the row is trained to its end.</summary>
    [JsonIgnore]
    public bool IsFinished => Epochs.Count > 0 && Epochs[^1] == Settings.Epochs;

    /// <summary>Nothing measured yet.</summary>
    public static PaperSrivastavaProgress Start(PaperSrivastavaSettings settings) =>
        new(settings, Repository.CommitOf(AppContext.BaseDirectory), 0, [], [], []);

    /// <summary>With one more measurement.</summary>
    public PaperSrivastavaProgress After(int epoch, double loss, double error, double seconds) => this with
    {
        Seconds = Seconds + seconds,
        Epochs = [.. Epochs, epoch],
        Losses = [.. Losses, loss],
        Errors = [.. Errors, error],
    };

    /// <summary>Without what was measured after an epoch: it is measured again.</summary>
    public PaperSrivastavaProgress UpTo(int epoch)
    {
        int count = Epochs.Count(done => done <= epoch);
        return this with { Epochs = [.. Epochs.Take(count)], Losses = [.. Losses.Take(count)], Errors = [.. Errors.Take(count)] };
    }
}
