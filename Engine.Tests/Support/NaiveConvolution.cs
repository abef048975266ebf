using System.Numerics;
using Engine.Kernels;

namespace Engine.Tests.Support;

/// <summary>
/// Convolution in groups and its gradients, as their definition has them and in double: what every way of computing them is
/// tested against. y[n, o, f] = Σ x[n, o · stride − pad + w · dilation, c] · kernel[w, c, f], c being the channels of f's group.
/// </summary>
internal static class NaiveConvolution
{
    public static double[] Forward(in ConvolutionGeometry g, int batch, double[] x, double[] kernel)
    {
        double[] y = new double[batch * g.OutputSize];
        Run(g, batch, x, kernel, y, Kind.Forward);
        return y;
    }

    public static double[] InputGradient(in ConvolutionGeometry g, int batch, double[] dy, double[] kernel)
    {
        double[] dx = new double[batch * g.InputSize];
        Run(g, batch, dx, kernel, dy, Kind.InputGradient);
        return dx;
    }

    public static double[] WeightGradient(in ConvolutionGeometry g, int batch, double[] x, double[] dy)
    {
        double[] dKernel = new double[g.KernelSize];
        Run(g, batch, x, dKernel, dy, Kind.WeightGradient);
        return dKernel;
    }

    /// <summary>The sums with a bias, which may be empty, and perhaps without what is negative.</summary>
    public static double[] Finish(double[] sums, double[] bias, bool relu)
    {
        double[] values = new double[sums.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double value = sums[i] + (bias.Length == 0 ? 0 : bias[i % bias.Length]);
            values[i] = relu ? Math.Max(value, 0) : value;
        }

        return values;
    }

    public static double[] Doubles<T>(T[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] doubles = new double[values.Length];
        for (int i = 0; i < doubles.Length; i++)
        {
            doubles[i] = double.CreateTruncating(values[i]);
        }

        return doubles;
    }

    private static void Run(in ConvolutionGeometry g, int batch, double[] x, double[] kernel, double[] y, Kind kind)
    {
        (int Output, int Input, int Window)[] pairs = Pairs(g);
        for (int n = 0; n < batch; n++)
        {
            foreach ((int output, int input, int window) in pairs)
            {
                for (int group = 0; group < g.Groups; group++)
                {
                    int firstX = (((n * g.InputPositions) + input) * g.Channels) + (group * g.GroupChannels);
                    int firstKernel = (window * g.GroupChannels * g.Filters) + (group * g.GroupFilters);
                    int firstY = (((n * g.OutputPositions) + output) * g.Filters) + (group * g.GroupFilters);
                    for (int c = 0; c < g.GroupChannels; c++)
                    {
                        Span<double> row = kernel.AsSpan(firstKernel + (c * g.Filters), g.GroupFilters);
                        Meet(ref x[firstX + c], row, y.AsSpan(firstY, g.GroupFilters), kind);
                    }
                }
            }
        }
    }

    /// <summary>One element of x, and the weights and outputs that it meets.</summary>
    private static void Meet(ref double x, Span<double> kernel, Span<double> y, Kind kind)
    {
        switch (kind)
        {
            case Kind.Forward:
                for (int f = 0; f < kernel.Length; f++)
                {
                    y[f] += x * kernel[f];
                }

                break;
            case Kind.InputGradient:
                for (int f = 0; f < kernel.Length; f++)
                {
                    x += y[f] * kernel[f];
                }

                break;
            default:
                for (int f = 0; f < kernel.Length; f++)
                {
                    kernel[f] += x * y[f];
                }

                break;
        }
    }

    /// <summary>Every position of the output with each of the input that its window sees, and where in the window.</summary>
    private static (int Output, int Input, int Window)[] Pairs(in ConvolutionGeometry g)
    {
        List<(int Output, int Input, int Window)> pairs = [];
        foreach ((int Output, int Input, int Window) d in Pairs(g.Depth))
        {
            foreach ((int Output, int Input, int Window) h in Pairs(g.Height))
            {
                foreach ((int Output, int Input, int Window) w in Pairs(g.Width))
                {
                    pairs.Add((
                        (((d.Output * g.Height.Output) + h.Output) * g.Width.Output) + w.Output,
                        (((d.Input * g.Height.Input) + h.Input) * g.Width.Input) + w.Input,
                        (((d.Window * g.Height.Window) + h.Window) * g.Width.Window) + w.Window));
                }
            }
        }

        return [.. pairs];
    }

    private static List<(int Output, int Input, int Window)> Pairs(in WindowAxis axis)
    {
        List<(int Output, int Input, int Window)> pairs = [];
        for (int output = 0; output < axis.Output; output++)
        {
            for (int window = 0; window < axis.Window; window++)
            {
                int input = (output * axis.Stride) - axis.PadBefore + (window * axis.Dilation);
                if (input >= 0 && input < axis.Input)
                {
                    pairs.Add((output, input, window));
                }
            }
        }

        return pairs;
    }

    private enum Kind
    {
        Forward,
        InputGradient,
        WeightGradient,
    }
}
