namespace Engine.Data;

/// <summary>Where a sequence is lengthened or cut.</summary>
public enum SequenceSide
{
    /// <summary>Before its first step.</summary>
    Pre,

    /// <summary>After its last step.</summary>
    Post,
}
