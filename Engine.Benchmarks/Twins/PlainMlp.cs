using MathNet.Numerics.LinearAlgebra;

namespace Engine.Benchmarks.Twins;

/// <summary>
/// The guide's classifier (784-64-64-10, relu, dropout, softmax) and a training step of it with Adam, as one writes it by hand on
/// MathNet's matrices: what there is in .NET without a library for networks. A sample is a column.
/// </summary>
internal sealed class PlainMlp
{
    private static readonly int[] s_widths = [784, 64, 64, 10];
    private readonly Random _random = new(1);
    private readonly Matrix<float>[] _w, _m, _v;
    private readonly Vector<float>[] _b, _bm, _bv;
    private readonly float _rate;
    private int _step;

    public PlainMlp(double rate)
    {
        _rate = (float)rate;
        _w = Matrices((rows, columns) => Matrix<float>.Build.Dense(
            rows, columns, (_, _) => (_random.NextSingle() - 0.5f) * 2 * MathF.Sqrt(6f / (rows + columns))));
        _m = Matrices((rows, columns) => Matrix<float>.Build.Dense(rows, columns));
        _v = Matrices((rows, columns) => Matrix<float>.Build.Dense(rows, columns));
        (_b, _bm, _bv) = (Vectors(), Vectors(), Vectors());
    }

    /// <summary>Class probabilities, <c>[10, n]</c>.</summary>
    public Matrix<float> Predict(Matrix<float> x) => Forward(x, isTraining: false)[^1];

    /// <summary>One step on <c>x [784, n]</c> and one-hot <c>y [10, n]</c>; gives the loss.</summary>
    public float Train(Matrix<float> x, Matrix<float> y)
    {
        Matrix<float>[] h = Forward(x, isTraining: true);
        float loss = -y.PointwiseMultiply(h[^1].Map(p => MathF.Log(Math.Max(p, 1e-7f)))).ColumnSums().Sum() / x.ColumnCount;
        Matrix<float> d = (h[^1] - y) / x.ColumnCount;
        _step++;
        for (int layer = _w.Length - 1; layer >= 0; layer--)
        {
            Matrix<float> dw = d.TransposeAndMultiply(h[layer]);
            Vector<float> db = d.RowSums();
            if (layer > 0)
            {
                // A unit that relu or dropout silenced is 0; a survivor was scaled.
                Matrix<float> below = _w[layer].TransposeThisAndMultiply(d);
                d = below.Map2((gradient, unit) => unit > 0 ? gradient / (1 - _rate) : 0, h[layer], Zeros.Include);
            }

            Adam(dw.AsColumnMajorArray(), _w[layer].AsColumnMajorArray(), _m[layer].AsColumnMajorArray(), _v[layer].AsColumnMajorArray());
            Adam(db.AsArray(), _b[layer].AsArray(), _bm[layer].AsArray(), _bv[layer].AsArray());
        }

        return loss;
    }

    private Matrix<float>[] Forward(Matrix<float> x, bool isTraining)
    {
        Matrix<float>[] h = new Matrix<float>[_w.Length + 1];
        h[0] = x;
        for (int layer = 0; layer < _w.Length; layer++)
        {
            Matrix<float> z = _w[layer] * h[layer];
            Vector<float> b = _b[layer];
            z.MapIndexedInplace((row, _, value) => value + b[row], Zeros.Include);
            if (layer == _w.Length - 1)
            {
                z.MapInplace(MathF.Exp, Zeros.Include);
                h[layer + 1] = z.NormalizeColumns(1);
            }
            else
            {
                z.MapInplace(value => Math.Max(value, 0), Zeros.Include);
                if (isTraining && _rate > 0)
                {
                    z.MapInplace(value => _random.NextSingle() < _rate ? 0 : value / (1 - _rate), Zeros.Include);
                }

                h[layer + 1] = z;
            }
        }

        return h;
    }

    private void Adam(float[] g, float[] w, float[] m, float[] v)
    {
        float rate = 1e-3f * MathF.Sqrt(1 - MathF.Pow(0.999f, _step)) / (1 - MathF.Pow(0.9f, _step));
        for (int i = 0; i < w.Length; i++)
        {
            m[i] += (g[i] - m[i]) * 0.1f;
            v[i] += ((g[i] * g[i]) - v[i]) * 0.001f;
            w[i] -= rate * m[i] / (MathF.Sqrt(v[i]) + 1e-7f);
        }
    }

    private static Matrix<float>[] Matrices(Func<int, int, Matrix<float>> make) =>
        [.. s_widths.Zip(s_widths.Skip(1), (columns, rows) => make(rows, columns))];

    private static Vector<float>[] Vectors() => [.. s_widths.Skip(1).Select(width => Vector<float>.Build.Dense(width))];
}
