using System.Text;
using Engine.Visualization;
using ScottPlot;
using SkiaSharp;

namespace Engine.Tests.Visualization;

/// <summary>Charts bring their font along: what they draw does not depend on the machine's fonts.</summary>
public class EmbeddedFontTests
{
    // What titles of charts of this field are written with.
    private const string Characters =
        "Accuracy (fraction correct) 0123456789 −1.5e-3 50 % · × ± ≤ ≥ ≈ ≠ → ← ↑ ↓ x² 10⁻³ h₁ αβγδεηθλμπρστφω ΔΣΩ µs ∂ ∇ ∑ √ ∞ “a” – — … äöüßéèñøłčő";

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
    public void OtherFontsOfTheDrawingLibraryStayAsTheyAre()
    {
        Assert.That(EmbeddedFont.Instance.CreateTypeface("DejaVu Sans", bold: false, italic: false), Is.Null);
        Assert.That(EmbeddedFont.Instance.CreateTypeface(Fonts.Default, bold: false, italic: false), Is.Null);
    }
}
