using System.Globalization;
using System.Text.RegularExpressions;
using Engine.Serialization;

namespace Engine.Callbacks;

/// <summary>
/// Saves the model after each epoch, or after those that are the best so far: Keras's ModelCheckpoint. A file is replaced only
/// when the new one is whole.
/// </summary>
/// <example><code>
/// new ModelCheckpoint("digits-{epoch:00}-{val_loss:0.000}.safetensors")
/// new ModelCheckpoint("best.safetensors", "val_accuracy") { SaveBestOnly = true }
/// </code></example>
public sealed partial class ModelCheckpoint : Callback
{
    private readonly string _path;
    private readonly Monitor _monitor;

    /// <summary>Makes the callback.</summary>
    /// <param name="path">
    /// The file. <c>{epoch}</c>, from 1, and the keys of the history in braces are replaced by their values, with a format of
    /// .NET behind a colon if given.
    /// </param>
    /// <param name="monitor">For <see cref="SaveBestOnly"/>: a key of the history.</param>
    /// <param name="maximize">Whether larger is better; if null, where the name says so: accuracies.</param>
    public ModelCheckpoint(string path, string monitor = "val_loss", bool? maximize = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(monitor);
        _path = path;
        _monitor = new Monitor(nameof(ModelCheckpoint), monitor, 0, maximize);
    }

    /// <summary>The file as given, braces included.</summary>
    public string Path => _path;

    /// <summary>The monitored key of the history.</summary>
    public string Monitor => _monitor.Key;

    /// <summary>Whether only an epoch that is better than all before is saved.</summary>
    public bool SaveBestOnly { get; init; }

    /// <summary>
    /// The value that the first saved epoch must be better than: the best of the training before, where one goes on. Null for
    /// none.
    /// </summary>
    public double? InitialBest { get; init; }

    /// <summary>
    /// Whether the state of the training is saved too, so that it can go on from the file as if never stopped. On unless
    /// switched off: the files of Adam are a third of the size without.
    /// </summary>
    public bool IncludeTraining { get; init; } = true;

    /// <summary>The last file that was written; null before the first.</summary>
    public string? LastPath { get; private set; }

    /// <summary>The epoch, from 1, that <see cref="LastPath"/> holds; 0 before the first.</summary>
    public int LastEpoch { get; private set; }

    /// <summary>The best value so far, where only the best are saved.</summary>
    public double Best => _monitor.Best;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The history will have no key of the monitor or of the path.</exception>
    public override void OnTrainBegin(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        LastPath = null;
        LastEpoch = 0;
        foreach (Match match in Placeholder().Matches(_path))
        {
            string key = match.Groups["key"].Value;
            if (key != "epoch" && !training.HistoryKeys.Contains(key))
            {
                throw new InvalidOperationException(
                    $"ModelCheckpoint: expected epoch or one of {string.Join(", ", training.HistoryKeys)} in the braces of a "
                    + $"path, got '{key}'. Give Fit ValidationData or a ValidationSplit, or Compile a metric of that name.");
            }
        }

        if (SaveBestOnly)
        {
            _monitor.Reset(training, InitialBest);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written; one that was there stays as it was.</exception>
    public override void OnEpochEnd(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (SaveBestOnly && !_monitor.Improves(training))
        {
            return;
        }

        string path = System.IO.Path.GetFullPath(Placeholder().Replace(_path, match => ValueOf(match, training)));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        training.Model.Save(path, IncludeTraining);
        LastPath = path;
        LastEpoch = training.Epoch;
    }

    private static string ValueOf(Match match, TrainingState training)
    {
        string key = match.Groups["key"].Value, format = match.Groups["format"].Value;
        return key == "epoch"
            ? training.Epoch.ToString(format, CultureInfo.InvariantCulture)
            : training.History[key][^1].ToString(format, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\{(?<key>\w+)(:(?<format>[^{}]*))?\}")]
    private static partial Regex Placeholder();
}
