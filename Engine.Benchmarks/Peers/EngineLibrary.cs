using System.Numerics.Tensors;
using Engine.Activations;
using Engine.Kernels;
using Engine.Layers;
using Engine.Losses;
using Engine.Numerics;
using Engine.Optimizers;
using Engine.Uncertainty;

namespace Engine.Benchmarks.Peers;

/// <summary>This engine, through the same doors a user has; dropout and the product by their kernels.</summary>
internal sealed class EngineLibrary : ILibrary
{
    public string Name => "Engine";

    public string Version => $"Engine at {Machine.Commit}";

    public IReadOnlyList<INetwork> CreateNetworks(NetworkPlan plan, int batch, int threads) => [new Network(plan, batch, threads)];

    public IDropout CreateDropout(int length, double rate, int threads) => new DropoutWork(length, rate, threads);

    public IProduct CreateProduct(int n, int threads) => new Product(n, threads);

    private static float[] Normal(int length, ulong stream)
    {
        float[] values = new float[length];
        new RandomSource(seed: 1, stream).FillNormal(values.AsSpan());
        return values;
    }

    private sealed class Network : INetwork
    {
        private readonly Sequential _model;
        private readonly Tensor<float> _x, _output;
        private readonly Tensor<float>? _y;
        private readonly FitOptions _fit;
        private readonly PredictOptions _predict;
        private readonly MonteCarloOptions _sample;

        public Network(NetworkPlan plan, int batch, int threads)
        {
            _model = new Sequential(CreateLayers(plan)) { Seed = 42 };
            _x = Tensor.Create(plan.CreateInputs(batch), [batch, .. plan.Input.Select(length => (nint)length)]);
            if (plan.Classes == 1)
            {
                _model.Compile(new Adam(learningRate: 1e-3), Loss.MeanSquaredError());
                _y = Tensor.Create(plan.CreateTargets(batch), [batch, 1]);
            }
            else if (plan.Classes > 1)
            {
                _model.Compile(new Adam(learningRate: 1e-3), Loss.CategoricalCrossentropy());
                _y = Tensor.Create(OneHot(plan.CreateLabels(batch), plan.Classes), [batch, plan.Classes]);
            }

            Shape output = _model.Output.Shape;
            _output = Tensor.Create(new float[batch * output.Size], [batch, .. output.Select(length => (nint)length)]);
            _fit = new FitOptions { DegreeOfParallelism = threads, Seed = 7 };
            _predict = new PredictOptions { DegreeOfParallelism = threads, BatchSize = batch };
            _sample = new MonteCarloOptions { DegreeOfParallelism = threads };
        }

        public double TrainStep() => _model.TrainOnBatch<float>(_x, _y!, _fit);

        public void Infer() => _model.Predict<float>(_x, _output, _predict);

        public void Sample(int count) => _model.PredictMonteCarlo(_x, count, seed: 7, _sample);

        public void Dispose()
        {
            // Nothing to do: a model's memory is the garbage collector's.
        }

        private static Layer[] CreateLayers(NetworkPlan plan)
        {
            List<Layer> layers = [new Input([.. plan.Input])];
            layers.AddRange(plan.Blocks.Select<Block, Layer>(block => block switch
            {
                Block.Fully fully => new Dense(fully.Units, ActivationFunction.ReLU),
                Block.Dropped dropped => new Dropout(dropped.Rate),
                Block.Flat => new Flatten(),
                Block.Recurrent { Kind: RecurrentKind.Lstm } lstm => new LSTM(lstm.Units),
                Block.Recurrent { Kind: RecurrentKind.Gru } gru => new GRU(gru.Units),
                Block.Recurrent simple => new SimpleRNN(simple.Units),
                Block.MaxPool => new MaxPooling2D((2, 2)),
                Block.GlobalAverage => new GlobalAveragePooling2D(),
                Block.Convolution c => new Conv2D(
                    c.Filters, (c.Window, c.Window), ActivationFunction.ReLU, padding: c.IsSame ? Padding.Same : Padding.Valid),
                _ => throw new NotSupportedException($"EngineLibrary: no layer for {block}."),
            }));
            if (plan.Classes > 0)
            {
                layers.Add(new Dense(plan.Classes, plan.Classes == 1 ? null : ActivationFunction.Softmax));
            }

            return [.. layers];
        }

        private static float[] OneHot(int[] labels, int classes)
        {
            float[] y = new float[labels.Length * classes];
            for (int i = 0; i < labels.Length; i++)
            {
                y[(i * classes) + labels[i]] = 1;
            }

            return y;
        }
    }

    private sealed class DropoutWork(int length, double rate, int threads) : IDropout
    {
        private readonly DropoutRate _rate = new(rate);
        private readonly float[] _x = Normal(length, 1), _y = new float[length], _dy = Normal(length, 2), _dx = new float[length];
        private ulong _step;

        // Each forward pass is a step of its own, with a new mask.
        public void Forward() => Apply(_x, _y, ++_step);

        public void Backward() => Apply(_dy, _dx, _step);

        public void Dispose()
        {
        }

        private void Apply(float[] from, float[] to, ulong step) =>
            DropoutKernels.Apply<float>(from, to, length, _rate, new RandomSource(seed: 7, stream: 1, step), [], threads);
    }

    private sealed class Product(int n, int threads) : IProduct
    {
        private readonly float[] _a = Normal(n * n, 1), _b = Normal(n * n, 2), _c = new float[n * n];

        public void Multiply() => Gemm.Multiply(
            new ReadOnlyMatrixView<float>(_a, n, n), new ReadOnlyMatrixView<float>(_b, n, n), new MatrixView<float>(_c, n, n), threads);

        public void Dispose()
        {
        }
    }
}
