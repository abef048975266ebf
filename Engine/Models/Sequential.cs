using Engine.Layers;

namespace Engine;

/// <summary>A model whose layers follow one another, each with one input and one output.</summary>
public sealed class Sequential : Model
{
    /// <summary>Makes the model; shapes are checked at once.</summary>
    /// <param name="layers">An <see cref="Engine.Input"/> (or a model) first, then the layers.</param>
    /// <exception cref="ArgumentException">The first layer is not an Input, or there is only the Input.</exception>
    /// <exception cref="ShapeException">A layer does not fit the one before; the message names it.</exception>
    public Sequential(params Layer[] layers)
        : this(Chain(layers))
    {
    }

    /// <summary>A chain that a file describes.</summary>
    internal Sequential(Node input, Node output)
        : base(input, output)
    {
    }

    private Sequential((Node Input, Node Output) chain)
        : base(chain.Input, chain.Output)
    {
    }

    /// <inheritdoc/>
    public override string Kind => "Sequential";

    private static (Node Input, Node Output) Chain(Layer[] layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Length < 2 || layers[0] is not (Engine.Input or Model))
        {
            string got = layers.Length == 0 ? "no layer" : layers.Length == 1 ? "one layer" : $"{layers[0].Kind} first";
            throw new ArgumentException(
                $"Sequential: expected an Input first and at least one layer after it, got {got}. "
                + "Begin with the shape of one sample: new Input(784).");
        }

        HashSet<string> taken = [.. layers.Select(layer => layer.Name ?? layer.AssignedName).OfType<string>()];
        foreach (Layer layer in layers.Where(layer => layer.Name is null && layer.AssignedName is null))
        {
            layer.AssignedName = LayerNames.Next(layer, taken);
            taken.Add(layer.AssignedName);
        }

        Node input = layers[0] is Engine.Input first ? first.Output : new Engine.Input([.. ((Model)layers[0]).Input.Shape]);
        Node node = input;
        foreach (Layer layer in layers[0] is Engine.Input ? layers[1..] : layers)
        {
            if (layer is Engine.Input)
            {
                throw new ArgumentException("Sequential: expected one Input, as the first layer, got another one after it.");
            }

            node = layer.Apply(node);
        }

        return (input, node);
    }
}
