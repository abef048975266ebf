using System.Globalization;

namespace Engine.Layers;

/// <summary>How the layers of preprocessing and augmentation are made again from a file.</summary>
internal static class PreprocessingLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        catalog.Add("RandomTranslation", c => new RandomTranslation(
            Range(c, "height_factor"), Range(c, "width_factor"), Fill(c), Reading(c), Seed(c), c.Number("fill_value")));
        catalog.Add("RandomRotation", c => new RandomRotation(
            Range(c, "factor"), Fill(c), Reading(c), Seed(c), c.Number("fill_value")));
        catalog.Add("RandomZoom", c => new RandomZoom(
            Range(c, "height_factor"),
            c.Has("width_factor_lower") ? Range(c, "width_factor") : null,
            Fill(c),
            Reading(c),
            Seed(c),
            c.Number("fill_value")));
        catalog.Add("RandomFlip", c => new RandomFlip(c.Choice<FlipMode>("mode"), Seed(c)));
        catalog.Add("RandomContrast", c => new RandomContrast(Range(c, "factor"), Pair(c, "value_range"), Seed(c)));
        catalog.Add("RandomBrightness", c => new RandomBrightness(Range(c, "factor"), Pair(c, "value_range"), Seed(c)));
        catalog.Add("RandomCrop", c => new RandomCrop(c.WholeNumber("height"), c.WholeNumber("width"), Seed(c)));
        catalog.Add("RandomErasing", c => new RandomErasing(
            c.Number("factor"),
            Pair(c, "scale"),
            c.Has("fill_value") ? c.Number("fill_value") : null,
            Pair(c, "value_range"),
            Seed(c)));
        catalog.Add("Rescaling", c => new Rescaling(c.Number("scale"), c.Number("offset")));
        catalog.Add("Resizing", c => new Resizing(c.WholeNumber("height"), c.WholeNumber("width"), Reading(c)));
        catalog.Add("CenterCrop", c => new CenterCrop(c.WholeNumber("height"), c.WholeNumber("width")));
        catalog.Add("Normalization", c => new Normalization(invert: c.Flag("invert")));
        catalog.Add("ZcaWhitening", c => new ZcaWhitening(c.Number("epsilon")));
    }

    private static FactorRange Range(LayerConfiguration configuration, string name) => FactorRange.Read(configuration, name);

    private static (double Lower, double Upper) Pair(LayerConfiguration configuration, string name)
    {
        FactorRange range = Range(configuration, name);
        return (range.Lower, range.Upper);
    }

    private static FillMode Fill(LayerConfiguration configuration) => configuration.Choice<FillMode>("fill_mode");

    private static Interpolation Reading(LayerConfiguration configuration) => configuration.Choice<Interpolation>("interpolation");

    private static ulong? Seed(LayerConfiguration configuration) =>
        configuration.Has("seed") ? ulong.Parse(configuration.Text("seed"), CultureInfo.InvariantCulture) : null;
}
