using Engine.Tuning;

namespace Engine.Visualization;

/// <summary>
/// Prints a sweep's progress: a line for each finished trial and, on a terminal, a bar below them with the time that is left.
/// Neither uses escape codes.
/// </summary>
/// <example><code>
///  3/27  rate 0.3, seed 2  4.1s  accuracy 0.9712 gap 0.0211
/// ━━────────────────── 3/27 12s 1m40s left
/// </code></example>
public sealed class ConsoleSweepProgress : IProgress<SweepProgress>
{
    private const int BarWidth = 20;

    private readonly TextWriter _writer;
    private readonly bool _isTerminal;
    private readonly bool _isUnicode;
    private readonly Func<int> _width;
    private readonly LineBuffer _line = new();
    private int _paintedLength;

    /// <summary>Progress on the console.</summary>
    public ConsoleSweepProgress()
        : this(Console.Out, TerminalInfo.IsInteractive, TerminalInfo.IsUnicode(Console.Out), () => TerminalInfo.Width)
    {
    }

    /// <summary>Progress on another writer.</summary>
    /// <param name="writer">Where to write; flushed after each trial, never closed.</param>
    /// <param name="isTerminal">Whether a line may be painted over after a carriage return. If not, there is no bar.</param>
    public ConsoleSweepProgress(TextWriter writer, bool isTerminal)
        : this(writer, isTerminal, TerminalInfo.IsUnicode(writer), () => TerminalInfo.Width)
    {
    }

    internal ConsoleSweepProgress(TextWriter writer, bool isTerminal, bool isUnicode, Func<int> width)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
        _isTerminal = isTerminal;
        _isUnicode = isUnicode;
        _width = width;
    }

    /// <summary>The metrics to print, in this order; all if null. Those that a trial does not have are left out.</summary>
    public IReadOnlyList<string>? Metrics { get; init; }

    /// <inheritdoc/>
    public void Report(SweepProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Last is { } trial)
        {
            ComposeTrial(value, trial);
            WriteLine();
        }
        else if (value.Resumed > 0)
        {
            _line.Clear();
            _line.Append($"{value.Resumed} of {value.Total} trials were done before.");
            WriteLine();
        }

        if (_isTerminal && value.Finished < value.Total)
        {
            ComposeBar(value);

            // The last column stays free: some terminals break the line when it is written.
            _line.Truncate(_width() - 1);
            Paint();
        }

        _writer.Flush();
    }

    private void ComposeTrial(SweepProgress value, TrialRecord trial)
    {
        _line.Clear();
        _line.AppendPadded(value.Finished, LineBuffer.DigitsOf(value.Total));
        _line.Append($"/{value.Total}  {trial}  ");
        _line.AppendDuration(trial.Seconds);
        _line.Append(" ");
        foreach (string name in Metrics ?? [.. trial.Metrics.Keys])
        {
            if (trial.Metrics.TryGetValue(name, out double metric))
            {
                _line.Append($" {name} ");
                _line.AppendValue(metric);
            }
        }
    }

    private void ComposeBar(SweepProgress value)
    {
        _line.Clear();
        _line.AppendBar((int)((long)BarWidth * value.Finished / value.Total), BarWidth, _isUnicode);
        _line.Append($" {value.Finished}/{value.Total} ");
        _line.AppendDuration(value.Elapsed.TotalSeconds);
        if (value.Remaining is { } remaining)
        {
            _line.Append(" ");
            _line.AppendDuration(remaining.TotalSeconds);
            _line.Append(" left");
        }
    }

    private void WriteLine()
    {
        Paint();
        _writer.WriteLine();
        _paintedLength = 0;
    }

    // Over what stands there: back to the first column, the text, spaces over the rest of the longer text before.
    private void Paint()
    {
        if (_paintedLength > 0)
        {
            int length = _line.Length;
            _line.Append(' ', _paintedLength - length);
            _writer.Write('\r');
        }

        _paintedLength = _isTerminal ? _line.Length : 0;
        _line.WriteTo(_writer);
    }
}
