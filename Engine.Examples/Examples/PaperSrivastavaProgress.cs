using System.Text.Json;

namespace Engine.Examples;

/// <summary>How a row is trained: what another training must share to go on with this one.</summary>
internal sealed record PaperSrivastavaSettings(
    string Data, int Samples, int Epochs, int BatchSize, double LearningRate, ulong Seed, int WidthDivisor)
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
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Nothing measured yet.</summary>
    public static PaperSrivastavaProgress Start(PaperSrivastavaSettings settings) =>
        new(settings, Repository.CommitOf(AppContext.BaseDirectory), 0, [], [], []);

    /// <summary>Reads what an earlier run with the same settings wrote; a start if there is none.</summary>
    public static PaperSrivastavaProgress Load(string path, PaperSrivastavaSettings settings)
    {
        if (!File.Exists(path))
            return Start(settings);
        var progress = JsonSerializer.Deserialize<PaperSrivastavaProgress>(File.ReadAllBytes(path), s_json);
        return progress is not null && progress.Settings == settings ? progress : Start(settings);
    }

    /// <summary>Writes it beside the path and renames.</summary>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path + ".tmp", JsonSerializer.SerializeToUtf8Bytes(this, s_json));
        File.Move(path + ".tmp", path, overwrite: true);
    }

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
