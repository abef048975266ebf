using Engine.Layers;

namespace Engine.Serialization;

/// <summary>Keeping models: extension members of <see cref="Model"/>.</summary>
/// <remarks>
/// One safetensors file holds everything: the weights under readable names ("dense_1/kernel") that any reader of the format can
/// read, the configuration and the format's version in the metadata and, on demand, the state of the training.
/// </remarks>
public static class ModelFile
{
    /// <summary>The version of the format that this library writes; files of later versions are refused.</summary>
    public const int FormatVersion = 1;

    extension(Model model)
    {
        /// <summary>
        /// Writes the model: weights, configuration and, on demand, what a training needs to go on as if never stopped.
        /// </summary>
        /// <param name="path">The file; it is replaced only when the new one is whole.</param>
        /// <param name="includeTraining">
        /// Whether to write the optimizer's slots, the epoch, the step and the seed as well. Save between epochs, after Fit or in
        /// OnEpochEnd, to go on as if never stopped: what is saved within an epoch, or after a cancelled one, holds its steps so
        /// far, but goes on with the whole epoch.
        /// </param>
        /// <exception cref="InvalidOperationException">The training is to be written, but the model is not compiled.</exception>
        /// <exception cref="IOException">The file cannot be written; one that was there stays as it was.</exception>
        public void Save(string path, bool includeTraining = false)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentException.ThrowIfNullOrEmpty(path);
            model.EnsureInitialized();
            model.Weights.EnterReadLock();
            try
            {
                SafetensorsWriter writer = new();
                ModelConfiguration.Write(model, writer.Metadata);
                foreach ((string name, Parameter parameter) in model.NamedParameters())
                {
                    Add(writer, name, parameter);
                }

                if (includeTraining)
                {
                    TrainingFile.Write(model, writer);
                }

                writer.Save(path);
            }
            finally
            {
                model.Weights.ExitReadLock();
            }
        }

        /// <summary>
        /// Makes the model that a file describes, with its weights and, where the file has it, the state of its training.
        /// </summary>
        /// <param name="path">A file written by Save.</param>
        /// <param name="catalog">Factories for layers of one's own; the library's layers need none.</param>
        /// <returns>
        /// The model, not compiled. To go on with a training, compile it with the same optimizer and the same schedule, if it had
        /// one (a learning rate without a schedule may be another), and call Fit with
        /// <see cref="FitOptions.InitialEpoch"/> set to <see cref="Model.EpochsTrained"/> and the same seed.
        /// </returns>
        /// <exception cref="InvalidDataException">
        /// The file is damaged, lies about its sizes, or asks for what the catalog lacks.
        /// </exception>
        public static Model Load(string path, LayerCatalog? catalog = null)
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            using SafetensorsFile file = SafetensorsFile.Open(path);
            Model loaded = ModelConfiguration.Read(file, path, catalog ?? new LayerCatalog());
            List<(string Tensor, Parameter Parameter)> pairs = [.. loaded.NamedParameters()];
            Check(file, path, pairs);
            TrainingFile? training = TrainingFile.Find(loaded, file, path);
            foreach ((string tensor, Parameter parameter) in pairs)
            {
                parameter.Allocate(loaded.Precision);
                Read(file, tensor, parameter);
            }

            training?.Apply(loaded, file);
            return loaded;
        }

        /// <summary>Takes weights by name from any safetensors file, this library's or another's.</summary>
        /// <param name="path">The file. Its numbers are converted to the model's precision.</param>
        /// <param name="nameOf">
        /// Gives the tensor's name in the file for a name of ours ("dense_1/kernel"), or null to leave that parameter as it is;
        /// the same names if null.
        /// </param>
        /// <exception cref="InvalidDataException">
        /// A tensor is missing or has another shape; the message names it, and no weight has been changed.
        /// </exception>
        public void LoadWeights(string path, Func<string, string?>? nameOf = null)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentException.ThrowIfNullOrEmpty(path);
            using SafetensorsFile file = SafetensorsFile.Open(path);
            model.EnsureInitialized();
            List<(string Tensor, Parameter Parameter)> pairs = [];
            foreach ((string name, Parameter parameter) in model.NamedParameters())
            {
                if (nameOf is null)
                {
                    pairs.Add((name, parameter));
                }
                else if (nameOf(name) is { } tensor)
                {
                    pairs.Add((tensor, parameter));
                }
            }

            Check(file, path, pairs);
            model.Weights.EnterWriteLock();
            try
            {
                foreach ((string tensor, Parameter parameter) in pairs)
                {
                    Read(file, tensor, parameter);
                }
            }
            finally
            {
                model.Weights.ExitWriteLock();
            }
        }
    }

    /// <summary>Adds the values of a parameter to a file, in its own precision.</summary>
    internal static void Add(SafetensorsWriter writer, string name, Parameter parameter)
    {
        if (parameter.Precision == Precision.Single)
        {
            writer.Add(name, parameter.Shape, parameter.Values<float>);
        }
        else
        {
            writer.Add(name, parameter.Shape, parameter.Values<double>);
        }
    }

    // All tensors are checked before the first is read: nothing is half loaded.
    private static void Check(SafetensorsFile file, string path, List<(string Tensor, Parameter Parameter)> pairs)
    {
        foreach ((string tensor, Parameter parameter) in pairs)
        {
            if (!file.Contains(tensor))
            {
                throw new InvalidDataException(
                    $"{path}: expected a tensor '{tensor}' of shape {parameter.Shape}, got none. "
                    + $"It has {string.Join(", ", file.Names.Take(20))}"
                    + (file.Names.Count > 20 ? ", ..." : "") + ".");
            }

            if (file.ShapeOf(tensor) != parameter.Shape)
            {
                throw new InvalidDataException(
                    $"{path}: tensor '{tensor}': expected the shape {parameter.Shape}, got {file.ShapeOf(tensor)}.");
            }
        }
    }

    private static void Read(SafetensorsFile file, string tensor, Parameter parameter)
    {
        if (parameter.Precision == Precision.Single)
        {
            file.CopyTo(tensor, parameter.WritableValues<float>());
        }
        else
        {
            file.CopyTo(tensor, parameter.WritableValues<double>());
        }
    }
}
