namespace Engine.Layers;

/// <summary>The mean of each channel.</summary>
/// <remarks>Input <c>[n, depth, height, width, channels]</c>, output <c>[n, channels]</c>. The gradient goes to all cells alike.</remarks>
/// <param name="keepDims">Whether the spatial axes stay, with length 1: output <c>[n, 1, 1, 1, channels]</c>.</param>
public sealed class GlobalAveragePooling3D(bool keepDims = false) : GlobalPooling(isMax: false, 3, keepDims);
