namespace Engine.Benchmarks.Twins;

/// <summary>A GRU with the reset gate after the product, one number at a time. Gates z, r, h.</summary>
internal static class NaiveGru
{
    /// <summary>The last hidden states, [batch, units]; b is [2, 3 · units].</summary>
    public static void Forward(float[] x, float[] w, float[] r, float[] b, float[] y, int batch, int steps, int inputs, int units)
    {
        float[] h = new float[units], fromInput = new float[3 * units], fromState = new float[3 * units];
        for (int sample = 0; sample < batch; sample++)
        {
            Array.Clear(h);
            for (int t = 0; t < steps; t++)
            {
                for (int j = 0; j < 3 * units; j++)
                {
                    float input = b[j], state = b[(3 * units) + j];
                    for (int i = 0; i < inputs; i++)
                    {
                        input += x[(((sample * steps) + t) * inputs) + i] * w[(i * 3 * units) + j];
                    }

                    for (int i = 0; i < units; i++)
                    {
                        state += h[i] * r[(i * 3 * units) + j];
                    }

                    (fromInput[j], fromState[j]) = (input, state);
                }

                for (int j = 0; j < units; j++)
                {
                    float z = Sigmoid(fromInput[j] + fromState[j]), reset = Sigmoid(fromInput[units + j] + fromState[units + j]);
                    float candidate = MathF.Tanh(fromInput[(2 * units) + j] + (reset * fromState[(2 * units) + j]));
                    h[j] = (z * h[j]) + ((1 - z) * candidate);
                }
            }

            h.CopyTo(y, sample * units);
        }
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
