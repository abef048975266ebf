using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>Pictures of what the members of the dropout family make of a batch of ones, and of a kernel.</summary>
internal static class FamilyMasks
{
    private const int Samples = 24, Units = 32, Side = 16;

    /// <summary>Draws them, on one colour scale a picture.</summary>
    public static void Save(ExampleContext context)
    {
        context.Save(
            Chart.SideBySide(
                OnUnits("Dropout(0.5)", new Dropout(0.5)),
                OnUnits("VariationalDropout(0.5)", new VariationalDropout(0.5)),
                OnUnits("StochasticDepth(0.5)", new StochasticDepth(0.5)),
                OnUnits("ConcreteDropout, 0.5", new ConcreteDropout(One(Units), initialRate: 0.5))),
            "masks-units.png",
            1200,
            420);
        context.Save(
            Chart.SideBySide(
                OnUnits("GaussianDropout(0.5)", new GaussianDropout(0.5)),
                OnUnits("GaussianNoise(0.5)", new GaussianNoise(0.5)),
                OnUnits("AlphaDropout(0.5)", new AlphaDropout(0.5)),
                OnUnits("DropConnect(0.5) of one matrix", new DropConnect(One(Units), 0.5))),
            "masks-noise.png",
            1200,
            420);
        context.Save(
            Chart.SideBySide(
                OnMaps("Dropout(0.2)", new Dropout(0.2)),
                OnMaps("SpatialDropout2D(0.2)", new SpatialDropout2D(0.2)),
                OnMaps("DropBlock2D(4, 0.2)", new DropBlock2D(4, 0.2)),
                OnMaps("FeatureAlphaDropout(0.2)", new FeatureAlphaDropout(0.2))),
            "masks-maps.png",
            1200,
            420);
    }

    // The identity: what comes out is what goes in, or the masked kernel itself, row by row, for the unit vectors.
    private static Dense One(int units) => new(units, useBias: false, kernelInitializer: Initializers.Initializer.Zeros);

    private static Chart OnUnits(string title, Layer layer)
    {
        bool isKernel = layer is DropConnect;
        var model = new Sequential(new Input(Units), layer) { Seed = 1 };
        foreach (Parameter kernel in model.Parameters.Where(parameter => parameter.Name == "kernel"))
            kernel.SetValues<float>([.. Enumerable.Range(0, Units * Units).Select(i => isKernel || i % (Units + 1) == 0 ? 1f : 0f)]);
        Tensor<float> x = isKernel ? Identity() : Ones([Samples, Units]);
        return Chart.HeatMap(Draw(model, x), title, isKernel ? "Input" : "Sample", "Unit", "What becomes of 1");
    }

    // Four maps of one sample, two by two.
    private static Chart OnMaps(string title, Layer layer)
    {
        Tensor<float> y = Draw(new Sequential(new Input(Side, Side, 4), layer) { Seed = 1 }, Ones([1, Side, Side, 4]));
        Tensor<float> tiles = Tensor.CreateFromShape<float>([(2 * Side) + 1, (2 * Side) + 1]);
        for (int i = 0; i <= 2 * Side; i++)
        {
            for (int j = 0; j <= 2 * Side; j++)
            {
                bool isBetween = i == Side || j == Side;
                int row = i > Side ? 1 : 0, column = j > Side ? 1 : 0;
                tiles[i, j] = isBetween ? float.NaN : y[0, i - (row * (Side + 1)), j - (column * (Side + 1)), (2 * row) + column];
            }
        }

        return Chart.HeatMap(tiles, title, "Four maps: row", "Column", "What becomes of 1");
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
