using System.CommandLine;

namespace Engine.Examples;

/// <summary>The help texts.</summary>
internal static class Help
{
    private const string Invocation = "dotnet run -c Release --project Engine.Examples --";

    /// <summary>All examples with their options.</summary>
    public static void WriteAll(ExampleRegistry registry, SharedOptions shared, TextWriter output)
    {
        output.WriteLine($"Usage: {Invocation} [example] [options]");
        output.WriteLine("       --help after a name: that example alone; --list: the names, one a line.");
        output.WriteLine();
        output.WriteLine($"Examples (none named: {registry.Default.Name}):");
        foreach (Example example in registry.Examples)
        {
            output.WriteLine($"  {example.Name}");
            output.WriteLine($"      {example.Summary}");
            WriteOptions(example.Options, "      ", output);
        }

        output.WriteLine();
        output.WriteLine("Options of every example:");
        WriteOptions(shared.All, "  ", output);
    }

    /// <summary>One example with all options it takes.</summary>
    public static void WriteOne(Example example, SharedOptions shared, TextWriter output)
    {
        output.WriteLine(example.Summary);
        output.WriteLine();
        output.WriteLine($"Usage: {Invocation} {example.Name} [options]");
        output.WriteLine();
        output.WriteLine("Options:");
        WriteOptions([.. example.Options, .. shared.All], "  ", output);
    }

    private static void WriteOptions(IReadOnlyList<Option> options, string indent, TextWriter output)
    {
        int width = options.Select(option => Syntax(option).Length).DefaultIfEmpty().Max();
        foreach (Option option in options)
            output.WriteLine($"{indent}{Syntax(option).PadRight(width)}  {option.Description}");
    }

    private static string Syntax(Option option) => option.HelpName is null ? option.Name : $"{option.Name} <{option.HelpName}>";
}
