namespace Engine.Uncertainty;

/// <summary>One bin of a reliability diagram: predictions that were about as confident.</summary>
/// <param name="Lower">The lower end of the confidences; not part of the bin, but for the first.</param>
/// <param name="Upper">The upper end; part of the bin.</param>
/// <param name="Count">How many predictions lie in it.</param>
/// <param name="Confidence">The mean of their confidences; 0 if there are none.</param>
/// <param name="Accuracy">The share of them that was right; 0 if there are none.</param>
public readonly record struct ReliabilityBin(double Lower, double Upper, int Count, double Confidence, double Accuracy);
