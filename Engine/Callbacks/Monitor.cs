namespace Engine.Callbacks;

/// <summary>A key of the history that a callback watches, and which values of it are better: Keras's rules.</summary>
/// <param name="owner">The callback's name, for errors.</param>
/// <param name="key">The key: "val_loss", "val_accuracy".</param>
/// <param name="minDelta">By how much a value must be better to count; at least 0.</param>
/// <param name="maximize">Whether larger is better; if null, where the name says so: accuracies.</param>
internal sealed class Monitor(string owner, string key, double minDelta, bool? maximize)
{
    private readonly bool _isMaximized = maximize ?? key.Contains("accuracy", StringComparison.Ordinal);

    /// <summary>The key.</summary>
    public string Key => key;

    /// <summary>The best value so far; infinity of the worse sign before the first.</summary>
    public double Best { get; private set; }

    /// <summary>Begins anew, or at a value that was reached before.</summary>
    /// <exception cref="InvalidOperationException">The history will have no such key.</exception>
    public void Reset(TrainingState training, double? initialBest = null)
    {
        if (!training.HistoryKeys.Contains(key))
        {
            throw new InvalidOperationException(
                $"{owner}: expected one of {string.Join(", ", training.HistoryKeys)} to monitor, got '{key}'. "
                + "Give Fit ValidationData or a ValidationSplit, or Compile a metric of that name.");
        }

        Best = initialBest ?? (_isMaximized ? double.NegativeInfinity : double.PositiveInfinity);
    }

    /// <summary>Takes the last epoch's value.</summary>
    /// <returns>Whether it is strictly better, by more than the least difference, than any before.</returns>
    public bool Improves(TrainingState training)
    {
        double value = training.History[key][^1];
        bool improves = _isMaximized ? value - minDelta > Best : value + minDelta < Best;
        if (improves)
        {
            Best = value;
        }

        return improves;
    }
}
