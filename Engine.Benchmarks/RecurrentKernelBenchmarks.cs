using BenchmarkDotNet.Attributes;
using Engine.Benchmarks.Twins;
using Engine.Kernels;

namespace Engine.Benchmarks;

/// <summary>
/// A step of a block of an LSTM(64) on 32 features: its product and its gates, 5 · 16 · 64 values of sigmoid and tanh.
/// </summary>
public class RecurrentKernelBenchmarks
{
    private const int Rows = SequenceOrder.BlockRows, Inputs = 32, Units = 64, Joined = Inputs + Units;
    private readonly float[] _inputs = Values.Pinned(Rows * Joined, new Random(1));
    private readonly float[] _gates = Values.Pinned(Rows * 4 * Units, new Random(2));
    private readonly float[] _cell = Values.Pinned(Rows * Units, new Random(3));
    private readonly float[] _hidden = Values.Pinned(Rows * Units, new Random(4));
    private readonly float[] _bias = Values.Pinned(4 * Units, new Random(5));
    private readonly float[] _packed = Values.Pinned(GemmPacked.Length(Joined, 4 * Units), new Random(6));

    [Benchmark]
    public void Product() => GemmPacked.Multiply<float>(
        new ReadOnlyMatrixView<float>(_inputs, Rows, Joined), _packed, _bias, new MatrixView<float>(_gates, Rows, 4 * Units));

    // In place: values settle at the fixed points of the two functions, which are ordinary numbers.
    [Benchmark]
    public void Gates() => LstmGates.Forward<float>(_gates, _cell, _hidden, Units);

    [Benchmark(Baseline = true)]
    public void NaiveGates()
    {
        for (int i = 0; i < Rows * Units; i++)
        {
            Span<float> gates = _gates.AsSpan(i / Units * 4 * Units);
            int j = i % Units;
            float input = Sigmoid(gates[j]), forget = Sigmoid(gates[Units + j]);
            float output = Sigmoid(gates[(3 * Units) + j]);
            _cell[i] = (forget * _cell[i]) + (input * MathF.Tanh(gates[(2 * Units) + j]));
            _hidden[i] = output * MathF.Tanh(_cell[i]);
        }
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
