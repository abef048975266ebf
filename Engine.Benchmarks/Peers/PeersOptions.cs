using System.Globalization;

namespace Engine.Benchmarks.Peers;

/// <summary>What the command line of the table asks for.</summary>
/// <param name="Out">The file to write the table to; null: none.</param>
/// <param name="Rounds">The number of timed blocks a row and library.</param>
/// <param name="Only">Rows whose name contains this; empty: all.</param>
internal sealed record PeersOptions(string? Out = null, int Rounds = 7, string Only = "")
{
    public static bool TryParse(IReadOnlyList<string> args, out PeersOptions options, out string error)
    {
        options = new PeersOptions();
        error = "";
        for (int i = 0; i < args.Count; i += 2)
        {
            string? value = i + 1 < args.Count ? args[i + 1] : null;
            switch (args[i])
            {
                case "--out" when value is not null:
                    options = options with { Out = value };
                    break;

                case "--only" when value is not null:
                    options = options with { Only = value };
                    break;

                case "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out int rounds) && rounds > 0:
                    options = options with { Rounds = rounds };
                    break;

                default:
                    error = $"expected an option with its value, got '{string.Join(' ', args.Skip(i).Take(2))}'.";
                    return false;
            }
        }

        return true;
    }
}
