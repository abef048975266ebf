namespace Engine.Layers;

/// <summary>The largest value of each channel; NaN if the channel has one.</summary>
/// <remarks>Input <c>[n, height, width, channels]</c>, output <c>[n, channels]</c>. The gradient goes to the first cell that is as large.</remarks>
/// <param name="keepDims">Whether the spatial axes stay, with length 1: output <c>[n, 1, 1, channels]</c>.</param>
public sealed class GlobalMaxPooling2D(bool keepDims = false) : GlobalPooling(isMax: true, 2, keepDims);
