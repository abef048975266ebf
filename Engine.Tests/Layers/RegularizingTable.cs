using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>The dropout of whole channels: rows of <see cref="LayerTable"/>.</summary>
internal static class RegularizingTable
{
    private static readonly (Func<double, ulong?, Layer> Make, Shape[] Inputs, string Expected)[] Kinds =
    [
        ((rate, seed) => new SpatialDropout1D(rate, seed), [[3, 37], [7, 5]],
            "spatial_dropout1d (SpatialDropout1D): expected input [n, steps, channels], got [n, 37]. "
            + "The last axis is that of the channels, the others are steps."),
        ((rate, seed) => new SpatialDropout2D(rate, seed), [[3, 2, 37], [2, 7, 5]],
            "spatial_dropout2d (SpatialDropout2D): expected input [n, height, width, channels], got [n, 37]. "
            + "The last axis is that of the channels, the others are height and width."),
        ((rate, seed) => new SpatialDropout3D(rate, seed), [[2, 1, 3, 37], [2, 3, 7, 5]],
            "spatial_dropout3d (SpatialDropout3D): expected input [n, depth, height, width, channels], got [n, 37]. "
            + "The last axis is that of the channels, the others are depth, height and width."),
    ];

    public static IEnumerable<LayerCase> All =>
        from kind in Kinds
        from input in kind.Inputs
        from rate in (double[])[0, 0.3, 1]
        from seed in (ulong?[])[null, 2ul << 60]
        select new LayerCase($"of {rate}{(seed is null ? "" : " with a seed")}", () => kind.Make(rate, seed), [input], input)
        {
            Wrong = [[37]],
            WrongMessage = kind.Expected,
            AllowTrivial = rate == 1,
            IsSameInAllPhases = rate == 0,
        };
}
