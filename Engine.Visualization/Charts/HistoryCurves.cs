namespace Engine.Visualization;

/// <summary>Turns histories into labelled curves.</summary>
internal static class HistoryCurves
{
    private const string ValidationPrefix = "val_";

    private const string Note =
        "Training values are taken with dropout on and are means over the epoch; validation is measured at the epoch's end with " +
        "dropout off. Validation that looks better than training is therefore normal.";

    public static LinesPanel Panel((string Label, History History)[] runs, string[] keys)
    {
        if (runs.Length == 0)
            throw new ArgumentException("Chart.OfHistories: expected at least one run, got none.", nameof(runs));

        var curves = new List<Curve>();
        var quantities = new List<string>();
        for (int run = 0; run < runs.Length; run++)
        {
            (string label, History history) = runs[run];
            if (history.Epochs == 0)
            {
                throw new ArgumentException(
                    $"Chart: expected a history of at least one epoch, got none in '{label}'.", nameof(runs));
            }

            foreach (string key in keys.Length > 0 ? keys : DefaultKeys(history))
            {
                IReadOnlyList<double> values = history[key];
                string quantity = QuantityOf(key);
                if (!quantities.Contains(quantity))
                    quantities.Add(quantity);

                int pair = quantities.IndexOf(quantity);
                string name = $"{(IsValidation(key) ? "validation" : "training")} {Readable(quantity)}";
                curves.Add(new Curve(
                    runs.Length == 1 && label.Length == 0 ? Capitalized(name) : keys.Length == 1 ? label : $"{label}: {name}",
                    [.. Enumerable.Range(1, values.Count).Select(epoch => (double)epoch)],
                    [.. values])
                {
                    // One run: colours tell quantities and roles apart. Several: the colour is the run's.
                    Color = runs.Length > 1 ? run : (2 * pair) + (IsValidation(key) ? 1 : 0),
                    Marker = pair,
                    IsDashed = !IsValidation(key),
                });
            }
        }

        string names = string.Join(" and ", quantities.Select(Readable));
        string role = keys.Length != 1 ? "" : IsValidation(keys[0]) ? "validation " : "training ";
        return new LinesPanel(
            $"{Capitalized(role + names)} by epoch", "Epoch", quantities.Count == 1 ? AxisTitle(quantities[0]) : Capitalized(names), [.. curves])
        {
            CountsX = true,
            Note = curves.Exists(curve => curve.IsDashed) && curves.Exists(curve => !curve.IsDashed) ? Note : null,
        };
    }

    /// <summary>"sparse_categorical_accuracy" as "sparse categorical accuracy".</summary>
    internal static string Readable(string key) => key.Replace('_', ' ');

    private static string[] DefaultKeys(History history) =>
        history.TryGet(ValidationPrefix + "loss", out _) ? ["loss", ValidationPrefix + "loss"] : ["loss"];

    private static bool IsValidation(string key) => key.StartsWith(ValidationPrefix, StringComparison.Ordinal);

    private static string QuantityOf(string key) => IsValidation(key) ? key[ValidationPrefix.Length..] : key;

    private static string AxisTitle(string quantity) =>
        quantity == "loss" ? "Loss (mean per sample)"
        : quantity.EndsWith("accuracy", StringComparison.Ordinal) ? $"{Capitalized(Readable(quantity))} (fraction correct)"
        : Capitalized(Readable(quantity));

    private static string Capitalized(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
