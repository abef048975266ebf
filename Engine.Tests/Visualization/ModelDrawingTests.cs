using Engine.Applications;
using Engine.Layers;
using Engine.Visualization;
using SkiaSharp;
using static Engine.Tests.Visualization.ChartPicture;

namespace Engine.Tests.Visualization;

public class ModelDrawingTests
{
    [Test]
    public void EachUseOfALayerIsABox()
    {
        string[] texts = TextsOf(Chart.OfModel(Branched()));
        Assert.That(texts, Does.Contain("Model, 129 parameters").And.Contain("shared").And.Contain("Dense"));
        Assert.That(texts.Count(text => text == "shared"), Is.EqualTo(2));
        Assert.That(texts, Does.Contain("5, 25 parameters").And.Contain("5, shared"), "once with its parameters, once without");
        Assert.That(texts, Does.Contain("head").And.Contain("2, 74 parameters").And.Contain("Sequential"), "a nested model is one box");
        Assert.That(texts, Does.Contain("trains").And.Contain("frozen").And.Contain("no parameters"));
    }

    [Test]
    public void NestedModelsAreDissolvedOnDemand()
    {
        string[] texts = TextsOf(Chart.OfModel(Branched(), "t", expandNested: true));
        Assert.That(texts, Does.Contain("head/dense").And.Contain("head/dropout").And.Contain("t").And.Not.Contain("head"));
    }

    [Test]
    public void BoxesThatTrainAreBlueAndFrozenOnesGrey()
    {
        using SKBitmap picture = PixelsOf(Chart.OfModel(Branched()));
        Assert.That(picture.Pixels.Count(pixel => pixel.Red > 0xC0 && pixel.Blue > pixel.Red + 20), Is.GreaterThan(12_000), "blue: three boxes");
        Assert.That(
            picture.Pixels.Count(pixel => pixel.Red is > 0xD0 and < 0xF0 && pixel.Blue == pixel.Red), Is.InRange(4000, 12_000), "grey: one");
    }

    [Test]
    public void MermaidHasTheSameBoxesAndArrows() => Assert.That(ModelDiagram.ToMermaid(Branched()), Is.EqualTo("""
        flowchart TD
            n0["<b>left</b> Input<br/>4"]
            n1["<b>right</b> Input<br/>4"]
            n2["<b>shared</b> Dense<br/>5, 25 parameters"]
            n3["<b>shared</b> Dense<br/>5, shared"]
            n4["<b>add</b> Add<br/>5"]
            n5["<b>concatenate</b> Concatenate<br/>9"]
            n6["<b>head</b> Sequential<br/>2, 74 parameters"]
            n7["<b>dense</b> Dense<br/>10, 30 parameters"]
            n0 --> n2
            n1 --> n3
            n2 --> n4
            n3 --> n4
            n4 --> n5
            n0 --> n5
            n5 --> n6
            n6 --> n7

        """.ReplaceLineEndings("\n")));

    [Test]
    public void GraphvizIsToldWithEscapes()
    {
        var model = new Sequential(new Input(2), new Dense(1) { Name = "a\"b\\c" });
        Assert.That(ModelDiagram.ToDot(model), Is.EqualTo(
            "digraph model {\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
            + "    n0 [label=\"input (Input)\\n2\"];\n    n1 [label=\"a\\\"b\\\\c (Dense)\\n1, 3 parameters\"];\n    n0 -> n1;\n}\n"));
        Assert.That(ModelDiagram.ToMermaid(new Sequential(new Input(2), new Dense(1) { Name = "<\"&>" })), Does.Contain("&lt;&quot;&amp;&gt;"));
    }

    // ResNet50: 16 blocks, each with a way around it.
    [Test]
    public void NoBoxCoversAnotherOrAnEdgeAndEdgesLeadDown()
    {
        var graph = ModelGraph.Of(ResNet50.Create(input: [32, 32, 3], includeTop: false), isExpanded: false);
        float[] widths = [.. graph.Boxes.Select((_, i) => 100f + (i * 37 % 90))];
        const float Gap = 10;
        var layout = new LayeredLayout(widths, graph.Edges, Gap);
        Assert.That(layout.Paths, Has.Length.EqualTo(graph.Edges.Count));
        Assert.That(layout.Paths.All(path => path.Zip(path.Skip(1)).All(pair => layout.RankOf[pair.First] + 1 == layout.RankOf[pair.Second])));

        float WidthOf(int one) => one < widths.Length ? widths[one] : 0;
        foreach (IGrouping<int, int> rank in Enumerable.Range(0, layout.RankOf.Length).GroupBy(one => layout.RankOf[one]))
        {
            int[] row = [.. rank.OrderBy(one => layout.Middles[one])];
            for (int i = 1; i < row.Length; i++)
            {
                float between = layout.Middles[row[i]] - layout.Middles[row[i - 1]] - ((WidthOf(row[i]) + WidthOf(row[i - 1])) / 2);
                Assert.That(between, Is.GreaterThanOrEqualTo(Gap - 0.01f), $"rank {rank.Key}");
            }
        }

        // A way around a block of 7 ranks is a straight line in most blocks.
        int straight = layout.Paths.Count(path =>
            path.Length > 3 && path[1..^1].Select(point => layout.Middles[point]).Distinct().Count() == 1);
        Assert.That(straight, Is.GreaterThanOrEqualTo(12));
    }

    private static Model Branched()
    {
        var left = new Input(4) { Name = "left" };
        var right = new Input(4) { Name = "right" };
        var shared = new Dense(5) { Name = "shared" };
        Node sum = new Add().Apply(shared.Apply(left.Output), shared.Apply(right.Output));
        Node joined = new Concatenate().Apply(sum, left.Output);
        var head = new Sequential(
            new Input(9), new Dropout(0.5), new Dense(6) { Trainable = false }, new Dense(2) { Trainable = false })
        {
            Name = "head",
        };
        return new Model([left.Output, right.Output], [new Dense(10).Apply(head.Apply(joined))]);
    }
}
