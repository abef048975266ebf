namespace Engine.Kernels;

/// <summary>
/// Where an output pixel (x, y) comes from: x' = XX·x + XY·y + X0 and y' = YX·x + YY·y + Y0, in pixels of the input, whose first
/// pixel has its centre at (0, 0). In double in either precision, so that both read the same pixels.
/// </summary>
internal readonly record struct AffineMap(double XX, double XY, double X0, double YX, double YY, double Y0)
{
    /// <summary>Moves the image down and to the right by so many pixels.</summary>
    public static AffineMap Translation(double down, double right) => new(1, 0, -right, 0, 1, -down);

    /// <summary>Turns the image about its centre, counter-clockwise as one sees it: 1 is a whole turn.</summary>
    public static AffineMap Rotation(double turns, int height, int width)
    {
        // Of exact values at quarter turns: they map pixels to pixels.
        (double sin, double cos) = double.SinCosPi(2 * turns);
        double x = (width - 1) / 2.0, y = (height - 1) / 2.0;
        return new(cos, -sin, x - (cos * x) + (sin * y), sin, cos, y - (sin * x) - (cos * y));
    }

    /// <summary>Zooms about the centre: what is above 1 shows more than the image, what is below 1 a part of it.</summary>
    public static AffineMap Zoom(double vertical, double horizontal, int height, int width) => new(
        horizontal, 0, (1 - horizontal) * (width - 1) / 2.0, 0, vertical, (1 - vertical) * (height - 1) / 2.0);

    /// <summary>Stretches an image to another size, edge to edge.</summary>
    public static AffineMap Resize(int height, int width, int outputHeight, int outputWidth)
    {
        // Centres lie at half a pixel: x' + ½ = (x + ½) · width / outputWidth.
        double x = (double)width / outputWidth, y = (double)height / outputHeight;
        return new(x, 0, (0.5 * x) - 0.5, 0, y, (0.5 * y) - 0.5);
    }
}
