using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Engine.Benchmarks.Twins;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;

namespace Engine.Benchmarks;

/// <summary>
/// Recurrent layers of 64 units on 50 steps of 32 features: inference and training step, beside the same layer in plain loops.
/// </summary>
[MemoryDiagnoser]
public class RecurrentBenchmarks
{
    private const int Steps = 50, Inputs = 32, Units = 64;
    private Sequential? _model;
    private Tensor<float>? _x, _y, _output;
    private float[] _values = [], _kernel = [], _recurrentKernel = [], _bias = [], _naive = [];
    private FitOptions? _fit;
    private PredictOptions? _predict;

    [Params("LSTM", "GRU", "SimpleRNN", "LSTM per gate", "LSTM half padded")]
    public string Kind { get; set; } = "LSTM";

    [Params(1, 32, 128)]
    public int Batch { get; set; } = 32;

    [Params(1, 2)]
    public int Threads { get; set; } = 1;

    [GlobalSetup]
    public void Setup()
    {
        Layer layer = Kind switch
        {
            "GRU" => new GRU(Units),
            "SimpleRNN" => new SimpleRNN(Units),
            "LSTM per gate" => new LSTM(Units, dropout: 0.2, recurrentDropout: 0.2),
            _ => new LSTM(Units),
        };
        Layer[] masks = Kind == "LSTM half padded" ? [new Masking()] : [];
        _model = new Sequential([new Input(Steps, Inputs), .. masks, layer, new Dense(1)]) { Seed = 1 };
        _model.Compile(new Adam(1e-7), Loss.MeanSquaredError());
        _values = Values.Pinned(Batch * Steps * Inputs, new Random(1));
        if (Kind == "LSTM half padded")
        {
            // Lengths from 1 to 50: on average half of the steps count.
            for (int row = 0; row < Batch * Steps; row++)
            {
                if (row % Steps > row / Steps * 7 % Steps)
                {
                    _values.AsSpan(row * Inputs, Inputs).Clear();
                }
            }
        }

        _x = Tensor.Create(_values, [Batch, Steps, Inputs]);
        _y = Tensor.Create(new float[Batch], [Batch, 1]);
        _output = Tensor.Create(new float[Batch], [Batch, 1]);
        _fit = new FitOptions { DegreeOfParallelism = Threads };
        _predict = new PredictOptions { DegreeOfParallelism = Threads, BatchSize = Batch };
        _kernel = Values.Pinned(Inputs * 4 * Units, new Random(2));
        _recurrentKernel = Values.Pinned(Units * 4 * Units, new Random(3));
        _bias = new float[6 * Units];
        _naive = new float[Batch * Units];
    }

    [Benchmark]
    public void Inference() => _model!.Predict<float>(_x!, _output!, _predict);

    [Benchmark]
    public double TrainingStep() => _model!.TrainOnBatch<float>(_x!, _y!, _fit);

    [Benchmark(Baseline = true)]
    public void NaiveInference()
    {
        switch (Kind)
        {
            case "GRU":
                NaiveGru.Forward(_values, _kernel, _recurrentKernel, _bias, _naive, Batch, Steps, Inputs, Units);
                break;
            case "SimpleRNN":
                NaiveSimpleRnn.Forward(_values, _kernel, _recurrentKernel, _bias, _naive, Batch, Steps, Inputs, Units);
                break;
            default:
                NaiveLstm.Forward(_values, _kernel, _recurrentKernel, _bias, _naive, Batch, Steps, Inputs, Units);
                break;
        }
    }
}
