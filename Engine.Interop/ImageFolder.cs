using Engine.Data;

namespace Engine.Interop;

/// <summary>
/// A folder of pictures: a subfolder for each class, with PNG, JPEG and BMP files in it. They are decoded when a batch is
/// gathered, the next batch on other threads while a step is computed; the folder never lies in memory whole.
/// </summary>
/// <remarks>
/// <code>
/// var pictures = ImageFolder.Open("flowers", new ImageFolderOptions { Size = (224, 224), Preprocess = Vgg16.Preprocess });
/// (Dataset train, Dataset test) = pictures.Dataset.Shuffle(seed: 1).Split(0.8);
/// </code>
/// </remarks>
public sealed class ImageFolder
{
    private static readonly string[] s_endings = [".png", ".jpg", ".jpeg", ".bmp"];

    private ImageFolder(string[] classNames, string[] files, int[] labels, ImageFolderOptions options)
    {
        ClassNames = classNames;
        Files = files;
        Labels = labels;
        Dataset = new Dataset(
            DataColumn.FromSource(new ImageSource(files, options)),
            options.OneHot ? DataColumn.OneHot(labels, classNames.Length) : labels);
    }

    /// <summary>The names of the subfolders, in the order of their numbers: sorted by character codes.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The paths of the images, class by class, each sorted by character codes.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The class of each file: an index of <see cref="ClassNames"/>.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>
    /// The images, [height, width, channels] of 0 to 255 before any preprocessing, and their classes; in the order of
    /// <see cref="Files"/>: shuffle before splitting.
    /// </summary>
    public Dataset Dataset { get; }

    /// <summary>Lists the files of a folder. None is opened before it is needed.</summary>
    /// <param name="path">
    /// The folder. Files of other endings, folders inside the classes' ones, and what begins with a dot are left out.
    /// </param>
    /// <param name="options">Size, channels and targets; 256 by 256, red, green and blue, one-hot if null.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">
    /// There are no subfolders, or one has no images. When a batch is gathered: a file is no image, damaged, or too large; the
    /// message names it.
    /// </exception>
    public static ImageFolder Open(string path, ImageFolderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new ImageFolderOptions();
        options.Validate();
        if (!Directory.Exists(path))
        {
            throw new DirectoryNotFoundException(
                $"ImageFolder: expected a folder with a subfolder for each class, got '{path}', which is none.");
        }

        string[] folders = [.. Directory.EnumerateDirectories(path).Where(IsShown).Order(StringComparer.Ordinal)];
        if (folders.Length == 0)
        {
            throw new InvalidDataException($"ImageFolder: {path}: expected a subfolder for each class, got none.");
        }

        string[][] files = Array.ConvertAll(folders, FilesOf);
        return new ImageFolder(
            Array.ConvertAll(folders, folder => Path.GetFileName(folder)),
            [.. files.SelectMany(list => list)],
            [.. files.SelectMany((list, label) => Enumerable.Repeat(label, list.Length))],
            options);
    }

    // Notebooks, versioning and archives leave hidden folders and files beside the pictures: .ipynb_checkpoints, ._1.jpg.
    private static bool IsShown(string path) => !Path.GetFileName(path.AsSpan()).StartsWith('.');

    private static string[] FilesOf(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder)
            .Where(file => IsShown(file) && s_endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new InvalidDataException(
            $"ImageFolder: {folder}: expected images, files ending in {string.Join(", ", s_endings)}, got none.");
    }
}
