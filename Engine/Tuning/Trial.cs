namespace Engine.Tuning;

/// <summary>What one run of a sweep is to try, and with which seed.</summary>
public sealed class Trial
{
    private readonly IReadOnlyDictionary<string, SweepValue> _values;

    internal Trial(
        int point, int repeat, ulong seed, IReadOnlyDictionary<string, SweepValue> values, CancellationToken cancellationToken)
    {
        Point = point;
        Repeat = repeat;
        Seed = seed;
        _values = values;
        CancellationToken = cancellationToken;
    }

    /// <summary>The number of the combination of values, from 0.</summary>
    public int Point { get; }

    /// <summary>The number of the repetition of that combination, from 0.</summary>
    public int Repeat { get; }

    /// <summary>
    /// The seed to train with: that of the sweep plus the repetition. All combinations share it, so that their differences come
    /// from the values rather than from the draw.
    /// </summary>
    public ulong Seed { get; }

    /// <summary>The threads that a trial should use: 1, since the trials themselves run side by side.</summary>
    public int DegreeOfParallelism => 1;

    /// <summary>To be handed to Fit: cancelled with the sweep, or when another trial has failed.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The values by the names of the parameters, in their order.</summary>
    public IReadOnlyDictionary<string, SweepValue> Values => _values;

    /// <summary>A number by the name of its parameter.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter; the message lists them.</exception>
    /// <exception cref="InvalidOperationException">It is a text.</exception>
    public double this[string name] => Find(name) is { IsText: false } value ? value.Number : throw new InvalidOperationException(
        $"Trial: expected '{name}' to be a number, got the text '{Find(name)}'. Ask for it by Text.");

    /// <summary>A whole number by the name of its parameter.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter; the message lists them.</exception>
    /// <exception cref="InvalidOperationException">It is a text, or not whole.</exception>
    public int Integer(string name)
    {
        double number = this[name];
        return number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue
            ? (int)number
            : throw new InvalidOperationException(FormattableString.Invariant(
                $"Trial: expected '{name}' to be a whole number, got {number}."));
    }

    /// <summary>A text by the name of its parameter; a number as its digits.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter; the message lists them.</exception>
    public string Text(string name) => Find(name).ToString();

    /// <summary>The values and the seed: "rate 0.3, seed 7".</summary>
    public override string ToString() => Describe(_values, Seed);

    internal static string Describe(IReadOnlyDictionary<string, SweepValue> values, ulong seed) =>
        string.Join(", ", values.Select(pair => $"{pair.Key} {pair.Value}").Append($"seed {seed}"));

    private SweepValue Find(string name) => _values.TryGetValue(name, out SweepValue value)
        ? value
        : throw new KeyNotFoundException($"Trial: expected one of {string.Join(", ", _values.Keys)}, got '{name}'.");
}
