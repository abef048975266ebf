namespace Engine.Kernels;

/// <summary>How the channels of the source get into the padded block.</summary>
internal enum DirectChannels
{
    /// <summary>All of them, as they are: every filter sees them.</summary>
    All,

    /// <summary>Each as often as it has filters, so that filter f sees lane f.</summary>
    Repeated,

    /// <summary>
    /// The first gradient of each channel's filters, then the second, ...: so that lane c of each such plane belongs to channel c.
    /// </summary>
    Gathered,
}
