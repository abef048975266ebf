using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Engine.Activations;
using Engine.Benchmarks.Twins;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using MathNet.Numerics.LinearAlgebra;

namespace Engine.Benchmarks;

/// <summary>
/// A training step (forward, loss, backward, Adam) and inference of the guide's classifier, with and without dropout;
/// beside it the same by hand on MathNet's matrices.
/// </summary>
[MemoryDiagnoser]
public class TrainingBenchmarks
{
    private Sequential _model = null!;
    private Tensor<float> _x = null!;
    private Tensor<float> _y = null!;
    private Tensor<float> _probabilities = null!;
    private FitOptions _fit = null!;
    private PredictOptions _predict = null!;
    private PlainMlp _plain = null!;
    private Matrix<float> _plainX = null!;
    private Matrix<float> _plainY = null!;

    [Params(1, 32, 128)]
    public int Batch { get; set; }

    [Params(0, 0.5)]
    public double Rate { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _model = new Sequential(
            new Input(784),
            new Dense(64, ActivationFunction.ReLU),
            new Dropout(Rate),
            new Dense(64, ActivationFunction.ReLU),
            new Dropout(Rate),
            new Dense(10, ActivationFunction.Softmax))
        { Seed = 42 };
        _model.Compile(new Adam(), Loss.CategoricalCrossentropy());
        _x = RandomTensor.Uniform([Batch, 784], seed: 1);
        float[] labels = new float[Batch * 10];
        for (int i = 0; i < Batch; i++)
        {
            labels[(i * 10) + (i % 10)] = 1;
        }

        _y = Tensor.Create(labels, [Batch, 10]);
        _plain = new PlainMlp(Rate);
        _plainX = Matrix<float>.Build.Dense(784, Batch, _x.ToArray());
        _plainY = Matrix<float>.Build.Dense(10, Batch, labels);
        _probabilities = Tensor.Create(new float[Batch * 10], [Batch, 10]);
        _fit = new FitOptions { DegreeOfParallelism = Threads };
        _predict = new PredictOptions { DegreeOfParallelism = Threads, BatchSize = Batch };
    }

    [Benchmark(Baseline = true)]
    public double TrainingStep() => _model.TrainOnBatch<float>(_x, _y, _fit);

    [Benchmark]
    public void Inference() => _model.Predict<float>(_x, _probabilities, _predict);

    [Benchmark]
    public float TrainingStepByHand() => _plain.Train(_plainX, _plainY);

    [Benchmark]
    public Matrix<float> InferenceByHand() => _plain.Predict(_plainX);
}
