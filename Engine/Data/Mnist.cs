namespace Engine.Data;

/// <summary>
/// The MNIST database of handwritten digits, from files on this machine: 60,000 digits to train on and 10,000 to test with,
/// or any smaller set in the same four files. Nothing is downloaded.
/// </summary>
public static class Mnist
{
    private const string DataDirectoryVariable = "ENGINE_DATA_DIR";
    private const int Classes = 10;

    private static readonly Shape s_image = [28, 28];

    private static readonly string[] s_files =
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    /// <summary>
    /// Loads the four files <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c>, <c>t10k-images-idx3-ubyte</c> and
    /// <c>t10k-labels-idx1-ubyte</c>, each plain or gzipped with <c>.gz</c> at its name's end.
    /// </summary>
    /// <param name="folder">
    /// The folder that holds them, or whose subfolder <c>mnist</c> does. Null: the folder that the environment variable
    /// <c>ENGINE_DATA_DIR</c> names, then <c>engine/mnist</c> in the user's cache (<c>~/.cache</c>) and in the platform's folder
    /// for local application data.
    /// </param>
    /// <param name="shape">The shape of one image, of 784 elements: [28, 28] by default; [784], [28, 28, 1].</param>
    /// <param name="oneHot">Whether targets are one-hot rows of 10, else the digits as integers.</param>
    /// <returns>Pixels as numbers of 0 to 1, kept as bytes and converted when a batch is gathered.</returns>
    /// <exception cref="DirectoryNotFoundException">
    /// The files are in none of those places; the message says where to put them.
    /// </exception>
    /// <exception cref="InvalidDataException">A file is damaged or does not hold what its name says.</exception>
    /// <exception cref="ShapeException">The shape has not 784 elements.</exception>
    public static (Dataset Train, Dataset Test) Load(string? folder = null, Shape? shape = null, bool oneHot = true)
    {
        shape ??= s_image;
        if (shape.Size != s_image.Size)
        {
            throw new ShapeException(
                $"Mnist.Load: expected a shape of 784 elements, such as [784] or [28, 28, 1], got {shape}.", s_image, shape);
        }

        IEnumerable<string> places = folder is null
            ? DefaultPlaces(Environment.GetEnvironmentVariable(DataDirectoryVariable))
            : [folder, Path.Combine(folder, "mnist")];
        string[] files = Find(places, isGiven: folder is not null);
        return (Read(files[0], files[1], shape, oneHot), Read(files[2], files[3], shape, oneHot));
    }

    internal static IEnumerable<string> DefaultPlaces(string? dataDirectory)
    {
        if (!string.IsNullOrEmpty(dataDirectory))
        {
            yield return dataDirectory;
            yield return Path.Combine(dataDirectory, "mnist");
        }

        yield return Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "engine", "mnist");
        yield return Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "engine", "mnist");
    }

    /// <summary>The paths of the four files in the first place that has them all.</summary>
    internal static string[] Find(IEnumerable<string> places, bool isGiven)
    {
        List<string> missing = [];
        foreach (string place in places)
        {
            string?[] found = Array.ConvertAll(s_files, name => FindFile(place, name));
            int absent = Array.IndexOf(found, null);
            if (absent < 0)
            {
                return found!;
            }

            missing.Add($"{place} ({(Directory.Exists(place) ? $"no {s_files[absent]}" : "no such folder")})");
        }

        throw new DirectoryNotFoundException(
            $"Mnist.Load: expected {string.Join(", ", s_files)}, each plain or with .gz, in one of: {string.Join("; ", missing)}."
            + " Put the four files into a folder and "
            + (isGiven ? "give that folder." : $"give that folder, or set {DataDirectoryVariable} to it."));
    }

    private static string? FindFile(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? path : File.Exists(path + ".gz") ? path + ".gz" : null;
    }

    private static Dataset Read(string imageFile, string labelFile, Shape shape, bool oneHot)
    {
        (byte[] pixels, Shape images) = Idx.ReadArray<byte>(imageFile);
        if (images.Rank != 3 || images[1] != s_image[0] || images[2] != s_image[1])
        {
            throw new InvalidDataException($"Mnist: {imageFile}: expected images of [n, 28, 28], got {images}.");
        }

        (byte[] digits, Shape labels) = Idx.ReadArray<byte>(labelFile);
        if (labels.Rank != 1 || labels[0] != images[0])
        {
            throw new InvalidDataException(
                $"Mnist: {labelFile}: expected labels of [{images[0]}], one for each image of {imageFile}, got {labels}.");
        }

        int wrong = digits.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(Classes - 1));
        if (wrong >= 0)
        {
            throw new InvalidDataException(
                $"Mnist: {labelFile}: expected labels of 0 to {Classes - 1}, got {digits[wrong]} at sample {wrong}.");
        }

        int[] classes = Array.ConvertAll(digits, digit => (int)digit);
        DataColumn targets = oneHot ? DataColumn.OneHot(classes, Classes) : classes;
        return new Dataset(DataColumn.FromBytes(pixels.ToTensor(shape.Prepend(images[0])), 255), targets);
    }
}
