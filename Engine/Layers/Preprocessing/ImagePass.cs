using Engine.Numerics;

namespace Engine.Layers;

/// <summary>What one image of a batch is worked on with: its sizes and its random numbers.</summary>
internal readonly record struct ImagePass(RandomSource Random, uint Key, bool IsTraining, int Height, int Width, int Channels)
{
    /// <summary>A number of this image at this step, uniform on [0, 1).</summary>
    public double Uniform(long element) => Random.Uniform(element, Key);

    /// <summary>A whole number from 0 to <paramref name="most"/>, each as likely as any other.</summary>
    public int Whole(long element, int most) => (int)(Uniform(element) * (most + 1.0));
}
