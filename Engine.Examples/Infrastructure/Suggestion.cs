namespace Engine.Examples;

/// <summary>"Did you mean ...?"</summary>
internal static class Suggestion
{
    /// <summary>The candidate that is closest to a mistyped word, or null when none is close.</summary>
    public static string? For(string word, IEnumerable<string> candidates)
    {
        string? best = candidates.MinBy(candidate => Distance(word, candidate));
        return best is not null && Distance(word, best) <= Math.Max(2, word.Length / 3) ? best : null;
    }

    /// <summary>How many letters to insert, remove or replace: the distance of Levenshtein.</summary>
    internal static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
