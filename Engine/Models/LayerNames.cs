using Engine.Layers;

namespace Engine;

/// <summary>Gives the layers of a model unique names: the own name, else the kind and a number: "dense", "dense_1".</summary>
internal static class LayerNames
{
    /// <exception cref="ArgumentException">Two layers have been given the same name.</exception>
    public static void Assign(IReadOnlyList<Layer> layers, Dictionary<Layer, string> names)
    {
        HashSet<string> taken = [];
        foreach (Layer layer in layers.Where(layer => layer.Name is not null))
        {
            if (layer.Name!.Length == 0 || layer.Name.Contains('/'))
            {
                throw new ArgumentException(
                    $"Model: expected layer names of at least one character and without '/', got '{layer.Name}'. "
                    + "A slash leads to the layers inside a nested model.");
            }

            if (!taken.Add(layer.Name!))
            {
                throw new ArgumentException($"Model: expected unique layer names, got two layers named '{layer.Name}'.");
            }

            names[layer] = layer.Name!;
            layer.AssignedName ??= layer.Name;
        }

        // A layer that has a name from another model keeps it where it can.
        foreach (Layer layer in layers.Where(layer => layer.Name is null && layer.AssignedName is not null))
        {
            if (taken.Add(layer.AssignedName!))
            {
                names[layer] = layer.AssignedName!;
            }
        }

        foreach (Layer layer in layers.Where(layer => !names.ContainsKey(layer)))
        {
            string name = Next(layer, taken);
            taken.Add(name);
            names[layer] = name;
            layer.AssignedName ??= name;
        }
    }

    /// <summary>The first free name for a layer.</summary>
    public static string Next(Layer layer, IReadOnlySet<string> taken)
    {
        string name = layer.DefaultName;
        for (int i = 1; taken.Contains(name); i++)
        {
            name = $"{layer.DefaultName}_{i}";
        }

        return name;
    }
}
