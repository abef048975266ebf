using BenchmarkDotNet.Attributes;
using Engine.Benchmarks.Twins;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Benchmarks;

/// <summary>
/// A step of a block of an LSTM(64) on 32 features: its product and its gates, 5 · 16 · 64 values of sigmoid and tanh.
/// </summary>
public class RecurrentKernelBenchmarks
{
    private const int Rows = SequenceOrder.BlockLanes, Inputs = 32, Units = 64, Joined = Inputs + Units;
    private readonly AlignedMemory _inputs = Values.Aligned(Rows * Joined, new Random(1));
    private readonly AlignedMemory _gates = Values.Aligned(Rows * 4 * Units, new Random(2));
    private readonly AlignedMemory _cell = Values.Aligned(Rows * Units, new Random(3));
    private readonly AlignedMemory _hidden = Values.Aligned(Rows * Units, new Random(4));
    private readonly AlignedMemory _bias = Values.Aligned(4 * Units, new Random(5));
    private readonly AlignedMemory _packed = Values.Aligned(GemmPacked.Length(Joined, 4 * Units), new Random(6));

    [Benchmark]
    public void Product() => GemmPacked.Multiply<float>(
        new ReadOnlyMatrixView<float>(_inputs.Span<float>(), Rows, Joined),
        _packed.Span<float>(),
        _bias.Span<float>(),
        new MatrixView<float>(_gates.Span<float>(), Rows, 4 * Units));

    // In place: values settle at the fixed points of the two functions, which are ordinary numbers.
    [Benchmark]
    public void Gates() => LstmGates.Forward(_gates.Span<float>(), _cell.Span<float>(), _hidden.Span<float>(), Units);

    [Benchmark(Baseline = true)]
    public void NaiveGates()
    {
        Span<float> cell = _cell.Span<float>(), hidden = _hidden.Span<float>();
        for (int i = 0; i < Rows * Units; i++)
        {
            Span<float> gates = _gates.Span<float>()[(i / Units * 4 * Units)..];
            int j = i % Units;
            float input = Sigmoid(gates[j]), forget = Sigmoid(gates[Units + j]);
            float output = Sigmoid(gates[(3 * Units) + j]);
            cell[i] = (forget * cell[i]) + (input * MathF.Tanh(gates[(2 * Units) + j]));
            hidden[i] = output * MathF.Tanh(cell[i]);
        }
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
