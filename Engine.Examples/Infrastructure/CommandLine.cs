using System.CommandLine;
using System.CommandLine.Parsing;

namespace Engine.Examples;

/// <summary>
/// Runs the example that the command line names: <c>[example] [options]</c>, or lists them
/// (<c>--help</c>; <c>--list</c>: the names alone, one a line). Exit codes: what the example returns; 1 when it
/// fails; 2 for a wrong command line; 130 when it is cancelled.
/// </summary>
internal sealed class CommandLine(ExampleRegistry registry, TextWriter output, TextWriter error)
{
    public const int Failed = 1;
    public const int Misused = 2;
    public const int Cancelled = 130;

    private static readonly string[] HelpNames = ["--help", "-h", "-?"];

    /// <summary>Parses, runs, and reports.</summary>
    public int Run(string[] arguments, CancellationToken cancellation = default)
    {
        bool isNamed = arguments.Length > 0 && !arguments[0].StartsWith('-');
        if (arguments.Length > 0 && HelpNames.Contains(arguments[0]))
        {
            Help.WriteAll(registry, new SharedOptions(), output);
            return 0;
        }

        if (arguments is ["--list"])
        {
            foreach (string name in registry.Names)
                output.WriteLine(name);
            return 0;
        }

        Example? example = isNamed ? registry.Find(arguments[0]) : registry.Default;
        if (example is null)
            return Misuse($"unknown example '{arguments[0]}'", Suggestion.For(arguments[0], registry.Names), registry.Names);

        string[] rest = isNamed ? arguments[1..] : arguments;
        var shared = new SharedOptions();
        if (rest.Any(HelpNames.Contains))
        {
            Help.WriteOne(example, shared, output);
            return 0;
        }

        var command = new Command(example.Name, example.Summary);
        foreach (Option option in example.Options.Concat(shared.All))
            command.Options.Add(option);
        ParseResult parsed = command.Parse(rest, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (!Check(example, command, shared, parsed))
            return Misused;

        var context = new ExampleContext(example.Name, parsed, shared, output, cancellation);
        return Run(example, context, parsed.GetValue(shared.Verbose));
    }

    private int Run(Example example, ExampleContext context, bool isVerbose)
    {
        try
        {
            return example.Run(context);
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            error.WriteLine($"{example.Name}: cancelled.");
            return Cancelled;
        }
        catch (Exception exception)
        {
            error.WriteLine($"{example.Name}: {(isVerbose ? exception.ToString() : exception.Message)}");
            if (!isVerbose)
                error.WriteLine("Run it with --verbose to see where this happened.");
            return Failed;
        }
    }

    private bool Check(Example example, Command command, SharedOptions shared, ParseResult parsed)
    {
        string[] names = [.. command.Options.Select(option => option.Name)];
        if (parsed.UnmatchedTokens.FirstOrDefault(token => token.StartsWith('-')) is string unknown)
        {
            Misuse($"{example.Name}: unknown option {unknown}", Suggestion.For(unknown, names), names);
            return false;
        }

        if (parsed.UnmatchedTokens.Count > 0)
        {
            string argument = parsed.UnmatchedTokens[0];
            error.WriteLine(registry.Find(argument) is null
                ? $"{example.Name}: unexpected argument '{argument}'. Only options are expected; --help lists them."
                : $"{example.Name}: unexpected argument '{argument}'. To run that example, name it first: {argument} [options].");
            return false;
        }

        foreach (Option option in command.Options)
        {
            // Its own wording: the parser's differs from option to option.
            if (parsed.GetResult(option) is OptionResult { Implicit: false } result
                && result.Tokens.Count != result.IdentifierTokenCount * option.Arity.MaximumNumberOfValues)
            {
                error.WriteLine($"{example.Name}: {option.Name}: expected one value, got none.");
                return false;
            }

            if (parsed.GetResult(option) is OptionResult { IdentifierTokenCount: > 1 })
            {
                error.WriteLine($"{example.Name}: {option.Name}: expected once, got several.");
                return false;
            }
        }

        if (parsed.Errors.Count > 0)
        {
            error.WriteLine($"{example.Name}: {parsed.Errors[0].Message}");
            return false;
        }

        if (parsed.GetValue(shared.Quick) && parsed.GetValue(shared.Full))
        {
            error.WriteLine($"{example.Name}: expected --quick or --full, got both. Leave one out.");
            return false;
        }

        return true;
    }

    private int Misuse(string problem, string? suggestion, IEnumerable<string> known)
    {
        string question = suggestion is null ? "." : $"; did you mean {suggestion}?";
        error.WriteLine($"{problem}{question} Known: {string.Join(", ", known)}.");
        return Misused;
    }
}
