namespace Engine.Uncertainty;

/// <summary>
/// A point of accuracy against the retained fraction: what is right among the predictions that are most certain.
/// </summary>
/// <param name="Fraction">The share of the predictions that is kept, the most certain ones.</param>
/// <param name="Accuracy">The share of these that is right.</param>
public readonly record struct RetainedAccuracy(double Fraction, double Accuracy);
