using System.Numerics;
using Engine.Layers;
using Engine.Numerics;

namespace Engine.Checking;

/// <summary>Small models around a layer that is to be checked.</summary>
internal static class CheckedModels
{
    /// <summary>Inputs, the layer, its outputs.</summary>
    public static Model Of(Layer layer, IReadOnlyList<Shape> inputs, Precision precision, ulong seed = 1)
    {
        Node[] nodes = [.. inputs.Select(shape => new Input([.. shape]).Output)];
        return new Model(nodes, layer.ApplyMany(nodes)) { Precision = precision, Seed = seed };
    }

    /// <summary>The same with a copy of each input before the layer, so that the layer may run in place.</summary>
    public static Model WithCopies(Layer layer, IReadOnlyList<Shape> inputs, Precision precision)
    {
        Node[] nodes = [.. inputs.Select(shape => new Input([.. shape]).Output)];
        Node[] copies = [.. nodes.Select(node => new Copy().Apply(node))];
        return new Model(nodes, layer.ApplyMany(copies)) { Precision = precision, Seed = 1 };
    }

    /// <summary>Two layers, each with inputs of its own; one layer twice where both are the same.</summary>
    public static Model Twice(Layer first, Layer second, IReadOnlyList<Shape> inputs, Precision precision)
    {
        Node[] a = [.. inputs.Select(shape => new Input([.. shape]).Output)];
        Node[] b = [.. inputs.Select(shape => new Input([.. shape]).Output)];
        IReadOnlyList<Node> outputs = [.. first.ApplyMany(a), .. second.ApplyMany(b)];
        return new Model([.. a, .. b], outputs) { Precision = precision, Seed = 1 };
    }

    /// <summary>Gives random values to parameters that are zero or one throughout: no gradient may hide behind them.</summary>
    public static void FillZeros<T>(Model model, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        model.EnsureInitialized();
        IReadOnlyList<Parameter> parameters = [.. model.TrainableParameters.Distinct()];
        for (int p = 0; p < parameters.Count; p++)
        {
            Span<T> values = parameters[p].WritableValues<T>();
            if (values.IndexOfAnyExcept(values[0]) >= 0)
            {
                continue;
            }

            RandomSource random = new(seed, HarnessStreams.Values + (ulong)p);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] += T.CreateTruncating((float)(0.3 * random.Normal(i)));
            }
        }
    }

    /// <summary>Copies the values of one model's parameters to another's of the same structure.</summary>
    public static void CopyValues<TFrom, TTo>(IReadOnlyList<Parameter> from, IReadOnlyList<Parameter> to)
        where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom>
        where TTo : unmanaged, IBinaryFloatingPointIeee754<TTo>
    {
        for (int p = 0; p < from.Count; p++)
        {
            ReadOnlySpan<TFrom> source = from[p].Values<TFrom>();
            Span<TTo> target = to[p].WritableValues<TTo>();
            for (int i = 0; i < source.Length; i++)
            {
                target[i] = TTo.CreateTruncating(source[i]);
            }
        }
    }
}
