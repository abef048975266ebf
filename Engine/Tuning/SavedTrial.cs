namespace Engine.Tuning;

/// <summary>What a line of a results file says of a trial; its values and its seed follow from the sweep.</summary>
internal readonly record struct SavedTrial(int Point, int Repeat, IReadOnlyDictionary<string, double> Metrics, double Seconds);
