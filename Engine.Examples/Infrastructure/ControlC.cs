namespace Engine.Examples;

/// <summary>Turns the first Ctrl-C into a cancellation; the second one ends the program at once.</summary>
internal sealed class ControlC : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public ControlC() => Console.CancelKeyPress += OnPressed;

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        Console.CancelKeyPress -= OnPressed;
        _source.Dispose();
    }

    private void OnPressed(object? sender, ConsoleCancelEventArgs arguments)
    {
        arguments.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
