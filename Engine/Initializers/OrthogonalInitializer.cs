using Engine.LinearAlgebra;
using Engine.Numerics;

namespace Engine.Initializers;

/// <summary>
/// The Q of a normal matrix's QR decomposition. With R's diagonal made positive Q is uniform over the orthogonal matrices
/// (Mezzadri 2007).
/// </summary>
internal sealed class OrthogonalInitializer : Initializer
{
    private readonly double _gain;

    public OrthogonalInitializer(double gain)
    {
        _gain = Guard.Finite(gain, "Orthogonal", nameof(gain));
        Parameters = Configuration.Of(("gain", gain));
    }

    public override string Name => "orthogonal";

    public override IReadOnlyDictionary<string, double> Parameters { get; }

    public override void Fill<T>(Span<T> values, Shape shape, in RandomSource random)
    {
        if (shape.Rank < 2)
        {
            throw new ShapeException($"Orthogonal: expected a parameter of at least two axes, got {shape}.", null, shape);
        }

        int columns = shape[^1], rows = shape.Size / columns;
        int longer = Math.Max(rows, columns), shorter = Math.Min(rows, columns);

        // Column-major [longer, shorter]: read row-major, its transpose is what a wide matrix needs.
        double[] q = new double[longer * shorter];
        random.FillNormal<double>(q);
        MathNetBridge.Orthonormalize(q, longer, shorter);
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                double value = rows >= columns ? q[(c * longer) + r] : q[(r * longer) + c];
                values[(r * columns) + c] = T.CreateTruncating(_gain * value);
            }
        }
    }
}
