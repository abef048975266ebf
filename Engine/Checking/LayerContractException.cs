namespace Engine.Checking;

/// <summary>A layer breaks its contract.</summary>
public sealed class LayerContractException : Exception
{
    /// <summary>Makes the exception with a message that says what was expected, what came, and where.</summary>
    public LayerContractException(string message)
        : base(message)
    {
    }

    /// <summary>The same, with what the layer itself threw.</summary>
    public LayerContractException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
