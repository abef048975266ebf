namespace Engine.Benchmarks.Twins;

/// <summary>A simple recurrent layer, one number at a time: h = tanh(x·W + h'·R + b).</summary>
internal static class NaiveSimpleRnn
{
    /// <summary>The last hidden states, [batch, units].</summary>
    public static void Forward(float[] x, float[] w, float[] r, float[] b, float[] y, int batch, int steps, int inputs, int units)
    {
        float[] h = new float[units], next = new float[units];
        for (int sample = 0; sample < batch; sample++)
        {
            Array.Clear(h);
            for (int t = 0; t < steps; t++)
            {
                for (int j = 0; j < units; j++)
                {
                    float sum = b[j];
                    for (int i = 0; i < inputs; i++)
                    {
                        sum += x[(((sample * steps) + t) * inputs) + i] * w[(i * units) + j];
                    }

                    for (int i = 0; i < units; i++)
                    {
                        sum += h[i] * r[(i * units) + j];
                    }

                    next[j] = MathF.Tanh(sum);
                }

                (h, next) = (next, h);
            }

            h.CopyTo(y, sample * units);
        }
    }
}
