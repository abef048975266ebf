using System.Diagnostics;
using System.Numerics.Tensors;
using Engine.Losses;
using Engine.Optimizers;

namespace Engine.Benchmarks;

/// <summary>
/// Steps of a training, and how long they take. So slow a learner that its numbers stay ordinary ones.
/// </summary>
internal sealed class Stepper
{
    private readonly Sequential _model;
    private readonly Tensor<float> _x, _y;
    private readonly FitOptions _options;

    public Stepper(Sequential model, Shape input, int batch)
        : this(model, RandomTensor.Uniform([batch, .. input], seed: 1))
    {
    }

    public Stepper(Sequential model, Tensor<float> x, int threads = 1)
    {
        _model = model;
        _options = new FitOptions { DegreeOfParallelism = threads };
        model.Compile(new Adam(1e-7), Loss.CategoricalCrossentropy());
        _x = x;
        int batch = (int)x.Lengths[0];
        int classes = model.Output.Shape[0];
        float[] labels = new float[batch * classes];
        for (int i = 0; i < batch; i++)
        {
            labels[(i * classes) + (i % classes)] = 1;
        }

        _y = Tensor.Create(labels, [batch, classes]);
    }

    /// <summary>The milliseconds of a step, over so many of them.</summary>
    public double Run(int steps)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < steps; i++)
        {
            _model.TrainOnBatch<float>(_x, _y, _options);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / steps;
    }
}
