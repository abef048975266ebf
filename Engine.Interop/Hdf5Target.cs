using Engine.Layers;
using PureHDF;

namespace Engine.Interop;

/// <summary>Writes HDF5 files.</summary>
internal static class Hdf5Target
{
    /// <summary>Writes beside the path and renames, so that a file that is there stays whole whatever happens.</summary>
    public static void Write(string path, H5File file)
    {
        string target = Path.GetFullPath(path);
        string temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            file.Write(temporary);
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The group at a path below another, made where it is not there.</summary>
    public static H5Group Group(H5Group root, string path)
    {
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!root.TryGetValue(name, out object? child))
            {
                root[name] = child = new H5Group();
            }

            root = (H5Group)child;
        }

        return root;
    }

    /// <summary>Adds the values of a parameter, in its own precision, under a path; a count of 0 where there is none.</summary>
    public static void Add(H5Group root, string path, Parameter? parameter)
    {
        int slash = path.LastIndexOf('/');
        Group(root, path[..Math.Max(slash, 0)])[path[(slash + 1)..]] = parameter is null ? new H5Dataset(0) : Dataset(parameter);
    }

    private static H5Dataset Dataset(Parameter parameter)
    {
        ulong[] lengths = [.. parameter.Shape.Select(length => (ulong)length)];
        return parameter.Precision == Precision.Single
            ? new H5Dataset(parameter.Values<float>().ToArray(), fileDims: lengths)
            : new H5Dataset(parameter.Values<double>().ToArray(), fileDims: lengths);
    }
}
