using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Layers;

/// <summary>An augmentation that moves the pixels of an image along a random affine map and reads them there anew.</summary>
public abstract class RandomAffineLayer : RandomImageLayer
{
    private protected RandomAffineLayer(FillMode fillMode, Interpolation interpolation, ulong? seed, double fillValue, string kind)
        : base(seed)
    {
        FillMode = fillMode;
        Interpolation = interpolation;
        FillValue = Guard.Finite(fillValue, kind, nameof(fillValue));
    }

    /// <summary>What shows beyond the borders.</summary>
    public FillMode FillMode { get; }

    /// <summary>How the image is read between its pixels.</summary>
    public Interpolation Interpolation { get; }

    /// <summary>The value beyond the borders where <see cref="FillMode"/> is constant.</summary>
    public double FillValue { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        base.Describe(writer);
        writer.Write("fill_mode", FillMode.ToString());
        writer.Write("interpolation", Interpolation.ToString());
        writer.Write("fill_value", FillValue);
    }

    /// <summary>The map of one image.</summary>
    internal abstract AffineMap Draw(in ImagePass image);

    internal sealed override void Transform<T>(ReadOnlySpan<T> x, Span<T> y, in ImagePass image) =>
        ImageTransform.Forward(x, Draw(image), Sampling(image), y);

    internal sealed override void TransformGradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in ImagePass image) =>
        ImageTransform.Adjoint(dy, Draw(image), Sampling(image), dx);

    private ImageSampling Sampling(in ImagePass image) => new(
        image.Height, image.Width, image.Height, image.Width, image.Channels, FillMode,
        Interpolation == Interpolation.Nearest, FillValue);
}
