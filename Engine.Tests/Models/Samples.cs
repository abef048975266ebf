using System.Numerics;
using System.Numerics.Tensors;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Models;

/// <summary>Small models' data and what tests compare.</summary>
internal static class Samples
{
    /// <summary>Numbers of the unit normal distribution, the same for both precisions up to rounding.</summary>
    public static T[] Numbers<T>(int length, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. RandomTensor.Normal([length], seed).Select(value => T.CreateChecked(value))];

    public static Tensor<T> Tensor<T>(ulong seed, params nint[] lengths)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        System.Numerics.Tensors.Tensor.Create(Numbers<T>((int)lengths.Aggregate((a, b) => a * b), seed), lengths);

    /// <summary>Class numbers that go round.</summary>
    public static int[] Labels(int count, int classes) => [.. Enumerable.Range(0, count).Select(i => i * 7 / 3 % classes)];

    /// <summary>Samples with one-hot targets.</summary>
    public static Dataset Classes(int count, int features, int classes, ulong seed = 3) =>
        new(Tensor<float>(seed, count, features), DataColumn.OneHot(Labels(count, classes), classes));

    /// <summary>A compiled classifier of six features into three classes.</summary>
    public static Sequential Classifier(double dropout = 0, ulong seed = 4)
    {
        Sequential model = new(new Input(6), new Dense(9, ReLU), new Dropout(dropout), new Dense(3, Softmax)) { Seed = seed };
        model.Compile(new SGD(0.1), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        return model;
    }

    public static T[] Values<T>(Tensor<T> tensor)
    {
        T[] values = new T[(int)tensor.FlattenedLength];
        tensor.FlattenTo(values);
        return values;
    }

    /// <summary>All parameters, one behind the other.</summary>
    public static T[] Weights<T>(Model model)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. model.Parameters.SelectMany(parameter => parameter.Values<T>().ToArray())];

    /// <summary>What a Dense layer computes, by plain loops.</summary>
    public static T[] NaiveDense<T>(T[] x, Dense layer, int rows, bool relu)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<T> w = layer.Kernel!.Values<T>(), b = layer.Bias!.Values<T>();
        int inputs = layer.Kernel.Shape[0];
        T[] y = new T[rows * layer.Units];
        for (int r = 0; r < rows; r++)
        {
            for (int j = 0; j < layer.Units; j++)
            {
                double sum = double.CreateChecked(b[j]);
                for (int i = 0; i < inputs; i++)
                {
                    sum += double.CreateChecked(x[(r * inputs) + i]) * double.CreateChecked(w[(i * layer.Units) + j]);
                }

                y[(r * layer.Units) + j] = T.CreateChecked(relu ? Math.Max(0, sum) : sum);
            }
        }

        return y;
    }

    public static double[] NaiveSoftmax<T>(T[] z, int classes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] p = new double[z.Length];
        for (int from = 0; from < z.Length; from += classes)
        {
            double max = z[from..(from + classes)].Max(v => double.CreateChecked(v));
            double sum = 0;
            for (int k = from; k < from + classes; k++)
            {
                sum += p[k] = Math.Exp(double.CreateChecked(z[k]) - max);
            }

            for (int k = from; k < from + classes; k++)
            {
                p[k] /= sum;
            }
        }

        return p;
    }
}
