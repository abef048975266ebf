namespace Engine.Interop;

/// <summary>The ways in which Keras lays weights out in an HDF5 file.</summary>
public enum KerasLayout
{
    /// <summary>
    /// That of Keras 3, <c>.weights.h5</c>: <c>layers/dense_1/vars/0</c>, under names that count the layers of each class.
    /// </summary>
    Keras3,

    /// <summary>
    /// That of Keras 1 and 2, <c>.h5</c>, which Keras 3 reads as well: a group a layer, under the layer's name, and names of
    /// layers and weights as attributes.
    /// </summary>
    Legacy,
}
