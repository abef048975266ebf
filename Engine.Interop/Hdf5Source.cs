using System.Numerics;
using System.Numerics.Tensors;
using Engine.Layers;
using PureHDF;

namespace Engine.Interop;

/// <summary>
/// Reads an HDF5 file that may be damaged or lie: every length is checked against the file's size or what is expected before
/// memory is taken, and whatever goes wrong is said as <see cref="InvalidDataException"/> with the file's name.
/// </summary>
internal sealed class Hdf5Source
{
    private const string Prefix = "KerasWeights: ";

    // Keras cuts lists of names into several attributes; more parts than this it never makes.
    private const int MaxAttributeParts = 1000;

    // HDF5 reads whole chunks. The writers of Keras make chunks of a megabyte at most.
    private const ulong MaxChunkLength = 1 << 24;

    private readonly string _path;
    private readonly ulong _fileLength;

    private Hdf5Source(string path, IH5Group root, long fileLength)
    {
        _path = path;
        Root = root;
        _fileLength = (ulong)fileLength;
    }

    /// <summary>The group that holds all.</summary>
    public IH5Group Root { get; }

    /// <summary>Opens a file and hands it over; all of it must be read before the function returns.</summary>
    /// <exception cref="InvalidDataException">The file is no HDF5 file, cut short or damaged.</exception>
    public static TResult Read<TResult>(string path, Func<Hdf5Source, TResult> read)
    {
        using FileStream stream = File.OpenRead(path);
        Hdf5Superblock.Check(stream, path);
        stream.Position = 0;
        try
        {
            using var file = H5File.Open(stream, leaveOpen: true);
            return read(new Hdf5Source(path, file, stream.Length));
        }
        catch (Exception exception) when (!IsOwn(exception))
        {
            // What the reader of HDF5 throws at damaged files is anything from a wrong cast to more memory than there is.
            throw new InvalidDataException(
                $"KerasWeights: {path}: expected a whole HDF5 file, got one that is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>The group of a name or path below another; null where there is none.</summary>
    public IH5Group? FindGroup(IH5Group group, string name) => Find(group, name) as IH5Group;

    /// <summary>The data set of a name or path below a group; null where there is none.</summary>
    public IH5Dataset? FindDataset(IH5Group group, string name) => Find(group, name) as IH5Dataset;

    /// <summary>The groups right below another.</summary>
    public IEnumerable<IH5Group> Groups(IH5Group group) => group.Children().OfType<IH5Group>();

    /// <summary>Whether there is a list of strings, whole or in parts.</summary>
    public bool HasStrings(IH5Group group, string attribute) =>
        group.AttributeExists(attribute) || group.AttributeExists($"{attribute}0");

    /// <summary>An attribute of a list of strings, or those that Keras cut a long one into; empty where there is none.</summary>
    public IReadOnlyList<string> ReadStrings(IH5Group group, string attribute)
    {
        if (group.AttributeExists(attribute))
        {
            return ReadStrings(group.Attribute(attribute));
        }

        List<string> all = [];
        for (int i = 0; i < MaxAttributeParts && group.AttributeExists($"{attribute}{i}"); i++)
        {
            all.AddRange(ReadStrings(group.Attribute($"{attribute}{i}")));
        }

        return all;
    }

    /// <summary>An attribute of one string; null where there is none.</summary>
    public string? FindString(IH5Group group, string attribute) =>
        group.AttributeExists(attribute) && ReadStrings(group.Attribute(attribute)) is [var text] ? text : null;

    /// <summary>Checks that weights have their parameter's shape and are numbers that can be read.</summary>
    public void CheckShape(WeightPair pair)
    {
        IH5DataType type = pair.Dataset.Type;
        if (type.Class != H5DataTypeClass.FloatingPoint || type.Size is not (2 or 4 or 8))
        {
            throw Error(
                $"'{pair.Path}': expected floating-point numbers of 16, 32 or 64 bits for {pair.Title}, "
                + $"got {type.Class} of {8L * type.Size} bits");
        }

        ulong[] lengths = pair.Dataset.Space.Dimensions;
        Shape expected = pair.Parameter.Shape;
        if (!lengths.SequenceEqual(expected.Select(length => (ulong)length)))
        {
            throw Error($"'{pair.Path}': expected the shape {expected} of {pair.Title}, got [{string.Join(", ", lengths)}]");
        }

        if (pair.Dataset.Layout.Class == H5DataLayoutClass.Chunked
            && pair.Dataset.Layout.Chunks.Aggregate((UInt128)1, (product, length) => product * length) > MaxChunkLength)
        {
            throw Error(
                $"'{pair.Path}': expected chunks of at most {MaxChunkLength} numbers, "
                + $"got [{string.Join(", ", pair.Dataset.Layout.Chunks)}]");
        }
    }

    /// <summary>Reads weights that were checked.</summary>
    public T[] ReadNumbers<T>(WeightPair pair)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = pair.Parameter.Shape.Size;
        return pair.Dataset.Type.Size switch
        {
            2 => Convert(pair.Dataset.Read<Half[]>()),
            4 => Convert(pair.Dataset.Read<float[]>()),
            _ => Convert(pair.Dataset.Read<double[]>()),
        };

        T[] Convert<TSource>(TSource[] numbers)
            where TSource : unmanaged, INumber<TSource>
        {
            if (numbers is T[] same && same.Length == count)
            {
                return same;
            }

            T[] converted = new T[count];
            TensorPrimitives.ConvertTruncating<TSource, T>(numbers, converted);
            return converted;
        }
    }

    /// <summary>Checks that as many layers with weights stand on both sides.</summary>
    public void CheckLayers(string model, IEnumerable<string> layers, string file, IEnumerable<string> saved)
    {
        int expected = layers.Count(), got = saved.Count();
        if (expected != got)
        {
            throw Error(
                $"expected {expected} layers with weights, as {model} has, got {got}. "
                + $"In {model}: {Text(layers)}. In {file}: {Text(saved)}. Load by name to take what both have");
        }
    }

    /// <summary>Checks that a layer of the file has as many weights as one of the model.</summary>
    public void CheckWeights(string title, IReadOnlyList<Parameter> parameters, string layer, IReadOnlyList<string> saved)
    {
        if (parameters.Count != saved.Count)
        {
            throw Error(
                $"layer '{layer}': expected {parameters.Count} weights for {title}, {Text(parameters.Select(own => own.Name))}, "
                + $"got {saved.Count}: {Text(saved)}");
        }
    }

    /// <summary>The error of two sides without a layer of the same name.</summary>
    public InvalidDataException NoCommonName(IEnumerable<string> layers, IEnumerable<string> saved) => Error(
        $"expected a layer of the same name in the model and in the file, got none. In the model: {Text(layers)}. "
        + $"In the file: {Text(saved)}");

    /// <summary>An error in this file.</summary>
    public InvalidDataException Error(string text) => new($"{Prefix}{_path}: {text}.");

    private static bool IsOwn(Exception exception) => exception.Message.StartsWith(Prefix, StringComparison.Ordinal);

    private static string Text(IEnumerable<string> names)
    {
        const int Shown = 20;
        string[] all = [.. names];
        return all.Length == 0
            ? "none"
            : string.Join(", ", all.Take(Shown)) + (all.Length > Shown ? $" and {all.Length - Shown} more" : "");
    }

    private static IH5Object? Find(IH5Group group, string path)
    {
        IH5Object? found = group;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (found is not IH5Group parent || !parent.LinkExists(name))
            {
                return null;
            }

            found = parent.Get(name);
        }

        return found;
    }

    private string[] ReadStrings(IH5Attribute attribute)
    {
        ulong[] lengths = attribute.Space.Dimensions;
        UInt128 count = lengths.Aggregate((UInt128)1, (product, length) => product * length);
        if (count == 0)
        {
            // An empty list has lost its type: h5py writes it as no floats.
            return [];
        }

        IH5DataType type = attribute.Type;
        if (type.Class is not (H5DataTypeClass.String or H5DataTypeClass.VariableLength) || lengths.Length > 1)
        {
            throw Error(
                $"attribute '{attribute.Name}': expected a list of strings, "
                + $"got {type.Class} of [{string.Join(", ", lengths)}]");
        }

        if (count * (UInt128)type.Size > _fileLength)
        {
            throw Error(
                $"attribute '{attribute.Name}': expected at most {_fileLength} bytes, the file's length, "
                + $"got {count * (UInt128)type.Size}");
        }

        return lengths.Length == 0 ? [attribute.Read<string>()] : attribute.Read<string[]>();
    }
}
