using Engine.Layers;
using Engine.Tests.Models;

namespace Engine.Tests.Layers;

/// <summary>Masks of steps go through layers around others as through the layers themselves.</summary>
public sealed class WrapperMaskTests
{
    private static IEnumerable<Func<Layer, Layer>> Wrappers =>
        [layer => new DropConnect(layer, 0.4), layer => new ConcreteDropout(layer)];

    [TestCaseSource(nameof(Wrappers))]
    public void TheInnerLayerSeesTheMaskAndDecidesWhatBecomesOfIt(Func<Layer, Layer> wrap)
    {
        LSTM inner = new(4);
        Layer outer = wrap(inner);
        Assert.That(outer.OutputMask([true]), Is.EqualTo(MaskRule.Drop));
        Assert.That(wrap(new LSTM(4, returnSequences: true)).OutputMask([true]), Is.EqualTo(MaskRule.Keep));

        // The last two steps do not count: what they hold makes no difference.
        Sequential model = new(new Input(5, 3), new Masking(), outer) { Seed = 2 };
        float[] x = Samples.Numbers<float>(15, 3), shorter = x[..9];
        Array.Clear(x, 9, 6);
        Sequential three = new(new Input(3, 3), inner);
        float[] expected = new LayerRun<float>(three, 1, Phase.Inference).Forward(shorter)[0];
        Assert.That(new LayerRun<float>(model, 1, Phase.Inference).Forward(x)[0], Is.EqualTo(expected).Within(1e-6));
    }
}
