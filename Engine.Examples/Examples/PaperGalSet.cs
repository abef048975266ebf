using System.Globalization;

namespace Engine.Examples;

/// <summary>A data set of the paper with its splits, its grid, and what the paper and its authors' later run reached on it.</summary>
internal sealed class PaperGalSet
{
    private static readonly Published[] s_all =
    [
        new("bostonHousing", "Boston housing", new(2.97, 0.85), new(-2.46, 0.25), new(2.904, 0.177), new(-2.402, 0.042)),
        new("concrete", "Concrete strength", new(5.23, 0.53), new(-3.04, 0.09), new(4.826, 0.161), new(-2.937, 0.025)),
        new("energy", "Energy efficiency", new(1.66, 0.19), new(-1.99, 0.09), new(0.539, 0.0135), new(-1.212, 0.005)),
        new("wine-quality-red", "Red wine quality", new(0.62, 0.04), new(-0.93, 0.06), new(0.622, 0.008), new(-0.928, 0.013)),
        new("yacht", "Yacht hydrodynamics", new(1.11, 0.38), new(-1.55, 0.12), new(0.666, 0.049), new(-1.250, 0.015)),
    ];

    private readonly string _folder;
    private readonly double[][] _rows;
    private readonly int[] _features;
    private readonly int _target;

    private PaperGalSet(Published published, string folder)
    {
        (Key, Name, _folder) = (published.Folder, published.Name, folder);
        (PaperRmse, PaperLikelihood, Rmse, Likelihood) =
            (published.PaperRmse, published.PaperLikelihood, published.Rmse, published.Likelihood);
        _rows = ReadRows("data.txt");
        _features = ReadWholeNumbers("index_features.txt");
        _target = ReadWholeNumbers("index_target.txt")[0];
        Splits = ReadWholeNumbers("n_splits.txt")[0];
        Units = ReadWholeNumbers("n_hidden.txt")[0];
        Epochs = ReadWholeNumbers("n_epochs.txt")[0];
        Rates = ReadNumbers("dropout_rates.txt");
        Precisions = ReadNumbers("tau_values.txt");
    }

    /// <summary>All sets, in the paper's order.</summary>
    public static IReadOnlyList<string> Keys { get; } = [.. s_all.Select(set => set.Folder)];

    /// <summary>The folder's name.</summary>
    public string Key { get; }

    public string Name { get; }

    public int Count => _rows.Length;

    public int Splits { get; }

    /// <summary>The hidden units.</summary>
    public int Units { get; }

    /// <summary>The epochs, before they are multiplied.</summary>
    public int Epochs { get; }

    /// <summary>The dropout rates to choose from.</summary>
    public double[] Rates { get; }

    /// <summary>The precisions τ to choose from.</summary>
    public double[] Precisions { get; }

    /// <summary>The paper's root mean squared error; beside it the deviation over the splits, as printed there.</summary>
    public PaperGalFigure PaperRmse { get; }

    /// <summary>The paper's log-likelihood, likewise.</summary>
    public PaperGalFigure PaperLikelihood { get; }

    /// <summary>The authors' root mean squared error of 2018, with its standard error.</summary>
    public PaperGalFigure Rmse { get; }

    /// <summary>The authors' log-likelihood of 2018, likewise.</summary>
    public PaperGalFigure Likelihood { get; }

    /// <summary>Reads a set; the small one from this repository if it is nowhere else.</summary>
    /// <exception cref="DirectoryNotFoundException">The set is not there; the message says where to put it.</exception>
    public static PaperGalSet Load(string key) => Load(key, Environment.GetEnvironmentVariable("ENGINE_DATA_DIR"));

    internal static PaperGalSet Load(string key, string? data)
    {
        Published published = s_all.First(set => set.Folder == key);
        string[] places =
        [
            .. string.IsNullOrEmpty(data) ? Array.Empty<string>() : [Path.Combine(data, "uci", key)],
            Path.Combine(AppContext.BaseDirectory, "Data", "uci", key),
        ];
        string? folder = Array.Find(places, place => File.Exists(Path.Combine(place, "data.txt")));
        return folder is not null
            ? new PaperGalSet(published, folder)
            : throw new DirectoryNotFoundException(
                $"{key}: expected the set in {string.Join(" or ", places)}. Put its files there (Data/uci/README.md says "
                + "which), or set ENGINE_DATA_DIR to the folder that holds uci.");
    }

    /// <summary>The rows of a split to train on, in the file's order: the last fifth of them chooses rate and precision.</summary>
    public int[] TrainRows(int split) => ReadWholeNumbers($"index_train_{split}.txt");

    /// <summary>The rows of a split to test with.</summary>
    public int[] TestRows(int split) => ReadWholeNumbers($"index_test_{split}.txt");

    /// <summary>The inputs and the targets of some rows.</summary>
    public (double[][] Inputs, double[] Targets) Take(ReadOnlySpan<int> rows)
    {
        double[][] inputs = new double[rows.Length][];
        double[] targets = new double[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            double[] row = _rows[rows[i]];
            inputs[i] = Array.ConvertAll(_features, feature => row[feature]);
            targets[i] = row[_target];
        }

        return (inputs, targets);
    }

    private double[][] ReadRows(string file) =>
    [
        .. File.ReadLines(Path.Combine(_folder, file))
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 0)
            .Select(words => Array.ConvertAll(words, word => double.Parse(word, CultureInfo.InvariantCulture))),
    ];

    private double[] ReadNumbers(string file) => [.. ReadRows(file).SelectMany(row => row)];

    private int[] ReadWholeNumbers(string file) => Array.ConvertAll(ReadNumbers(file), number => checked((int)number));

    private sealed record Published(
        string Folder,
        string Name,
        PaperGalFigure PaperRmse,
        PaperGalFigure PaperLikelihood,
        PaperGalFigure Rmse,
        PaperGalFigure Likelihood);
}
