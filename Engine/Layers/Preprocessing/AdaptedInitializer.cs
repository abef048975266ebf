using System.Numerics.Tensors;
using Engine.Initializers;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>Fills a parameter with what a layer was given or learned from data before it became part of a model.</summary>
internal sealed class AdaptedInitializer(Func<double[]> values) : Initializer
{
    public override string Name => "adapted";

    public override void Fill<T>(Span<T> destination, Shape shape, in RandomSource random) =>
        TensorPrimitives.ConvertTruncating<double, T>(values(), destination);
}
