using System.Numerics;
using Engine.Layers;

namespace Engine.Interop;

/// <summary>
/// Exchanges weights with Keras by HDF5 files: those of Keras 3 (<c>.weights.h5</c>), and those of Keras 1 and 2 (<c>.h5</c>),
/// weights alone or whole models. The model itself is made here, of the same layers in the same order; no code and no
/// configuration is read from the file.
/// </summary>
/// <remarks>
/// <code>
/// Model model = Vgg16.Create([224, 224, 3]);
/// KerasWeights.Load(model, "vgg16_weights_tf_dim_ordering_tf_kernels.h5");
/// KerasWeights.Load(tuned, "old.h5", byName: true);            // what both have
/// KerasWeights.Save(model, "model.weights.h5");
/// </code>
/// A layer's weights stand in the order of its <see cref="Layer.Parameters"/>, which is that of Keras.
/// </remarks>
public static class KerasWeights
{
    /// <summary>
    /// Takes the weights of a file of either layout. Numbers of 16, 32 and 64 bits become the model's precision.
    /// </summary>
    /// <param name="model">
    /// Its layers have to stand in the order of Keras's model, and be as many, but for those without weights.
    /// </param>
    /// <param name="path">The file: <c>.weights.h5</c>, or <c>.h5</c> of weights or of a whole model.</param>
    /// <param name="byName">
    /// Whether to match layers by their names instead of by their order, and to leave out those that only one side has. Files of
    /// Keras 3 have names only if they are not too old.
    /// </param>
    /// <returns>What was taken and what was left out; by order nothing is.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, no file of Keras, or does not fit; the message says which layer, what was expected and what came. No
    /// weight has been changed.
    /// </exception>
    public static KerasLoadReport Load(Model model, string path, bool byName = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return model.Precision == Precision.Single ? Load<float>(model, path, byName) : Load<double>(model, path, byName);
    }

    /// <summary>Writes the weights of all layers, so that Keras can load them into the same model.</summary>
    /// <param name="model">The model. It must not be training.</param>
    /// <param name="path">
    /// The file; it is replaced only when the new one is whole. Keras 3 takes the name's end for the layout: <c>.weights.h5</c>
    /// for <see cref="KerasLayout.Keras3"/>, <c>.h5</c> for <see cref="KerasLayout.Legacy"/>.
    /// </param>
    /// <param name="layout">How to lay them out.</param>
    /// <exception cref="IOException">The file cannot be written; one that was there stays as it was.</exception>
    public static void Save(Model model, string path, KerasLayout layout = KerasLayout.Keras3)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        Hdf5Target.Write(path, layout switch
        {
            KerasLayout.Keras3 => Keras3Layout.Write(model),
            KerasLayout.Legacy => LegacyLayout.Write(model),
            _ => throw new ArgumentOutOfRangeException(
                nameof(layout), $"KerasWeights.Save: expected {KerasLayout.Keras3} or {KerasLayout.Legacy}, got {layout}."),
        });
    }

    // All of it is in memory before the first weight is replaced: what breaks in the midst of the file changes nothing.
    private static KerasLoadReport Load<T>(Model model, string path, bool byName)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (KerasLoadReport report, Dictionary<Parameter, T[]> values) = Hdf5Source.Read(path, source =>
        {
            IReadOnlyList<WeightPair> pairs = LegacyLayout.Find(source) is { } root
                ? LegacyLayout.Match(model, source, root, byName, out KerasLoadReport report)
                : Keras3Layout.Match(model, source, byName, out report);
            foreach (WeightPair pair in pairs)
            {
                source.CheckShape(pair);
            }

            return (report, pairs.DistinctBy(pair => pair.Parameter).ToDictionary(pair => pair.Parameter, source.ReadNumbers<T>));
        });
        model.SetParameters(values);
        return report;
    }
}
