using System.Globalization;

namespace Engine.Layers;

/// <summary>The dropout family in the <see cref="LayerCatalog"/>.</summary>
internal static class RegularizingLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        catalog.Add("AlphaDropout", c => new AlphaDropout(c.Number("rate"), NoiseShape.Read(c), SeedOf(c)));
        catalog.Add("ConcreteDropout", c => new ConcreteDropout(
            c.Layer("layer"),
            c.Number("weight_regularizer"),
            c.Number("dropout_regularizer"),
            c.Number("initial_rate"),
            c.Number("temperature"),
            SeedOf(c)));
        catalog.Add("DropBlock2D", c => new DropBlock2D(c.WholeNumber("block_size"), c.Number("rate"), SeedOf(c)));
        catalog.Add("DropConnect", c => new DropConnect(
            c.Layer("layer"), c.Number("rate"), c.Has("parameter_names") ? c.Texts("parameter_names") : null, SeedOf(c)));
        catalog.Add("Dropout", c => new Dropout(c.Number("rate"), NoiseShape.Read(c), SeedOf(c)));
        catalog.Add("FeatureAlphaDropout", c => new FeatureAlphaDropout(c.Number("rate"), SeedOf(c)));
        catalog.Add("GaussianDropout", c => new GaussianDropout(c.Number("rate"), SeedOf(c)));
        catalog.Add("GaussianNoise", c => new GaussianNoise(c.Number("standard_deviation"), SeedOf(c)));
        catalog.Add("SparsityRegularization", c => new SparsityRegularization(
            c.Number("target"), c.Number("factor"), c.Choice<SparsityDivergence>("divergence")));
        catalog.Add("SpatialDropout1D", c => new SpatialDropout1D(c.Number("rate"), SeedOf(c)));
        catalog.Add("SpatialDropout2D", c => new SpatialDropout2D(c.Number("rate"), SeedOf(c)));
        catalog.Add("SpatialDropout3D", c => new SpatialDropout3D(c.Number("rate"), SeedOf(c)));
        catalog.Add("StochasticDepth", c => new StochasticDepth(c.Number("rate"), SeedOf(c)));
        catalog.Add("VariationalDropout", c => new VariationalDropout(c.Number("rate"), c.Flag("until_renewed"), SeedOf(c))
        {
            Draw = c.WholeNumber("draw"),
        });
    }

    private static ulong? SeedOf(LayerConfiguration configuration) => configuration.Has("seed")
        ? ulong.Parse(configuration.Text("seed"), CultureInfo.InvariantCulture)
        : null;
}
