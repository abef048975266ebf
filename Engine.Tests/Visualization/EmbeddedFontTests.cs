using System.Numerics.Tensors;
using System.Text;
using System.Xml.Linq;
using Engine.Visualization;
using ScottPlot;
using SkiaSharp;

namespace Engine.Tests.Visualization;

/// <summary>Charts bring their font along: what they draw does not depend on the machine's fonts.</summary>
public class EmbeddedFontTests
{
    // What titles of charts of this field are written with.
    private const string Characters =
        "Accuracy (fraction correct) 0123456789 −1.5e-3 50 % · × ± ≤ ≥ ≈ ≠ → ← ↑ ↓ x² 10⁻³ h₁ αβγδεηθλμπρστφω ΔΣΩ µs "
        + "∂ ∇ ∑ √ ∞ “a” – — … äöüßéèñøłčő";

    [Test]
    public void BothWeightsHaveTheCharactersOfFormulas([Values] bool bold)
    {
        SKTypeface typeface = Fonts.GetTypeface(ChartStyle.FontFamily, bold, italic: false);
        Assert.That(typeface.FamilyName, Is.EqualTo("DejaVu Sans"));
        Assert.That(typeface.IsBold, Is.EqualTo(bold));
        foreach (Rune rune in Characters.EnumerateRunes())
            Assert.That(typeface.ContainsGlyph(rune.Value), $"{rune} (U+{rune.Value:X4})");
    }

    [Test]
    public void OtherPlotsOfTheProcessKeepTheirFonts()
    {
        string before = Fonts.Default;
        EveryKind().SaveSvg();
        Assert.That(Fonts.Default, Is.EqualTo(before).And.Not.EqualTo(ChartStyle.FontFamily));
        Assert.That(EmbeddedFont.Instance.CreateTypeface("DejaVu Sans", bold: false, italic: false), Is.Null);
    }

    [Test]
    public void NoTextIsDrawnInAnotherFont()
    {
        string[] families = [.. XDocument.Parse(EveryKind().SaveSvg()).Descendants()
            .Select(element => (string?)element.Attribute("font-family")).OfType<string>().Distinct()];
        Assert.That(families, Is.EqualTo(new[] { "DejaVu Sans, sans-serif" }));
    }

    private static Chart EveryKind()
    {
        Tensor<float> values = Tensor.Create([1f, 2, 3, 4, 5, 6], [2, 3]);
        return Chart.SideBySide(
            Chart.HeatMap(values, "map"),
            Chart.Bars("bars", "v", ["a", "b"], ("x", [1, 2])),
            Chart.Histogram("histogram", "v", ("x", values)),
            Chart.Lines("lines", "x", "y", ("x", [1, 2], [3, 4])),
            Chart.Scatter("points", "x", "y", ("x", [1, 2], [3, 4])));
    }
}

/// <summary>Charts as text.</summary>
file static class Svg
{
    public static string SaveSvg(this Chart chart)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.svg");
        try
        {
            chart.Save(path, 1500, 400);
            return File.ReadAllText(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
