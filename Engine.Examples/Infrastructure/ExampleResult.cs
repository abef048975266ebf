namespace Engine.Examples;

/// <summary>What an example found, for result.json. The order of all members is kept in the file.</summary>
internal sealed class ExampleResult
{
    /// <summary>How it was run, by name: a string, a bool, an int, a long, a ulong or a double.</summary>
    public List<(string Name, object Value)> Settings { get; } = [];

    /// <summary>The seeds, by what they are for.</summary>
    public List<(string Name, ulong Value)> Seeds { get; } = [];

    /// <summary>The wall-clock seconds of the whole example.</summary>
    public double Seconds { get; set; }

    /// <summary>The measured numbers by name; what is not finite is written as null.</summary>
    public List<(string Name, double Value)> Metrics { get; } = [];
}
