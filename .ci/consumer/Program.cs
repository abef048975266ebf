// A user's program on the packed packages, with the implicit usings they offer: what trains here under the JIT must train as well,
// and as fast, compiled ahead of time. Prints one line and OK; anything wrong is an exception and so a non-zero exit code.

using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

const int Samples = 512, Inputs = 784, Classes = 10, Batch = 32;

(Tensor<float> x, Tensor<float> y) = CreateClusters(Samples);
var model = new Sequential(
    new Input(Inputs),
    new Dense(64, ReLU, kernelInitializer: Initializer.Orthogonal()),       // MathNet's QR
    new Dropout(0.5),
    new Dense(64, ReLU),
    new Dropout(0.5),
    new Dense(Classes, Softmax)) { Seed = 42 };
model.Compile(new Adam(learningRate: 1e-3), Loss.CategoricalCrossentropy(), Metric.Accuracy());

// It learns.
History history = model.Fit(new Dataset(x, y), new FitOptions { Epochs = 5, BatchSize = Batch, Seed = 7 });
double first = history["loss"][0], last = history["loss"][^1];
Require(last < 0.7 * first, $"expected the loss to fall, it went from {first} to {last}");

// It keeps what it learned.
string path = Path.Combine(AppContext.BaseDirectory, "consumer.safetensors");
model.Save(path);
Require(
    Model.Load(path).Predict(x).SequenceEqual(model.Predict(x)),
    "expected the loaded model to predict what the saved one does, bit for bit");

// The gradient check runs the same generic code in double.
Require(GradientCheck.Run(new Dense(3, Tanh), input: [5]).Passed, "expected Dense's gradients to pass the check");

// Images: each way of a convolution, normalization and augmentation, forward and backward, on the same code in double.
Layer[] images = [new Conv2D(3, (3, 2), ReLU), new DepthwiseConv2D((3, 3)), new MaxPooling2D((2, 2)), new BatchNormalization(), new RandomZoom(0.2)];
foreach (Layer layer in images)
{
    Require(GradientCheck.Run(layer, input: [6, 5, 4]).Passed, $"expected the gradients of {layer.Kind} to pass the check");
}

var cnn = new Sequential(
    new Input(28, 28, 1), new Conv2D(32, (3, 3), ReLU), new Conv2D(64, (3, 3), ReLU), new GlobalAveragePooling2D(), new Dense(Classes, Softmax));
cnn.Compile(new Adam(), Loss.CategoricalCrossentropy());
double cnnLoss = cnn.Fit(
    new Dataset(Tensor.Reshape(x, [Samples, 28, 28, 1]), y), new FitOptions { Epochs = 1, BatchSize = Batch })["loss"][0];
Require(double.IsFinite(cnnLoss), $"expected a finite loss of the convolutional network, got {cnnLoss}");

// Sequences, padded ones too, and dropout inside the recurrence, on the same code in double.
Layer[] sequences = [new LSTM(3, dropout: 0.2, recurrentDropout: 0.2), new GRU(3), new Bidirectional(new SimpleRNN(2, returnSequences: true))];
foreach (Layer layer in sequences)
{
    Require(GradientCheck.Run(layer, input: [5, 4]).Passed, $"expected the gradients of {layer.Kind} to pass the check");
}

// How sure it is: samples of dropout, the same for the same seed.
MonteCarloPrediction uncertain = model.PredictMonteCarlo(x, samples: 20, seed: 7);
Require(
    uncertain.Mean.SequenceEqual(model.PredictMonteCarlo(x, samples: 20, seed: 7).Mean) && uncertain.StandardDeviation.Max() > 0,
    "expected Monte Carlo samples that differ among each other and repeat for their seed");

// The wide vectors are there: without the instruction set that the package names, code compiled ahead of time has 128 bits.
Require(
    RuntimeFeature.IsDynamicCodeCompiled || !X86Base.X64.IsSupported || Vector<byte>.Count >= 32,
    $"expected vectors of at least 256 bits, got {Vector<byte>.Count * 8}");

Require(
    Environment.GetEnvironmentVariable("DOTNET_EnableAVX512") != "0" || !Vector512.IsHardwareAccelerated,
    "expected no vectors of 512 bits with DOTNET_EnableAVX512=0");

#if CHARTS
string chart = Path.Combine(AppContext.BaseDirectory, "loss.png");
Chart.OfHistory(history, "loss").Save(chart);
Require(new FileInfo(chart).Length > 0, "expected a chart in loss.png");
#endif

#if INTEROP
string keras = Path.Combine(AppContext.BaseDirectory, "consumer.weights.h5");
KerasWeights.Save(model, keras);
Require(KerasWeights.Load(model, keras).Loaded.Count == 3, "expected three layers in consumer.weights.h5");
#endif

double microseconds = TimeSteps() * 1e6;
string compiled = RuntimeFeature.IsDynamicCodeCompiled ? "JIT" : "AOT";
Console.WriteLine(FormattableString.Invariant($"{compiled} loss {first:F3} -> {last:F3}, {microseconds:F1} us a training step"));
Console.WriteLine("OK");

// The best of twenty blocks of steps: the first ones pay for the JIT's tiers.
double TimeSteps()
{
    const int Blocks = 20, Steps = 200;
    (Tensor<float> batchX, Tensor<float> batchY) = CreateClusters(Batch);
    var options = new FitOptions { DegreeOfParallelism = 1 };     // the compilers are compared, not the machine's load
    double best = double.PositiveInfinity;
    for (int block = 0; block < Blocks; block++)
    {
        long start = Stopwatch.GetTimestamp();
        for (int step = 0; step < Steps; step++)
        {
            model.TrainOnBatch<float>(batchX, batchY, options);
        }

        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / Steps);
    }

    return best;
}

// Ten noisy clusters, one a class.
static (Tensor<float> X, Tensor<float> Y) CreateClusters(int samples)
{
    var random = new Random(1);
    float[] centers = new float[Classes * Inputs], x = new float[samples * Inputs], y = new float[samples * Classes];
    foreach (ref float value in centers.AsSpan())
    {
        value = random.NextSingle();
    }

    for (int sample = 0; sample < samples; sample++)
    {
        int label = sample % Classes;
        y[sample * Classes + label] = 1;
        for (int i = 0; i < Inputs; i++)
        {
            x[sample * Inputs + i] = centers[label * Inputs + i] + 0.3f * random.NextSingle();
        }
    }

    return (Tensor.Create(x, [samples, Inputs]), Tensor.Create(y, [samples, Classes]));
}

static void Require(bool holds, string message)
{
    if (!holds)
    {
        throw new InvalidOperationException($"Consumer: {message}.");
    }
}
