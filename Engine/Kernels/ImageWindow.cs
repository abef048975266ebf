namespace Engine.Kernels;

/// <summary>A rectangle of pixels within an image.</summary>
internal readonly record struct ImageWindow(int Top, int Left, int Height, int Width)
{
    /// <summary>y = the window of the image x, of rows of <paramref name="rowLength"/> pixels.</summary>
    public void Cut<T>(ReadOnlySpan<T> x, int rowLength, int channels, Span<T> y)
    {
        for (int row = 0; row < Height; row++)
        {
            x.Slice((((Top + row) * rowLength) + Left) * channels, Width * channels).CopyTo(y[(row * Width * channels)..]);
        }
    }

    /// <summary>dx = dy in the window, 0 around it: the transpose of <see cref="Cut"/>.</summary>
    public void CutAdjoint<T>(ReadOnlySpan<T> dy, int rowLength, int channels, Span<T> dx)
    {
        dx.Clear();
        for (int row = 0; row < Height; row++)
        {
            dy.Slice(row * Width * channels, Width * channels).CopyTo(dx[((((Top + row) * rowLength) + Left) * channels)..]);
        }
    }

    /// <summary>The rows of the window within the image.</summary>
    public Span<T> Row<T>(Span<T> image, int row, int rowLength, int channels) =>
        image.Slice((((Top + row) * rowLength) + Left) * channels, Width * channels);
}
