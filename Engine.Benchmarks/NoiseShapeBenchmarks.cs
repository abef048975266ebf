using BenchmarkDotNet.Attributes;
using Engine.Kernels;
using Engine.Numerics;
using MathNet.Numerics.Distributions;

namespace Engine.Benchmarks;

/// <summary>
/// Dropout with a noise shape on 32 samples of [28, 28, 64]: one draw a channel, a row of pixels, or a pixel; the loops that
/// everyone writes first beside, with System.Random and with MathNet's Bernoulli.
/// </summary>
[MemoryDiagnoser]
public class NoiseShapeBenchmarks
{
    private const int Samples = 32;
    private static readonly int[] s_lengths = [28, 28, 64];
    private static readonly int s_size = s_lengths.Aggregate((product, length) => product * length);

    private readonly DropoutRate _rate = new(0.5);
    private readonly RandomSource _random = new(seed: 1, stream: 2, step: 3);
    private readonly Random _naive = new(1);
    private readonly float[] _x = Twins.Values.Pinned(Samples * s_size, new Random(1));
    private readonly float[] _y = new float[Samples * s_size];
    private int[] _maskLengths = [];
    private float[] _mask = [];

    [Params("1, 1, 64", "28, 1, 1", "28, 28, 1")]
    public string NoiseShape { get; set; } = "1, 1, 64";

    [GlobalSetup]
    public void Setup()
    {
        _maskLengths = [.. NoiseShape.Split(", ").Select(int.Parse)];
        _mask = new float[_maskLengths.Aggregate((product, length) => product * length)];
    }

    [Benchmark(Baseline = true)]
    public void Masked()
    {
        for (int sample = 0; sample < Samples; sample++)
        {
            DropoutKernels.FillMask<float>(_mask, _rate, _random, (uint)sample);
            BroadcastMask.Apply<float>(Sample(_x, sample), _mask, Sample(_y, sample), s_lengths, _maskLengths);
        }
    }

    [Benchmark]
    public void Naive() => Multiply(() => _naive.NextSingle() < 0.5f);

    [Benchmark]
    public void MathNetBernoulli() => Multiply(() => Bernoulli.Sample(_naive, 0.5) == 0);

    private void Multiply(Func<bool> isDropped)
    {
        for (int sample = 0; sample < Samples; sample++)
        {
            for (int i = 0; i < _mask.Length; i++)
            {
                _mask[i] = isDropped() ? 0 : 2;
            }

            for (int row = 0; row < s_lengths[0]; row++)
            {
                for (int column = 0; column < s_lengths[1]; column++)
                {
                    for (int channel = 0; channel < s_lengths[2]; channel++)
                    {
                        int m = (Place(row, 0) * _maskLengths[1] * _maskLengths[2]) + (Place(column, 1) * _maskLengths[2]) + Place(channel, 2);
                        int i = (sample * s_size) + (((row * s_lengths[1]) + column) * s_lengths[2]) + channel;
                        _y[i] = _x[i] * _mask[m];
                    }
                }
            }
        }
    }

    private int Place(int index, int axis) => _maskLengths[axis] == 1 ? 0 : index;

    private static Span<float> Sample(float[] values, int sample) => values.AsSpan(sample * s_size, s_size);
}
