using Engine.Layers;
using static System.Math;

namespace Engine.Tests.Support;

/// <summary>
/// Recurrent layers with plain loops, one sample at a time, in double: the formulas of the papers, word by word.
/// </summary>
internal static class NaiveRecurrent
{
    /// <summary>What dropout leaves of the input, or of the hidden state, for one gate.</summary>
    public delegate double[] Drop(bool isState, int gate, double[] values);

    /// <summary>A step: from the input and the states to the new states; nothing is dropped where no dropout is given.</summary>
    public delegate double[][] Cell(double[] x, double[][] states, Drop? drop = null);

    /// <summary>The cell of a layer, with its weights: in double, with a bias, its activations the usual ones.</summary>
    public static Cell Of(RecurrentLayer layer)
    {
        double[][] p = [.. layer.Parameters.Where(parameter => parameter.Trains).Select(parameter => parameter.Values<double>().ToArray())];
        return layer switch
        {
            LSTM => Lstm(p[0], p[1], p[2], layer.Units),
            GRU gru => Gru(p[0], p[1], p[2], layer.Units, gru.ResetAfter),
            LayerNormalizedLSTM norm => NormalizedLstm(p[0], p[1], p[2], p[3], p[4], p[5], p[6], norm.Epsilon, layer.Units),
            _ => Simple(p[0], p[1], p[2], layer.Units),
        };
    }

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

    public static Cell Lstm(double[] w, double[] r, double[] b, int units) => (x, states, drop) =>
    {
        double[] h = new double[units], c = new double[units];
        for (int j = 0; j < units; j++)
        {
            double Argument(double[] xs, double[] hs, int column) =>
                Dot(xs, w, 4 * units, column) + Dot(hs, r, 4 * units, column) + b[column];
            double Gate(int gate) => Argument(Left(drop, false, gate, x), Left(drop, true, gate, states[0]), (gate * units) + j);
            c[j] = (Sigmoid(Gate(1)) * states[1][j]) + (Sigmoid(Gate(0)) * Tanh(Gate(2)));
            h[j] = Sigmoid(Gate(3)) * Tanh(c[j]);
        }

        return [h, c];
    };

    // Every gate normalizes the input's part of all four together, and the state's: their means and variances are of 4 · units.
    public static Cell NormalizedLstm(
        double[] w, double[] r, double[] b, double[] inputGain, double[] stateGain, double[] cellGain, double[] cellShift,
        double epsilon, int units) =>
        (x, states, drop) =>
        {
            double[] Products(double[] values, double[] matrix) =>
                [.. Enumerable.Range(0, 4 * units).Select(column => Dot(values, matrix, 4 * units, column))];
            double[] xw = Normalized(Products(Left(drop, false, 0, x), w), inputGain, epsilon);
            double[] hr = Normalized(Products(Left(drop, true, 0, states[0]), r), stateGain, epsilon);
            double Gate(int gate, int j) => xw[(gate * units) + j] + hr[(gate * units) + j] + b[(gate * units) + j];
            double[] c = new double[units];
            for (int j = 0; j < units; j++)
            {
                c[j] = (Sigmoid(Gate(1, j)) * states[1][j]) + (Sigmoid(Gate(0, j)) * Tanh(Gate(2, j)));
            }

            double[] cell = Normalized(c, cellGain, epsilon);
            return [[.. cell.Select((value, j) => Sigmoid(Gate(3, j)) * Tanh(value + cellShift[j]))], c];
        };

    public static Cell Gru(double[] w, double[] r, double[] b, int units, bool resetAfter) => (x, states, drop) =>
    {
        double[] previous = states[0], h = new double[units], z = new double[units], reset = new double[units];
        double Input(int gate, int j) => Dot(Left(drop, false, gate, x), w, 3 * units, (gate * units) + j) + b[(gate * units) + j];
        double State(double[] state, int gate, int j) =>
            Dot(state, r, 3 * units, (gate * units) + j) + (resetAfter ? b[(3 * units) + (gate * units) + j] : 0);
        for (int j = 0; j < units; j++)
        {
            z[j] = Sigmoid(Input(0, j) + State(Left(drop, true, 0, previous), 0, j));
            reset[j] = Sigmoid(Input(1, j) + State(Left(drop, true, 1, previous), 1, j));
        }

        double[] left = Left(drop, true, 2, previous), before = [.. left.Zip(reset, (a, s) => a * s)];
        for (int j = 0; j < units; j++)
        {
            double candidate = Tanh(Input(2, j) + (resetAfter ? reset[j] * State(left, 2, j) : State(before, 2, j)));
            h[j] = (z[j] * previous[j]) + ((1 - z[j]) * candidate);
        }

        return [h];
    };

    public static Cell Simple(double[] w, double[] r, double[] b, int units) => (x, states, drop) =>
    [
        [
            .. Enumerable.Range(0, units).Select(j => Tanh(
                Dot(Left(drop, false, 0, x), w, units, j) + Dot(Left(drop, true, 0, states[0]), r, units, j) + b[j])),
        ],
    ];

    /// <summary>
    /// Keras's loop: a step that does not count leaves the states alone and repeats the output. Outputs lie in the loop's order. The
    /// expectation of zoneout, z h' + (1 − z) h, has a rate z for each state.
    /// </summary>
    public static (double[][] Outputs, double[][] States) Run(
        Cell cell, double[][] x, bool[] counts, double[][] states, bool backwards, bool zeros, params double[] zoneout)
    {
        int units = states[0].Length;
        double[][] outputs = new double[x.Length][];
        double[] last = new double[units];
        for (int i = 0; i < x.Length; i++)
        {
            int t = backwards ? x.Length - 1 - i : i;
            if (counts[t])
            {
                double[][] before = states;
                states = cell(x[t], states);
                for (int k = 0; k < zoneout.Length; k++)
                {
                    states[k] = [.. states[k].Zip(before[k], (value, old) => (zoneout[k] * old) + ((1 - zoneout[k]) * value))];
                }

                last = states[0];
            }

            outputs[i] = counts[t] || !zeros ? last : new double[units];
        }

        return (outputs, states);
    }

    private static double[] Left(Drop? drop, bool isState, int gate, double[] values) => drop?.Invoke(isState, gate, values) ?? values;

    // gain ∘ (v − μ) / √(σ² + ε)
    private static double[] Normalized(double[] values, double[] gain, double epsilon)
    {
        double mean = values.Average(), variance = values.Average(value => (value - mean) * (value - mean));
        return [.. values.Select((value, i) => gain[i] * (value - mean) / Sqrt(variance + epsilon))];
    }
}
