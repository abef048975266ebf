using Engine.Kernels;

namespace Engine.Tests.Kernels;

[Category("Kernels")]
public sealed class GemmArgumentTests
{
    [Test]
    public void OperandsThatDoNotFitAreNamedWithTheirShapes()
    {
        ShapeException error = Assert.Throws<ShapeException>(
            () => Gemm.Multiply<float>(new(new float[6], 2, 3), new(new float[8], 4, 2), new(new float[4], 2, 2)))!;
        Assert.That(error.Message, Is.EqualTo(
            "Gemm.Multiply: expected A [m, k], B [k, n] and C [m, n], got A [2, 3], B [4, 2] and C [2, 2]. " +
            "The columns of A must be as many as the rows of B; use Transposed where a matrix is stored the other way around."));
    }

    [Test]
    public void ADestinationOfTheWrongShapeIsNamed()
    {
        ShapeException error = Assert.Throws<ShapeException>(
            () => Gemm.MultiplyAccumulate<float>(new(new float[6], 2, 3), new(new float[12], 3, 4), new(new float[10], 2, 5)))!;
        Assert.That(error.Message, Is.EqualTo(
            "Gemm.MultiplyAccumulate: expected A [m, k], B [k, n] and C [m, n], got A [2, 3], B [3, 4] and C [2, 5]. " +
            "C must be [2, 4]."));
    }

    [Test]
    public void ABiasOfTheWrongLengthIsNamed()
    {
        ShapeException error = Assert.Throws<ShapeException>(() => Gemm.MultiplyAddBias<float>(
            new(new float[6], 2, 3), new(new float[12], 3, 4), new float[3], new(new float[8], 2, 4), relu: false))!;
        Assert.That(error.Message, Is.EqualTo(
            "Gemm.MultiplyAddBias: expected a bias of length 4, one a column of B, or an empty one, got 3."));
    }

    [Test]
    public void FewerThanOneThreadIsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Gemm.Multiply<float>(new(new float[1], 1, 1), new(new float[1], 1, 1), new(new float[1], 1, 1), threads: 0));

    [Test]
    public void AViewOfTooFewValuesIsRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => _ = new ReadOnlyMatrixView<float>(new float[10], 3, 3, 4).Rows)!;
        Assert.That(error.Message, Is.EqualTo(
            "ReadOnlyMatrixView: expected at least 11 values for [3, 3] with row stride 4, got 10."));
        error = Assert.Throws<ArgumentException>(() => _ = new MatrixView<float>(new float[5], 2, 3).Rows)!;
        Assert.That(error.Message, Is.EqualTo("MatrixView: expected at least 6 values for [2, 3] with row stride 3, got 5."));
    }

    [Test]
    public void AViewWhoseSizeOverflowsAnIntIsRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => _ = new ReadOnlyMatrixView<float>(new float[10], 65537, 65536).Rows)!;
        Assert.That(error.Message, Is.EqualTo(
            "ReadOnlyMatrixView: expected at least 4295032832 values for [65537, 65536] with row stride 65536, got 10."));
    }

    [Test]
    public void NegativeLengthsAndShortStridesAreRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => _ = new MatrixView<float>(new float[10], -1, 3).Rows)!;
        Assert.That(error.Message, Is.EqualTo("MatrixView: expected rows and columns of at least 0, got [-1, 3]."));
        error = Assert.Throws<ArgumentException>(() => _ = new MatrixView<float>(new float[10], 2, 4, 3).Rows)!;
        Assert.That(error.Message, Is.EqualTo(
            "MatrixView: expected a row stride of at least the 4 columns, got 3. " +
            "The stride is the distance between the beginnings of two rows, in elements."));
    }

    [Test]
    public void ATransposedViewSwapsItsLengthsAndKeepsItsStride()
    {
        ReadOnlyMatrixView<float> view = new ReadOnlyMatrixView<float>(new float[12], 2, 3, 5).Transposed;
        Assert.That((view.Rows, view.Columns, view.RowStride, view.IsTransposed), Is.EqualTo((3, 2, 5, true)));
        Assert.That(view.Transposed.IsTransposed, Is.False);
    }
}
