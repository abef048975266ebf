namespace Engine.Benchmarks.Twins;

/// <summary>An LSTM as everyone writes it first: for each sample and step, one number at a time. Gates i, f, c, o.</summary>
internal static class NaiveLstm
{
    /// <summary>The last hidden states, [batch, units].</summary>
    public static void Forward(float[] x, float[] w, float[] r, float[] b, float[] y, int batch, int steps, int inputs, int units)
    {
        float[] h = new float[units], c = new float[units], gates = new float[4 * units];
        for (int sample = 0; sample < batch; sample++)
        {
            Array.Clear(h);
            Array.Clear(c);
            for (int t = 0; t < steps; t++)
            {
                for (int j = 0; j < 4 * units; j++)
                {
                    float sum = b[j];
                    for (int i = 0; i < inputs; i++)
                    {
                        sum += x[(((sample * steps) + t) * inputs) + i] * w[(i * 4 * units) + j];
                    }

                    for (int i = 0; i < units; i++)
                    {
                        sum += h[i] * r[(i * 4 * units) + j];
                    }

                    gates[j] = sum;
                }

                for (int j = 0; j < units; j++)
                {
                    c[j] = (Sigmoid(gates[units + j]) * c[j]) + (Sigmoid(gates[j]) * MathF.Tanh(gates[(2 * units) + j]));
                    h[j] = Sigmoid(gates[(3 * units) + j]) * MathF.Tanh(c[j]);
                }
            }

            h.CopyTo(y, sample * units);
        }
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
