using System.Text.Json;

namespace Engine.Layers;

/// <summary>
/// Reads a sequence forwards with one recurrent layer and backwards with another, and puts together what they found. Schuster and
/// Paliwal, "Bidirectional recurrent neural networks", IEEE Transactions on Signal Processing 45 (1997).
/// </summary>
/// <remarks>
/// <para>
/// Input <c>[n, steps, features]</c>, and initial states, those of the forward layer first, if any. Output <c>[n, units]</c>, or
/// <c>[n, steps, units]</c> where the layer returns sequences: both directions then tell of the same step. Twice as many units with
/// <see cref="MergeMode.Concatenate"/>. Where the layer returns states they follow, the forward ones first. At a step that does not
/// count a sequence of outputs has zeros, whatever the layers' zeroOutputForMask, as in Keras.
/// </para>
/// <para>It is no work of its own: in a model's graph both layers and their merging stand in its place.</para>
/// </remarks>
public sealed class Bidirectional : Layer
{
    private readonly Layer[] _children;

    /// <summary>Makes the wrapper.</summary>
    /// <param name="layer">A recurrent layer that reads forwards.</param>
    /// <param name="mergeMode">How one output is made of two.</param>
    /// <param name="backwardLayer">
    /// The layer that reads backwards, with goBackwards; if null one of the first's kind and settings, with weights of its own. Its
    /// outputs are turned round again.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The first layer does not say whether it goes backwards, or does so; or the second does not, or differs in what it returns or
    /// remembers.
    /// </exception>
    public Bidirectional(Layer layer, MergeMode mergeMode = MergeMode.Concatenate, Layer? backwardLayer = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (!Enum.IsDefined(mergeMode))
        {
            throw new ArgumentOutOfRangeException(nameof(mergeMode), $"Bidirectional: expected a merge mode, got {mergeMode}.");
        }

        if (GoesBackwards(layer) != false)
        {
            throw new ArgumentException(
                $"Bidirectional: expected a recurrent layer that reads forwards, got {layer.Kind}"
                + (GoesBackwards(layer) is null ? ", which has no direction." : " with goBackwards."),
                nameof(layer));
        }

        backwardLayer ??= Turned(layer);
        if (GoesBackwards(backwardLayer) != true || ReferenceEquals(layer, backwardLayer))
        {
            throw new ArgumentException(
                $"Bidirectional: expected a backwardLayer with goBackwards, got {backwardLayer.Kind} without.", nameof(backwardLayer));
        }

        foreach ((string setting, string option) in
            (ReadOnlySpan<(string, string)>)[("return_sequences", "returnSequences"), ("return_state", "returnState"), ("stateful", "stateful")])
        {
            if (FlagOf(layer, setting) != FlagOf(backwardLayer, setting))
            {
                throw new ArgumentException(
                    $"Bidirectional: expected the same {option} of both layers, got "
                    + $"{Text(FlagOf(layer, setting))} forwards and {Text(FlagOf(backwardLayer, setting))} backwards.",
                    nameof(backwardLayer));
            }
        }

        ReturnsSequences = FlagOf(layer, "return_sequences") == true;
        if (ReturnsSequences)
        {
            (layer as RecurrentLayer)?.ForceZeroOutputForMask();
            (backwardLayer as RecurrentLayer)?.ForceZeroOutputForMask();
        }

        MergeMode = mergeMode;
        _children = [layer, backwardLayer];
        NameChild(layer, "forward");
        NameChild(backwardLayer, "backward");
    }

    /// <summary>The layer that reads forwards.</summary>
    public Layer Layer => _children[0];

    /// <summary>The layer that reads backwards.</summary>
    public Layer BackwardLayer => _children[1];

