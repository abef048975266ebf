namespace Engine.Activations;

/// <summary>Which tensors of the forward pass an activation's gradient needs: they are kept in memory until backward.</summary>
[Flags]
public enum ActivationReads
{
    /// <summary>Neither: the gradient depends on dy alone.</summary>
    None = 0,

    /// <summary>The input x.</summary>
    Input = 1,

    /// <summary>The output y: the activation can then run in place.</summary>
    Output = 2,
}
