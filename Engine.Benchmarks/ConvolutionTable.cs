using System.Diagnostics;
using System.Globalization;
using Engine.Kernels;

namespace Engine.Benchmarks;

/// <summary>
/// All ways of a convolution for many shapes: what <see cref="ConvolutionCost"/> is fitted to, and how far the way it chooses is
/// from the best.
/// </summary>
internal static class ConvolutionTable
{
    private const int Runs = 15;

    private static readonly string[] s_passes = ["forward", "input gradient", "weight gradient"];

    public static void Run(TextWriter output)
    {
        TableHead.Write(output, "Ways of a convolution", "convolution");
        output.WriteLine($"""
            Same padding, float, one thread; the best of {Runs} runs, µs. What is chosen is marked; the last column is its time divided by
            the best.
            """);
        WarmUp();
        Section(output, "What the costs are fitted to", 28, 32, [1, 3, 6, 8, 16, 32, 64], [1, 6, 8, 16, 32, 64]);
        Section(output, "Other shapes", 20, 8, [2, 5, 10, 20, 40, 80], [4, 12, 24, 48, 96]);
    }

    private static void Section(TextWriter output, string title, int size, int batch, int[] allChannels, int[] allFilters)
    {
        output.WriteLine($"""

            ## {title}: images of {size} × {size}, batch {batch}

            | pass | window | channels | filters | direct | Winograd | product | chosen / best |
            |---|---|--:|--:|--:|--:|--:|--:|
            """);
        List<double> factors = [];
        foreach (string pass in s_passes)
        {
            foreach (int window in new[] { 3, 5 })
            {
                foreach (int channels in allChannels)
                {
                    foreach (int filters in allFilters)
                    {
                        ConvolutionGeometry geometry = Geometry(size, window, channels, filters);
                        ConvolutionWay chosen = Chosen(pass, geometry, batch);
                        Dictionary<ConvolutionWay, double> times = Measure(pass, geometry, batch, Runs);
                        factors.Add(times[chosen] / times.Values.Min());
                        string Cell(ConvolutionWay way) => !times.TryGetValue(way, out double time) ? ""
                            : way == chosen ? $"**{Text(time, "F0")}**" : Text(time, "F0");
                        output.WriteLine(
                            $"| {pass} | {window} × {window} | {channels} | {filters} | {Cell(ConvolutionWay.Direct)} | " +
                            $"{Cell(ConvolutionWay.Winograd)} | {Cell(ConvolutionWay.ImplicitGemm)} | {Text(factors[^1], "F2")} |");
                    }
                }
            }
        }

        factors.Sort();
        output.WriteLine();
        output.WriteLine(
            $"Of {factors.Count} passes: median {Text(factors[factors.Count / 2], "F2")}, nine in ten up to " +
            $"{Text(factors[factors.Count * 9 / 10], "F2")}, at most {Text(factors[^1], "F2")}.");
    }

    private static ConvolutionWay Chosen(string pass, in ConvolutionGeometry geometry, int batch) => pass switch
    {
        "forward" => ConvolutionChoice.Forward(geometry, allowWinograd: true),
        "input gradient" => ConvolutionChoice.InputGradient(geometry, batch, allowWinograd: true),
        _ => ConvolutionChoice.WeightGradient(geometry, batch, allowWinograd: true),
    };

    // Until the runtime has compiled all of it for good.
    private static void WarmUp()
    {
        for (int round = 0; round < 4; round++)
        {
            foreach (string pass in s_passes)
            {
                Measure(pass, Geometry(12, 3, 6, 6), 8, 60);
                Measure(pass, Geometry(12, 5, 8, 32), 8, 60);
            }

            Thread.Sleep(300);
        }
    }

    private static ConvolutionGeometry Geometry(int size, int window, int channels, int filters)
    {
        WindowAxis axis = new(size, window, 1, 1, Padding.Same);
        return new(WindowAxis.None, axis, axis, channels, filters);
    }

    private static Dictionary<ConvolutionWay, double> Measure(string pass, ConvolutionGeometry geometry, int batch, int runs)
    {
        Random random = new(1);
        float[] x = Twins.Values.Pinned(batch * geometry.InputSize, random), y = Twins.Values.Pinned(batch * geometry.OutputSize, random);
        float[] kernel = Twins.Values.Pinned(geometry.KernelSize, random);
        float[] to = new float[Math.Max(Math.Max(x.Length, y.Length), kernel.Length)];
        float[] scratch = new float[ImplicitGemm.WeightScratch(geometry, batch)];
        Dictionary<ConvolutionWay, Action> ways = pass switch
        {
            "forward" => new()
            {
                [ConvolutionWay.Direct] = () =>
                    DirectConvolution.Forward<float>(geometry, batch, x, kernel, [], to.AsSpan(..y.Length), relu: false, threads: 1),
                [ConvolutionWay.Winograd] = () =>
                    WinogradConvolution.Forward<float>(geometry, batch, x, kernel, [], to.AsSpan(..y.Length), relu: false, threads: 1),
                [ConvolutionWay.ImplicitGemm] = () =>
                    ImplicitGemm.Forward<float>(geometry, batch, x, kernel, [], to.AsSpan(..y.Length), relu: false, threads: 1),
            },
            "input gradient" => new()
            {
                [ConvolutionWay.Direct] = () =>
                    DirectConvolution.InputGradient<float>(geometry, batch, y, kernel, to.AsSpan(..x.Length), threads: 1),
                [ConvolutionWay.Winograd] = () =>
                    WinogradConvolution.InputGradient<float>(geometry, batch, y, kernel, to.AsSpan(..x.Length), threads: 1),
                [ConvolutionWay.ImplicitGemm] = () =>
                    ImplicitGemm.InputGradient<float>(geometry, batch, y, kernel, [], to.AsSpan(..x.Length), relu: false, threads: 1),
            },
            _ => new()
            {
                [ConvolutionWay.Direct] = () =>
                    DirectConvolution.WeightGradient<float>(geometry, batch, x, y, to.AsSpan(..kernel.Length), threads: 1),
                [ConvolutionWay.Winograd] = () =>
                    WinogradConvolution.WeightGradient<float>(geometry, batch, x, y, to.AsSpan(..kernel.Length), threads: 1),
                [ConvolutionWay.ImplicitGemm] = () =>
                    ImplicitGemm.WeightGradient<float>(geometry, batch, x, y, to.AsSpan(..kernel.Length), scratch, threads: 1),
            },
        };
        if (!WinogradConvolution.Supports(geometry))
        {
            ways.Remove(ConvolutionWay.Winograd);
        }

        return ways.ToDictionary(way => way.Key, way => Best(way.Value, runs));
    }

    private static double Best(Action run, int runs)
    {
        run();
        double best = double.PositiveInfinity;
        for (int i = 0; i < runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return best;
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
