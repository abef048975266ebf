using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

public sealed class NaiveTrainingTests
{
    [Test]
    public void Twenty_steps_equal_a_training_in_plain_loops()
    {
        const int Samples = 11, Batch = 6, Steps = 20;
        Sequential model = new(new Input(5), new Dense(4, ReLU), new Dense(3, Softmax)) { Seed = 3, Precision = Precision.Double };
        model.Compile(new SGD(0.1, momentum: 0.9), Loss.CategoricalCrossentropy());
        double[] x = Models.Samples.Numbers<double>(Samples * 5, 1);
        int[] labels = Models.Samples.Labels(Samples, 3);
        double[][] w = [.. model.Parameters.Select(p => p.Values<double>().ToArray())];

        model.Fit(
            new Dataset(Tensor.Create(x, [Samples, 5]), DataColumn.OneHot(labels, 3)),
            new FitOptions { Epochs = Steps / 2, BatchSize = Batch, Shuffle = false });

        double[][] m = [.. w.Select(values => new double[values.Length])];
        for (int step = 0; step < Steps; step++)
        {
            int from = step % 2 * Batch, to = Math.Min(Samples, from + Batch);
            double[][] g = Gradients(w, x, labels, from, to);
            for (int p = 0; p < w.Length; p++)
            {
                for (int i = 0; i < w[p].Length; i++)
                {
                    m[p][i] = (0.9 * m[p][i]) - (0.1 * g[p][i]);
                    w[p][i] += m[p][i];
                }
            }
        }

        for (int p = 0; p < w.Length; p++)
        {
            // Sums of a few products in another order, over twenty steps.
            Assert.That(model.Parameters[p].Values<double>().ToArray(), Is.EqualTo(w[p]).Within(1e-12));
        }
    }

    // The gradients of the mean cross-entropy of a 5-4-3 network over samples from to to.
    private static double[][] Gradients(double[][] w, double[] x, int[] labels, int from, int to)
    {
        double[][] g = [.. w.Select(values => new double[values.Length])];
        for (int s = from; s < to; s++)
        {
            double[] h = new double[4], z = new double[3];
            for (int j = 0; j < 4; j++)
            {
                h[j] = Math.Max(0, w[1][j] + Enumerable.Range(0, 5).Sum(i => x[(s * 5) + i] * w[0][(i * 4) + j]));
            }

            for (int k = 0; k < 3; k++)
            {
                z[k] = w[3][k] + Enumerable.Range(0, 4).Sum(j => h[j] * w[2][(j * 3) + k]);
            }

            double[] dz = Models.Samples.NaiveSoftmax(z, 3);
            dz[labels[s]] -= 1;
            for (int k = 0; k < 3; k++)
            {
                dz[k] /= to - from;
                g[3][k] += dz[k];
            }

            for (int j = 0; j < 4; j++)
            {
                double dh = 0;
                for (int k = 0; k < 3; k++)
                {
                    g[2][(j * 3) + k] += h[j] * dz[k];
                    dh += dz[k] * w[2][(j * 3) + k];
                }

                dh = h[j] > 0 ? dh : 0;
                g[1][j] += dh;
                for (int i = 0; i < 5; i++)
                {
                    g[0][(i * 4) + j] += x[(s * 5) + i] * dh;
                }
            }
        }

        return g;
    }
}
