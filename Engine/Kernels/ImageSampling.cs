namespace Engine.Kernels;

/// <summary>The sizes of an image before and after, and how it is read between and beyond its pixels.</summary>
internal readonly record struct ImageSampling(
    int Height,
    int Width,
    int OutputHeight,
    int OutputWidth,
    int Channels,
    FillMode FillMode,
    bool IsNearest,
    double FillValue);
