using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>Gradients that fade on their way back through a long sequence end at 0, not among subnormal numbers.</summary>
public class FadingGradientsTests
{
    private const int Steps = 1800, Features = 2, Units = 5, Batch = 3;

    private static readonly Layer[] s_layers =
    [
        new SimpleRNN(Units), new GRU(Units), new GRU(Units, resetAfter: false), new LSTM(Units), new LayerNormalizedLSTM(Units),
    ];

    [TestCaseSource(nameof(s_layers))]
    public void EndAtZero(Layer layer)
    {
        LayerRun<float> run = new(layer, [Steps, Features], Batch);
        run.Forward(Numbers(Batch * Steps * Features));
        float[] dx = run.Backward(Numbers(Batch * Units))[0];

        // A step's share may be subnormal itself where the state's gradient still counts: no more of them than fade at a time.
        Assert.That(dx.Count(float.IsSubnormal), Is.LessThan(dx.Length / 50));
        for (int sample = 0; sample < Batch; sample++)
        {
            float[] own = dx[(sample * Steps * Features)..((sample + 1) * Steps * Features)];
            Assert.That(own[^Features..], Has.None.Zero);
            Assert.That(own[..(50 * Features)], Is.All.Zero);
        }
    }

    private static float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(7 * i))];
}
