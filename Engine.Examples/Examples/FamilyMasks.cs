using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>Pictures of what the members of the dropout family make of a batch of ones, and of a kernel.</summary>
internal static class FamilyMasks
{
    private const int Samples = 24, Units = 32, Side = 10, Tiles = 3;

    /// <summary>Draws them, on one colour scale a picture.</summary>
    public static void Save(ExampleContext context)
    {
        context.Save(
            Chart.Grid(
                2,
                OnUnits("Dropout(0.5)", new Dropout(0.5)),
                OnUnits("VariationalDropout(0.5)", new VariationalDropout(0.5)),
                OnUnits("StochasticDepth(0.5)", new StochasticDepth(0.5)),
                OnUnits("ConcreteDropout, 0.5", new ConcreteDropout(One(Units), initialRate: 0.5))),
            "masks-units.png",
            800,
            720);
        context.Save(
            Chart.Grid(
                2,
                OnUnits("GaussianDropout(0.5)", new GaussianDropout(0.5)),
                OnUnits("GaussianNoise(0.5)", new GaussianNoise(0.5)),
                OnUnits("AlphaDropout(0.5)", new AlphaDropout(0.5)),
                OnUnits("DropConnect(0.5) of one matrix", new DropConnect(One(Units), 0.5))),
            "masks-noise.png",
            800,
            720);
        context.Save(
            Chart.Grid(
                2,
                OnMaps("Dropout(0.3)", new Dropout(0.3)),
                OnMaps("SpatialDropout2D(0.3)", new SpatialDropout2D(0.3)),
                OnMaps("DropBlock2D(3, 0.3)", new DropBlock2D(3, 0.3)),
                OnMaps("FeatureAlphaDropout(0.3)", new FeatureAlphaDropout(0.3))),
            "masks-maps.png",
            800,
            720);
    }

    // The identity: what comes out is what goes in, or the masked kernel itself, row by row, for the unit vectors.
    private static Dense One(int units) => new(units, useBias: false, kernelInitializer: Initializers.Initializer.Zeros);

    private static Chart OnUnits(string title, Layer layer)
    {
        bool isKernel = layer is DropConnect;
        var model = new Sequential(new Input(Units), layer) { Seed = 1 };
        foreach (Parameter kernel in model.Parameters.Where(parameter => parameter.Name == "kernel"))
            kernel.SetValues<float>([.. Enumerable.Range(0, Units * Units).Select(i => isKernel || i % (Units + 1) == 0 ? 1f : 0)]);
        Tensor<float> x = isKernel ? Identity() : Ones([Samples, Units]);
        return Chart.HeatMap(Draw(model, x), title, isKernel ? "Input" : "Sample", "Unit", "What becomes of 1");
    }

    // Nine maps of one sample, three by three.
    private static Chart OnMaps(string title, Layer layer)
    {
        const int Maps = Tiles * Tiles, Step = Side + 1;
        Tensor<float> y = Draw(new Sequential(new Input(Side, Side, Maps), layer) { Seed = 1 }, Ones([1, Side, Side, Maps]));
        Tensor<float> picture = Tensor.CreateFromShape<float>([(Tiles * Step) - 1, (Tiles * Step) - 1]);
        for (int i = 0; i < picture.Lengths[0]; i++)
        {
            for (int j = 0; j < picture.Lengths[1]; j++)
            {
                bool isBetween = i % Step == Side || j % Step == Side;
                picture[i, j] = isBetween ? float.NaN : y[0, i % Step, j % Step, (i / Step * Tiles) + (j / Step)];
            }
        }

        return Chart.HeatMap(picture, title, "Row (nine maps, three by three)", "Column", "What becomes of 1");
    }

    private static Tensor<float> Draw(Model model, Tensor<float> x) =>
        model.Predict(x, new PredictOptions { Phase = Phase.StochasticInference, Seed = 3 });

    private static Tensor<float> Ones(ReadOnlySpan<nint> lengths)
    {
        Tensor<float> ones = Tensor.CreateFromShape<float>(lengths);
        ones.Fill(1);
        return ones;
    }

    private static Tensor<float> Identity()
    {
        Tensor<float> x = Tensor.CreateFromShape<float>([Units, Units]);
        for (int i = 0; i < Units; i++)
            x[i, i] = 1;
        return x;
    }
}
