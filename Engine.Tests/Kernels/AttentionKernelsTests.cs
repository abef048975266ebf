using System.Numerics;
using Engine.Kernels;
using Engine.Tests.Models;

namespace Engine.Tests.Kernels;

/// <summary>Attention against plain loops in double, forward and backward, with masks, on poisoned destinations.</summary>
[Category("Kernels")]
[TestFixture(typeof(float))]
[TestFixture(typeof(double))]
public sealed class AttentionKernelsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly AttentionGeometry[] Geometries =
    [
        new(2, 1, 1, 1, 1, 1, false), new(2, 3, 4, 7, 5, 9, false), new(3, 2, 17, 16, 8, 3, true), new(1, 2, 5, 33, 19, 16, true),
    ];

    // Sums of some tens of products of unit size, and an exponential: some tens of roundings, of terms below 10.
    private static double Tolerance => 1e3 * double.CreateChecked(T.BitIncrement(T.One) - T.One);

    [Test]
    public void DotAttentionIsTheNaiveTwin([Range(0, 3)] int geometry) => Check<DotScore>(Geometries[geometry], isAdditive: false);

    [Test]
    public void AdditiveAttentionIsTheNaiveTwin([Range(0, 3)] int geometry) => Check<AdditiveScore>(Geometries[geometry], isAdditive: true);

    private static void Check<TScore>(AttentionGeometry g, bool isAdditive)
        where TScore : struct, IAttentionScore
    {
        foreach (int threads in (int[])[1, 3])
        {
            foreach (bool masked in (bool[])[false, true])
            {
                Compare<TScore>(new Run(g, isAdditive, masked, threads));
            }
        }
    }

    private static void Compare<TScore>(Run run)
        where TScore : struct, IAttentionScore
    {
        AttentionBuffers<T> buffers = run.Buffers();
        AttentionKernels.Weights<T, TScore>(buffers, run.Threads);
        AttentionKernels.Mix(buffers, run.Threads);
        AttentionKernels.MixGradient(buffers, run.Threads);
        AttentionKernels.WeightsGradient<T, TScore>(buffers, run.Threads);
        run.Naive(out double[] o, out double[] dq, out double[] dk, out double[] dv, out double[] dscale);
        AssertClose(run.O, o, "O");
        AssertClose(run.DV, dv, "dV");
        AssertClose(run.DQ, dq, "dQ");
        AssertClose(run.DK, dk, "dK");
        if (run.DScale.Length > 0)
        {
            AssertClose(run.DScale, dscale, "dscale");
        }
    }

    private static void AssertClose(T[] actual, double[] expected, string what) =>
        Assert.That(actual.Select(double.CreateChecked), Is.EqualTo(expected).Within(Tolerance), what);

    private sealed class Run
    {
        private readonly AttentionGeometry _g;
        private readonly bool _isAdditive;
        private readonly T[] _q, _k, _v, _dO, _scale, _queryMask, _keyMask, _p, _dp;

        public Run(AttentionGeometry g, bool isAdditive, bool masked, int threads)
        {
            (_g, _isAdditive, Threads) = (g, isAdditive, threads);
            _q = Samples.Numbers<T>(g.Batch * g.Queries * g.Heads * g.KeyWidth, 1);
            _k = Samples.Numbers<T>(g.Batch * g.Keys * g.Heads * g.KeyWidth, 2);
            _v = Samples.Numbers<T>(g.Batch * g.Keys * g.Heads * g.ValueWidth, 3);
            _dO = Samples.Numbers<T>(g.Batch * g.Queries * g.Heads * g.ValueWidth, 4);
            _scale = isAdditive ? Samples.Numbers<T>(g.KeyWidth, 5) : [];

            // Of the first sample padding on both sides and a hole, of the last no key at all.
            _queryMask = masked ? [.. Enumerable.Range(0, g.Batch * g.Queries).Select(i => Mark(i % g.Queries != 0 || g.Queries == 1))] : [];
            _keyMask = masked
                ? [.. Enumerable.Range(0, g.Batch * g.Keys).Select(i => Mark((i % g.Keys) is not (0 or 3) && i / g.Keys != g.Batch - 1))]
                : [];
            _p = Poisoned(g.Weights);
            _dp = Poisoned(g.Weights);
            O = Poisoned(_dO.Length);
            DQ = Poisoned(_q.Length);
            DK = Poisoned(_k.Length);
            DV = Poisoned(_v.Length);
            DScale = isAdditive ? Poisoned(g.Batch * g.Heads * g.KeyWidth) : [];
        }

        public int Threads { get; }

        public T[] O { get; }

        public T[] DQ { get; }

        public T[] DK { get; }

        public T[] DV { get; }

        public T[] DScale { get; }

        public AttentionBuffers<T> Buffers() => new()
        {
            Geometry = _g,
            QueryMask = _queryMask,
            KeyMask = _keyMask,
            Q = _q,
            K = _k,
            V = _v,
            Scale = _scale,
            P = _p,
            Mixed = _p,
            O = O,
            DO = _dO,
            DP = _dp,
            DQ = DQ,
            DK = DK,
            DV = DV,
            DScale = DScale,
        };

        // s = q · k or Σ scale · tanh(q + k); p = softmax(s); o = p v; and back.
        public void Naive(out double[] o, out double[] dq, out double[] dk, out double[] dv, out double[] dscale)
        {
            (o, dq, dk, dv, dscale) = (new double[O.Length], new double[DQ.Length], new double[DK.Length], new double[DV.Length], new double[DScale.Length]);
            for (int row = 0; row < _g.Batch * _g.Heads * _g.Queries; row++)
            {
                int sample = row / (_g.Heads * _g.Queries), head = row / _g.Queries % _g.Heads, query = row % _g.Queries;
                double[] p = [.. Enumerable.Range(0, _g.Keys).Select(key => IsSeen(sample, query, key) ? Math.Exp(Score(sample, head, query, key)) : 0)];
                double sum = Math.Max(p.Sum(), 1e-300);
                double[] dp = new double[_g.Keys];
                for (int key = 0; key < _g.Keys; key++)
                {
                    p[key] /= sum;
                    for (int i = 0; i < _g.ValueWidth; i++)
                    {
                        int to = At(sample, _g.Queries, query, head, _g.ValueWidth, i), from = At(sample, _g.Keys, key, head, _g.ValueWidth, i);
                        o[to] += p[key] * double.CreateChecked(_v[from]);
                        dv[from] += p[key] * double.CreateChecked(_dO[to]);
                        dp[key] += double.CreateChecked(_dO[to] * _v[from]);
                    }
                }

                double dot = p.Zip(dp, (weight, gradient) => weight * gradient).Sum();
                for (int key = 0; key < _g.Keys; key++)
                {
                    for (int i = 0; i < _g.KeyWidth; i++)
                    {
                        int a = At(sample, _g.Queries, query, head, _g.KeyWidth, i), b = At(sample, _g.Keys, key, head, _g.KeyWidth, i);
                        double ds = p[key] * (dp[key] - dot), x = double.CreateChecked(_q[a]), y = double.CreateChecked(_k[b]);
                        double t = Math.Tanh(x + y);
                        dq[a] += ds * (_isAdditive ? double.CreateChecked(_scale[i]) * (1 - (t * t)) : y);
                        dk[b] += ds * (_isAdditive ? double.CreateChecked(_scale[i]) * (1 - (t * t)) : x);
                        if (_isAdditive)
                        {
                            dscale[(((sample * _g.Heads) + head) * _g.KeyWidth) + i] += ds * t;
                        }
                    }
                }
            }
        }

        private static T Mark(bool counts) => counts ? T.One : T.Zero;

        private static T[] Poisoned(int length) => [.. Enumerable.Repeat(T.NaN, length)];

        private bool IsSeen(int sample, int query, int key) => (!_g.IsCausal || key <= query)
            && (_keyMask.Length == 0 || _keyMask[(sample * _g.Keys) + key] != T.Zero)
            && (_queryMask.Length == 0 || _queryMask[(sample * _g.Queries) + query] != T.Zero);

        private double Score(int sample, int head, int query, int key) => Enumerable.Range(0, _g.KeyWidth).Sum(i =>
        {
            double x = double.CreateChecked(_q[At(sample, _g.Queries, query, head, _g.KeyWidth, i)]);
            double y = double.CreateChecked(_k[At(sample, _g.Keys, key, head, _g.KeyWidth, i)]);
            return _isAdditive ? double.CreateChecked(_scale[i]) * Math.Tanh(x + y) : x * y;
        });

        private int At(int sample, int steps, int step, int head, int width, int i) =>
            (((((sample * steps) + step) * _g.Heads) + head) * width) + i;
    }
}
