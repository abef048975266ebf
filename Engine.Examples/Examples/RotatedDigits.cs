using System.Numerics.Tensors;

namespace Engine.Examples;

/// <summary>Digits that lie on their side: more and more unlike what a network was trained on.</summary>
internal static class RotatedDigits
{
    private const int Side = 28;

    /// <summary>Turns each digit about its middle, bilinearly; what comes from outside is 0.</summary>
    /// <param name="digits">[n, 784].</param>
    /// <param name="degrees">The angle, to the left.</param>
    public static Tensor<float> Turn(Tensor<float> digits, double degrees)
    {
        float[] x = [.. digits], y = new float[x.Length];
        (double sin, double cos) = Math.SinCos(degrees * Math.PI / 180);
        const double Middle = (Side - 1) / 2.0;
        for (int i = 0; i < y.Length; i++)
        {
            double row = (i % (Side * Side) / Side) - Middle, column = (i % Side) - Middle;
            double fromRow = Middle + (cos * row) + (sin * column), fromColumn = Middle + (cos * column) - (sin * row);
            int top = (int)Math.Floor(fromRow), left = (int)Math.Floor(fromColumn);
            int image = i / (Side * Side) * Side * Side;
            double down = fromRow - top, right = fromColumn - left;
            y[i] = (float)(
                (At(top, left) * (1 - down) * (1 - right)) + (At(top, left + 1) * (1 - down) * right)
                + (At(top + 1, left) * down * (1 - right)) + (At(top + 1, left + 1) * down * right));

            float At(int r, int c) => r is < 0 or >= Side || c is < 0 or >= Side ? 0 : x[image + (r * Side) + c];
        }

        return Tensor.Create(y, digits.Lengths);
    }
}
