using Engine.Layers;

namespace Engine.Tests.Checking;

/// <summary>
/// Plays a step on a memory plan, with owners in place of numbers: who reads something must find what was last written there to be
/// just that, and who writes something must not write over what the same call reads.
/// </summary>
internal sealed class PlanSimulator(Graph graph, PlanOptions options)
{
    private const int Block = 16;

    private readonly MemoryPlan _plan = new(graph, options);
    private readonly string[] _content = new string[graph.ValueShapes.Count];
    private readonly Dictionary<long, string> _owners = [];

    public void PlayStep()
    {
        foreach (int input in graph.Inputs)
        {
            Write(Storage(input), _content[input] = $"value {input}");
        }

        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            Forward(i);
        }

        foreach (int value in graph.Outputs.Concat(options.LossValues))
        {
            Read(Storage(value), _content[value]);
        }

        foreach (int value in options.LossValues.Where(value => _plan.Gradients[value] is not null))
        {
            Write(_plan.Gradients[value]!, Gradient(value));
        }

        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            if (_plan.RunsBackward[i])
            {
                Backward(i);
            }
        }

        foreach (int input in graph.Inputs.Where(input => _plan.Gradients[input] is not null))
        {
            Read(_plan.Gradients[input]!, Gradient(input));
        }

        foreach (int output in graph.Outputs)
        {
            Read(Storage(output), _content[output]);
        }
    }

    private void Forward(int i)
    {
        GraphNode node = graph.Nodes[i];
        foreach (int input in node.Inputs)
        {
            Read(Storage(input), _content[input]);
        }

        if (node.Layer.IsAlias)
        {
            Assert.That(Storage(node.Outputs[0]), Is.SameAs(Storage(node.Inputs[0])));
            _content[node.Outputs[0]] = _content[node.Inputs[0]];
            return;
        }

        PlannedBuffer[] written = [.. node.Outputs.Select(Storage), _plan.Kept[i]];
        AssertApart(written, [.. node.Inputs.Select(Storage)], MayShare(node));
        Write(_plan.Kept[i], $"kept {i}");
        foreach (int output in node.Outputs)
        {
            Write(Storage(output), _content[output] = $"value {output}");
        }
    }

    private void Backward(int i)
    {
        GraphNode node = graph.Nodes[i];
        foreach (int output in node.Outputs)
        {
            if (_plan.Zeros[i].Contains(_plan.Gradients[output]!))
            {
                Write(_plan.Gradients[output]!, Gradient(output));
            }
        }

        List<PlannedBuffer> read = [_plan.Kept[i]];
        Read(_plan.Kept[i], $"kept {i}");
        foreach (int output in node.Outputs)
        {
            Read(_plan.Gradients[output]!, Gradient(output));
        }

        foreach (int value in (node.Layer.BackwardReads & Reads.Input) != 0 ? node.Inputs : [])
        {
            Read(Storage(value), _content[value]);
            read.Add(Storage(value));
        }

        foreach (int value in (node.Layer.BackwardReads & Reads.Output) != 0 ? node.Outputs : [])
        {
            Read(Storage(value), _content[value]);
            read.Add(Storage(value));
        }

        PlannedBuffer[] written = [.. _plan.InputGradients[i].OfType<PlannedBuffer>()];
        AssertApart(written, read, mayShare: false);
        AssertApart(written, [.. node.Outputs.Select(output => _plan.Gradients[output]!)], node.Layer.IsGradientAlias || MayShare(node));
        for (int k = 0; k < node.Inputs.Length; k++)
        {
            if (_plan.InputGradients[i][k] is { } gradient)
            {
                bool isFirst = _plan.Gradients[node.Inputs[k]] == gradient;
                Write(gradient, isFirst ? Gradient(node.Inputs[k]) : $"spare {i} {k}");
            }
        }

        foreach ((PlannedBuffer from, PlannedBuffer to, int _) in _plan.Adds[i])
        {
            int k = Array.IndexOf(_plan.InputGradients[i], from);
            Read(from, $"spare {i} {k}");
            Read(to, Gradient(node.Inputs[k]));
        }
    }

    private bool MayShare(GraphNode node) => node.Layer.CanRunInPlace && node.IsOneToOne(graph);

    private PlannedBuffer Storage(int value) => _plan.Storages[_plan.StorageOf[value]];

    private static string Gradient(int value) => $"gradient {value}";

    private void Write(PlannedBuffer buffer, string owner)
    {
        Assert.That(buffer.Offset + buffer.Length, Is.AtMost(_plan.ArenaLength));
        Assert.That(buffer.Offset % Block, Is.Zero);
        for (long at = buffer.Offset; at < buffer.Offset + buffer.Length; at += Block)
        {
            _owners[at] = owner;
        }
    }

    private void Read(PlannedBuffer buffer, string owner)
    {
        for (long at = buffer.Offset; at < buffer.Offset + buffer.Length; at += Block)
        {
            Assert.That(_owners.GetValueOrDefault(at), Is.EqualTo(owner));
        }
    }

    private static void AssertApart(IReadOnlyList<PlannedBuffer> written, IReadOnlyList<PlannedBuffer> read, bool mayShare)
    {
        for (int i = 0; i < written.Count; i++)
        {
            foreach (PlannedBuffer other in written.Skip(i + 1).Concat(read.Where(other => !mayShare || other != written[i])))
            {
                Assert.That(
                    written[i].Offset + written[i].Length <= other.Offset || other.Offset + other.Length <= written[i].Offset,
                    "two buffers in use at once overlap");
            }
        }
    }
}
