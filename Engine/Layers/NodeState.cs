namespace Engine.Layers;

/// <summary>
/// One node of a plan, as its layer sees it through a <see cref="Pass{T}"/>: addresses of its values, gradients and memory. Made
/// when the plan is made; the addresses then stay.
/// </summary>
internal sealed unsafe class NodeState<T>
    where T : unmanaged
{
    public required Layer Layer { get; init; }

    public required RunState Run { get; init; }

    public required Shape[] InputShapes { get; init; }

    public required Shape[] OutputShapes { get; init; }

    /// <summary>Indices into the run's storages. For a child they are its own, set for each call.</summary>
    public required int[] InputStorages { get; init; }

    public required int[] OutputStorages { get; init; }

    /// <summary>The index of the storage of each input's mask; −1 where it has none.</summary>
    public required int[] MaskStorages { get; init; }

    /// <summary>Whether a backward follows each forward: without one nothing needs to be kept.</summary>
    public required bool HasBackward { get; init; }

    /// <summary>Addresses; 0 where the gradient is not wanted.</summary>
    public required nint[] InputGradients { get; init; }

    public required nint[] OutputGradients { get; init; }

    /// <summary>The independent random stream of this node.</summary>
    public required ulong Stream { get; init; }

    /// <summary>For a child: the largest batch that there is memory for.</summary>
    public int MaxBatch { get; init; } = int.MaxValue;

    /// <summary>For a child that may see several rows for one of the wrapper's: room for their random keys.</summary>
    public uint[] ChildRowKeys { get; init; } = [];

    /// <summary>The gradients of the layer's own parameters; 0 where not wanted.</summary>
    public nint[] ParameterGradients { get; set; } = [];

    /// <summary>The addresses of values that a layer around this one puts in place of its own parameters'; 0 elsewhere.</summary>
    public nint[] Substitutes { get; set; } = [];

    /// <summary>Whether there are substitutes in this node or in one inside it.</summary>
    public bool HasSubstitutes { get; set; }

    public nint Kept { get; set; }

    public int KeptLength { get; set; }

    public nint Scratch { get; set; }

    public int ScratchLength { get; set; }

    /// <summary>For a child with a trailing activation that needs it: what the activation is applied to; else 0.</summary>
    public nint PreActivation { get; set; }

    /// <summary>For a child with a trailing activation: the gradient of what the activation is applied to.</summary>
    public nint ActivationGradient { get; set; }

    public NodeState<T>[] Children { get; set; } = [];

    /// <summary>Whether the layer has asked for random numbers since this was last set to false.</summary>
    public bool HasDrawn { get; set; }

    /// <summary>The node, this one or one inside it, whose layer has the parameter; null if none has.</summary>
    public NodeState<T>? Owner(Parameter parameter)
    {
        IReadOnlyList<Parameter> own = Layer.OwnParameters;
        if (parameter.Index < own.Count && ReferenceEquals(own[parameter.Index], parameter))
        {
            return this;
        }

        foreach (NodeState<T> child in Children)
        {
            if (child.Owner(parameter) is { } owner)
            {
                return owner;
            }
        }

        return null;
    }

    /// <summary>Forgets the substitutes of this node and of those inside it, if there are any.</summary>
    public void ClearSubstitutes()
    {
        if (!HasSubstitutes)
        {
            return;
        }

        Clear(this);
        HasSubstitutes = false;

        static void Clear(NodeState<T> node)
        {
            Array.Clear(node.Substitutes);
            foreach (NodeState<T> child in node.Children)
            {
                Clear(child);
            }
        }
    }
}
