using Engine.Activations;
using Engine.Layers;
using Engine.Regularizers;

namespace Engine.Tests.Checking;

/// <summary>
/// Small graphs drawn from a seed: branches, shared layers, layers with several outputs, wrappers, nested models, aliases, values
/// that are read several times or by nothing, outputs that are read on or named twice.
/// </summary>
internal sealed class RandomGraph
{
    private static readonly ActivationFunction[] Activations =
    [
        ActivationFunction.Linear, ActivationFunction.ReLU, ActivationFunction.Tanh, ActivationFunction.Sigmoid,
        ActivationFunction.GELU, ActivationFunction.SiLU, ActivationFunction.Softmax, ActivationFunction.Softplus,
    ];

    private readonly Random _random;
    private readonly List<Node> _nodes = [];
    private readonly List<Dense> _shared = [];

    private RandomGraph(int seed) => _random = new Random(seed);

    public static Model Make(int seed, Precision precision) => new RandomGraph(seed).Make(precision, (ulong)seed);

    private Model Make(Precision precision, ulong seed)
    {
        Input[] inputs = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => new Input([.. NewShape()]))];
        _nodes.AddRange(inputs.Select(input => input.Output));
        int layers = _random.Next(4, 15);
        for (int i = 0; i < layers; i++)
        {
            AddLayer(precision);
        }

        List<Node> outputs = [_nodes[^1]];
        for (int i = _random.Next(3); i > 0; i--)
        {
            outputs.Add(Pick());
        }

        return new Model([.. inputs.Select(input => input.Output)], outputs) { Precision = precision, Seed = seed };
    }

    private void AddLayer(Precision precision)
    {
        Node x = Pick();
        switch (_random.Next(14))
        {
            case 0 or 1:
                Dense dense = new(_random.Next(1, 6), PickActivation());
                _shared.Add(dense);
                _nodes.Add(dense.Apply(x));
                break;
            case 2:
                // The same layer once more, where one fits.
                _nodes.Add((_shared.Find(known => known.Kernel!.Shape[0] == x.Shape[^1]) ?? new Dense(3)).Apply(x));
                break;
            case 3:
                Node[] same = [.. _nodes.Where(node => node.Shape == x.Shape)];
                _nodes.Add(new Add().Apply([.. Enumerable.Range(0, _random.Next(2, 4)).Select(_ => same[_random.Next(same.Length)])]));
                break;
            case 4:
                Node[] alike = [.. _nodes.Where(node => node.Shape.AsSpan()[..^1].SequenceEqual(x.Shape.AsSpan()[..^1]))];
                _nodes.Add(new Concatenate().Apply(x, alike[_random.Next(alike.Length)]));
                break;
            case 5:
                _nodes.Add(new Dropout(0.3).Apply(x));
                break;
            case 6:
                _nodes.Add(new Flatten().Apply(x));
                break;
            case 7:
                _nodes.Add(new Reshape(-1, x.Shape[0]).Apply(x));
                break;
            case 8 or 9:
                _nodes.Add(new Activation(PickActivation()).Apply(x));
                break;
            case 10:
                _nodes.Add(new ActivityRegularization(Regularizer.L2(0.1)).Apply(x));
                break;
            case 11:
                // Sometimes one of the two is read by nothing.
                _nodes.AddRange(new TripleAndSquare().ApplyMany(new Activation(ActivationFunction.Tanh).Apply(x)));
                break;
            case 12 when x.Shape.Rank >= 2:
                // Its output is its input's memory, its gradient is not: behind a ReLU all of a step may be zeros.
                _nodes.Add(new Masking().Apply(new Activation(ActivationFunction.ReLU).Apply(x)));
                break;
            default:
                Layer child = new Dense(x.Shape[^1], PickActivation());
                _nodes.Add(_random.Next(2) == 0 ? new Residual(child).Apply(x) : Nested(child, x.Shape, precision).Apply(x));
                break;
        }
    }

    private Sequential Nested(Layer layer, Shape input, Precision precision) =>
        new(new Input([.. input]), layer, new Activation(PickActivation()), new Dropout(0.2)) { Precision = precision };

    private Node Pick() => _nodes[_random.Next(_nodes.Count)];

    private ActivationFunction PickActivation() => Activations[_random.Next(Activations.Length)];

    private Shape NewShape() => _random.Next(2) == 0 ? [_random.Next(1, 6)] : [_random.Next(1, 4), _random.Next(1, 6)];
}
