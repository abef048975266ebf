namespace Engine.Visualization;

/// <summary>
/// Prints a training's progress: one line an epoch with time, loss and metrics. On a terminal the line shows, while the epoch runs,
/// a bar, the metrics so far and the time left, repainted ten times a second at most; elsewhere (a file, a pipe, a build server)
/// only finished lines are written. Neither uses escape codes.
/// </summary>
/// <remarks>
/// Seconds are wall-clock time of the epoch, validation included; the time of a step is without it. Painting allocates nothing of
/// its own; whether the writer does is the writer's affair.
/// </remarks>
/// <example><code>
/// Epoch 3/20  79/79 ━━━━━━━━━━ 0.4s 5.1ms/step  loss 0.4120 accuracy 0.8710 val_loss 0.3010 val_accuracy 0.9120
/// </code></example>
public sealed class ConsoleProgress : Callback
{
    private const int BarWidth = 10;
    private const string ValidationPrefix = "val_";

    private static readonly TimeSpan RepaintInterval = TimeSpan.FromMilliseconds(100);

    private readonly TextWriter _writer;
    private readonly bool _isTerminal;
    private readonly bool _isUnicode;
    private readonly Func<int> _width;
    private readonly TimeProvider _time;
    private readonly LineBuffer _line = new();
    private long _epochStart;
    private long _lastStep;
    private long _lastPaint;
    private int _paintedLength;

    /// <summary>Progress on the console.</summary>
    public ConsoleProgress()
        : this(
            Console.Out, TerminalInfo.IsInteractive, TerminalInfo.IsUnicode(Console.Out), () => TerminalInfo.Width, TimeProvider.System)
    {
    }

    /// <summary>Progress on another writer.</summary>
    /// <param name="writer">Where to write; flushed after each line and each repaint, never closed.</param>
    /// <param name="isTerminal">
    /// Whether a line may be painted over after a carriage return. If not, one plain line is written at the end of each epoch.
    /// </param>
    public ConsoleProgress(TextWriter writer, bool isTerminal)
        : this(writer, isTerminal, TerminalInfo.IsUnicode(writer), () => TerminalInfo.Width, TimeProvider.System)
    {
    }

    internal ConsoleProgress(TextWriter writer, bool isTerminal, bool isUnicode, Func<int> width, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
        _isTerminal = isTerminal;
        _isUnicode = isUnicode;
        _width = width;
        _time = time;
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(TrainingState training)
    {
        _epochStart = _lastStep = _time.GetTimestamp();
        if (_isTerminal)
            Paint(training);
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingState training)
    {
        _lastStep = _time.GetTimestamp();
        if (_isTerminal && _time.GetElapsedTime(_lastPaint, _lastStep) >= RepaintInterval)
            Paint(training);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainingState training)
    {
        double seconds = _time.GetElapsedTime(_epochStart).TotalSeconds;
        Compose(training, seconds, withBar: _isTerminal, isDone: true);

        // A line that stays may be as long as it is, but rather without its bar than broken.
        if (_isTerminal && _line.Length >= _width())
            Compose(training, seconds, withBar: false, isDone: true);
        Show();
        _writer.WriteLine();
        _writer.Flush();
        _paintedLength = 0;
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingState training)
    {
        // Cancelled within an epoch: whatever is printed next begins on a line of its own.
        if (_paintedLength > 0)
        {
            _writer.WriteLine();
            _writer.Flush();
            _paintedLength = 0;
        }
    }

    private void Paint(TrainingState training)
    {
        _lastPaint = _time.GetTimestamp();
        Compose(training, _time.GetElapsedTime(_epochStart, _lastPaint).TotalSeconds, withBar: true, isDone: false);

        // The last column stays free: some terminals break the line when it is written.
        _line.Truncate(_width() - 1);
        Show();
        _writer.Flush();
    }

    // Paints over what stands there: back to the first column, the text, spaces over the rest of the longer text before.
    private void Show()
    {
        if (_isTerminal)
        {
            int length = _line.Length;
            _line.Append(' ', _paintedLength - length);
            _paintedLength = length;
            _writer.Write('\r');
        }

        _line.WriteTo(_writer);
    }

    // Epoch 3/20  12/79 ━━───────── 1.2s 5.1ms/step 0.3s left  loss 0.4120 accuracy 0.8710
    private void Compose(TrainingState training, double seconds, bool withBar, bool isDone)
    {
        _line.Clear();
        _line.Append("Epoch ");
        _line.AppendPadded(training.Epoch, LineBuffer.DigitsOf(training.Epochs));
        _line.Append("/");
        _line.Append(training.Epochs);
        _line.Append("  ");
        _line.AppendPadded(training.Step, LineBuffer.DigitsOf(training.StepsPerEpoch));
        _line.Append("/");
        _line.Append(training.StepsPerEpoch);
        _line.Append(" ");
        if (withBar)
        {
            int done = training.StepsPerEpoch > 0 ? (int)((long)BarWidth * training.Step / training.StepsPerEpoch) : 0;
            _line.AppendBar(done, BarWidth, _isUnicode);
            _line.Append(" ");
        }

        _line.AppendDuration(seconds);
        if (training.Step > 0)
        {
            double step = _time.GetElapsedTime(_epochStart, _lastStep).TotalSeconds / training.Step;
            _line.Append(" ");
            _line.AppendStepTime(step);
            if (!isDone)
            {
                _line.Append(" ");
                _line.AppendDuration(step * (training.StepsPerEpoch - training.Step));
                _line.Append(" left");
            }

            _line.Append(" ");
            AppendMetrics(training, isDone);
        }
    }

    private void AppendMetrics(TrainingState training, bool isDone)
    {
        ReadOnlySpan<double> values = training.MetricValues;
        for (int i = 0; i < Math.Min(values.Length, training.MetricNames.Count); i++)
            AppendMetric(training.MetricNames[i], values[i]);
        if (!isDone)
            return;

        // A key that was not recorded in this epoch has fewer values than the loss.
        int epochs = training.History.TryGet("loss", out IReadOnlyList<double>? losses) ? losses.Count : 0;
        foreach (string key in training.History.Keys)
        {
            if (key.StartsWith(ValidationPrefix, StringComparison.Ordinal) && training.History[key].Count == epochs)
                AppendMetric(key, training.History[key][^1]);
        }
    }

    private void AppendMetric(string name, double value)
    {
        _line.Append(" ");
        _line.Append(name);
        _line.Append(" ");
        _line.AppendValue(value);
    }
}