    /// <summary>How one output is made of two.</summary>
    public MergeMode MergeMode { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Layer> Children => _children;

    private bool ReturnsSequences { get; }

    /// <inheritdoc/>
    public override void Describe(ConfigurationWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("layer", Layer);
        writer.Write("merge_mode", MergeMode.ToString());
        writer.Write("backward_layer", BackwardLayer);
    }

    /// <summary>Never called: both layers stand in its place in the graph.</summary>
    /// <exception cref="NotSupportedException">Another layer tries to run it.</exception>
    public override void Forward<T>(in Pass<T> pass) => throw CannotBeChild();

    /// <summary>Never called: see <see cref="Forward"/>.</summary>
    /// <exception cref="NotSupportedException">Another layer tries to run it.</exception>
    public override void Backward<T>(in Pass<T> pass) => throw CannotBeChild();

    internal override IReadOnlyList<Node> Expand(IReadOnlyList<Node> inputs)
    {
        int states = (inputs.Count - 1) / 2;
        IReadOnlyList<Node> forward = Layer.ApplyMany([inputs[0], .. inputs.Skip(1).Take(states)]);
        IReadOnlyList<Node> backward = BackwardLayer.ApplyMany([inputs[0], .. inputs.Skip(1 + states)]);
        IReadOnlyList<Node> merged = MergeMode == MergeMode.None
            ? [forward[0], ReturnsSequences ? new StepReversal().Apply(backward[0]) : backward[0]]
            : new DirectionMerge(MergeMode).ApplyMany(forward[0], backward[0]);
        return [.. merged, .. forward.Skip(1), .. backward.Skip(1)];
    }

    /// <inheritdoc/>
    protected override Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters)
    {
        if (inputs.Length == 0 || inputs.Length % 2 == 0)
        {
            throw new ShapeException(
                $"{Title}: expected a sequence, and as many initial states for each direction, got {inputs.Length} inputs.");
        }

        int states = (inputs.Length - 1) / 2;
        Shape[] forward = BuildChild(Layer, [inputs[0], .. inputs.Slice(1, states)]);
        Shape[] backward = BuildChild(BackwardLayer, [inputs[0], .. inputs[(1 + states)..]]);
        Shape[] merged = MergeMode == MergeMode.None
            ? [forward[0], backward[0]]
            : BuildChild(new DirectionMerge(MergeMode), forward[0], backward[0]);
        return [.. merged, .. forward.AsSpan(1), .. backward.AsSpan(1)];
    }

    private static void NameChild(Layer layer, string direction)
    {
        if (layer.Name is null)
        {
            layer.SetName($"{direction}_{layer.DefaultName}");
        }
    }

    // What a layer's description says; null where it has no direction.
    private static bool? GoesBackwards(Layer layer) => FlagOf(layer, "go_backwards");

    private static bool? FlagOf(Layer layer, string name)
    {
        ConfigurationWriter writer = new();
        layer.Describe(writer);
        return writer.Values.TryGetPropertyValue(name, out var value) ? value?.GetValue<bool>() : null;
    }

    private static string Text(bool? flag) => flag switch { true => "true", false => "false", null => "none" };

    // Made again from its description, as from a file, the other way round.
    private static Layer Turned(Layer layer)
    {
        ConfigurationWriter writer = new();
        layer.Describe(writer);
        writer.Write("go_backwards", true);
        LayerCatalog catalog = new();
        if (!catalog.Kinds.Contains(layer.Kind))
        {
            throw new ArgumentException(
                $"Bidirectional: expected a backwardLayer beside a layer of one's own, {layer.Kind}, got none.", nameof(layer));
        }

        using JsonDocument description = JsonDocument.Parse(writer.Values.ToJsonString());
        Layer turned = catalog.Make(
            layer.Kind, new LayerConfiguration($"backward layer ({layer.Kind})", description.RootElement, catalog));
        turned.Trainable = layer.Trainable;
        return turned;
    }

    private NotSupportedException CannotBeChild() => new(
        $"{Title}: expected to stand in a model, got another layer around it. Put it into the model itself.");
}
