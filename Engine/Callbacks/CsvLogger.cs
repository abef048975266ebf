using System.Globalization;
using System.Text;

namespace Engine.Callbacks;

/// <summary>
/// Writes what the history records to a CSV file, a line an epoch, as soon as the epoch ends: Keras's CSVLogger. The first column
/// is the epoch, from 1; numbers have a point and as many digits as they need.
/// </summary>
public sealed class CsvLogger : Callback
{
    private readonly string _path;
    private string _header = "";
    private IReadOnlyList<string> _keys = [];

    /// <summary>Makes the callback.</summary>
    /// <param name="path">The file; its folder is made if need be.</param>
    /// <param name="append">
    /// Whether to go on with a file that is there, for a training that goes on; it must have the same columns. Otherwise the file
    /// is begun anew.
    /// </param>
    /// <param name="separator">What stands between the cells.</param>
    public CsvLogger(string path, bool append = false, char separator = ',')
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = System.IO.Path.GetFullPath(path);
        Append = append;
        Separator = separator;
    }

    /// <summary>The file, as a full path.</summary>
    public string Path => _path;

    /// <summary>Whether a file that is there is gone on with.</summary>
    public bool Append { get; }

    /// <summary>What stands between the cells.</summary>
    public char Separator { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file to go on with has other columns.</exception>
    public override void OnTrainBegin(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        _keys = training.HistoryKeys;
        _header = string.Join(Separator, _keys.Prepend("epoch"));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(_path)!);
        string? first = Append && File.Exists(_path) ? File.ReadLines(_path).FirstOrDefault() : null;
        if (first is null)
        {
            File.WriteAllText(_path, _header + "\n");
        }
        else if (first != _header)
        {
            throw new InvalidDataException(
                $"CsvLogger: expected the columns {_header} in {_path}, got {first}. "
                + "Write to another file, or begin this one anew.");
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"{training.Epoch}");
        foreach (string key in _keys)
        {
            line.Append(CultureInfo.InvariantCulture, $"{Separator}{training.History[key][^1]}");
        }

        File.AppendAllText(_path, line.Append('\n').ToString());
    }
}
