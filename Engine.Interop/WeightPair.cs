using Engine.Layers;
using PureHDF;

namespace Engine.Interop;

/// <summary>A parameter and what shall be put into it.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Title">The parameter as messages name it: <c>kernel of dense_1 (Dense)</c>.</param>
/// <param name="Path">Where its numbers lie in the file.</param>
/// <param name="Dataset">Its numbers.</param>
internal sealed record WeightPair(Parameter Parameter, string Title, string Path, IH5Dataset Dataset);
