namespace Engine.Uncertainty;

/// <summary>What a classifier achieves with one way of prediction.</summary>
/// <param name="Samples">How many Monte Carlo samples are averaged; 0 stands for weight-scaling inference.</param>
/// <param name="Accuracy">The share of right predictions.</param>
/// <param name="NegativeLogLikelihood">The mean of −log p(true class), in nats.</param>
/// <param name="BrierScore">See <see cref="Calibration.BrierScore"/>.</param>
public readonly record struct AveragingPoint(int Samples, double Accuracy, double NegativeLogLikelihood, double BrierScore);
