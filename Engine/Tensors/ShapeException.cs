namespace Engine;

/// <summary>A tensor or a layer's input does not have the shape that is expected there.</summary>
public sealed class ShapeException : ArgumentException
{
    /// <summary>Makes the exception with a message of the form "where: what was expected, what came, what to do".</summary>
    public ShapeException(string message, Shape? expected = null, Shape? actual = null)
        : base(message)
    {
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The expected shape, where it is one fixed shape.</summary>
    public Shape? Expected { get; }

    /// <summary>The shape that came.</summary>
    public Shape? Actual { get; }
}
