using Engine.Visualization;

namespace Engine.Tests.Visualization;

public class ResultTableTests
{
    [Test]
    public void RedirectedTableIsAlignedText()
    {
        var writer = new StringWriter { NewLine = "\n" };
        new ResultTable(("network", ColumnAlignment.Left), ("gap", ColumnAlignment.Right))
            .AddRow("dropout [0.5]", "0.8 %").AddRow("none", "14.6 %").Write(writer, isTerminal: false);
        Assert.That(writer.ToString(), Is.EqualTo(
            "network           gap\n-------------  ------\ndropout [0.5]   0.8 %\nnone           14.6 %\n"));
    }

    [Test]
    public void MarkdownTableKeepsAlignmentAndBars()
    {
        ResultTable table = new ResultTable(("|r|", ColumnAlignment.Left), ("gap", ColumnAlignment.Right)) { Title = "Gaps:" }.AddRow("a", "1 %");
        Assert.That(table.ToMarkdown(), Is.EqualTo("Gaps:\n\n| \\|r\\| | gap |\n| --- | ---: |\n| a | 1 % |\n"));
    }

    [Test]
    public void ErrorsSayWhatWasExpected()
    {
        Assert.That(() => new ResultTable(), Throws.ArgumentException.With.Message.StartsWith(
            "ResultTable: expected at least one column, got none."));
        var table = new ResultTable(("a", ColumnAlignment.Left), ("b", ColumnAlignment.Left));
        Assert.That(() => table.AddRow("1"), Throws.ArgumentException.With.Message.StartsWith(
            "ResultTable.AddRow: expected 2 cells, got 1."));
    }

    [Test]
    public void FramedTableTakesBracketsLiterally()
    {
        var writer = new StringWriter();
        new ResultTable(("network", ColumnAlignment.Left)).AddRow("dropout [0.5]").Write(writer, isTerminal: true);
        Assert.That(writer.ToString(), Does.Contain("dropout [0.5]"));
    }
}
