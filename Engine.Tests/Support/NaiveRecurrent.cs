using static System.Math;

namespace Engine.Tests.Support;

/// <summary>
/// Recurrent layers with plain loops, one sample at a time, in double: the formulas of the papers, word by word.
/// </summary>
internal static class NaiveRecurrent
{
    /// <summary>A step: from the input and the states to the new states.</summary>
    public delegate double[][] Cell(double[] x, double[][] states);

    /// <summary>x·W[:, column] + ...</summary>
    public static double Dot(double[] x, double[] matrix, int columns, int column)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * matrix[(i * columns) + column];
        }

        return sum;
    }

    public static double Sigmoid(double x) => 1 / (1 + Exp(-x));

    public static Cell Lstm(double[] w, double[] r, double[] b, int units) => (x, states) =>
    {
        double[] h = new double[units], c = new double[units];
        for (int j = 0; j < units; j++)
        {
            double Argument(int column) => Dot(x, w, 4 * units, column) + Dot(states[0], r, 4 * units, column) + b[column];
            double Gate(int gate) => Argument((gate * units) + j);
            c[j] = (Sigmoid(Gate(1)) * states[1][j]) + (Sigmoid(Gate(0)) * Tanh(Gate(2)));
            h[j] = Sigmoid(Gate(3)) * Tanh(c[j]);
        }

        return [h, c];
    };

    public static Cell Gru(double[] w, double[] r, double[] b, int units, bool resetAfter) => (x, states) =>
    {
        double[] previous = states[0], h = new double[units], z = new double[units], reset = new double[units];
        double Input(int gate, int j) => Dot(x, w, 3 * units, (gate * units) + j) + b[(gate * units) + j];
        double State(double[] state, int gate, int j) =>
            Dot(state, r, 3 * units, (gate * units) + j) + (resetAfter ? b[(3 * units) + (gate * units) + j] : 0);
        for (int j = 0; j < units; j++)
        {
            z[j] = Sigmoid(Input(0, j) + State(previous, 0, j));
            reset[j] = Sigmoid(Input(1, j) + State(previous, 1, j));
        }

        double[] before = [.. previous.Zip(reset, (a, s) => a * s)];
        for (int j = 0; j < units; j++)
        {
            double candidate = Tanh(Input(2, j) + (resetAfter ? reset[j] * State(previous, 2, j) : State(before, 2, j)));
            h[j] = (z[j] * previous[j]) + ((1 - z[j]) * candidate);
        }

        return [h];
    };

    public static Cell Simple(double[] w, double[] r, double[] b, int units) => (x, states) =>
        [[.. Enumerable.Range(0, units).Select(j => Tanh(Dot(x, w, units, j) + Dot(states[0], r, units, j) + b[j]))]];

    /// <summary>
    /// Keras's loop: a step that does not count leaves the states alone and repeats the output. Outputs lie in the loop's order.
    /// </summary>
    public static (double[][] Outputs, double[][] States) Run(
        Cell cell, double[][] x, bool[] counts, double[][] states, bool backwards, bool zeros)
    {
        int units = states[0].Length;
        double[][] outputs = new double[x.Length][];
        double[] last = new double[units];
        for (int i = 0; i < x.Length; i++)
        {
            int t = backwards ? x.Length - 1 - i : i;
            if (counts[t])
            {
                states = cell(x[t], states);
                last = states[0];
            }

            outputs[i] = counts[t] || !zeros ? last : new double[units];
        }

        return (outputs, states);
    }
}
