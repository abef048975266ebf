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
    private const int Batch = 32, Size = 28, Runs = 15;

    private static readonly int[] s_channels = [1, 3, 6, 8, 16, 32, 64];
    private static readonly int[] s_filters = [1, 6, 8, 16, 32, 64];
    private static readonly (string Name, Func<ConvolutionGeometry, ConvolutionWay> Choose)[] s_passes =
    [
        ("forward", geometry => ConvolutionChoice.Forward(geometry, allowWinograd: true)),
        ("input gradient", geometry => ConvolutionChoice.InputGradient(geometry, Batch, allowWinograd: true)),
        ("weight gradient", geometry => ConvolutionChoice.WeightGradient(geometry, Batch, allowWinograd: true)),
    ];

    public static void Run(TextWriter output)
    {
        TableHead.Write(output, "Ways of a convolution", "convolution");
        output.WriteLine($"""
            Images of {Size} × {Size}, batch {Batch}, same padding, float, one thread; the best of {Runs} runs, µs. What is chosen is marked; the last
            column is its time divided by the best.

            | pass | window | channels | filters | direct | Winograd | product | chosen / best |
            |---|---|--:|--:|--:|--:|--:|--:|
            """);
        WarmUp();
        List<double> factors = [];
        foreach ((string name, Func<ConvolutionGeometry, ConvolutionWay> choose) in s_passes)
        {
            foreach (int window in new[] { 3, 5 })
            {
                foreach (int channels in s_channels)
                {
                    foreach (int filters in s_filters)
                    {
                        ConvolutionGeometry geometry = Geometry(window, channels, filters);
                        ConvolutionWay chosen = choose(geometry);
                        Dictionary<ConvolutionWay, double> times = Measure(name, geometry, Runs);
                        factors.Add(times[chosen] / times.Values.Min());
                        string Cell(ConvolutionWay way) => !times.TryGetValue(way, out double time) ? ""
                            : way == chosen ? $"**{Text(time, "F0")}**" : Text(time, "F0");
                        output.WriteLine(
                            $"| {name} | {window} × {window} | {channels} | {filters} | {Cell(ConvolutionWay.Direct)} | " +
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

    // Until the runtime has compiled all of it for good.
    private static void WarmUp()
    {
        for (int round = 0; round < 4; round++)
        {
            foreach ((string name, _) in s_passes)
            {
                Measure(name, Geometry(3, 6, 6), 60);
                Measure(name, Geometry(5, 8, 32), 20);
            }

            Thread.Sleep(300);
        }
    }

    private static ConvolutionGeometry Geometry(int window, int channels, int filters)
    {
        WindowAxis axis = new(Size, window, 1, 1, Padding.Same);
        return new(WindowAxis.None, axis, axis, channels, filters);
    }

    private static Dictionary<ConvolutionWay, double> Measure(string pass, ConvolutionGeometry geometry, int runs)
    {
        Random random = new(1);
        float[] x = Twins.Values.Pinned(Batch * geometry.InputSize, random), y = Twins.Values.Pinned(Batch * geometry.OutputSize, random);
        float[] kernel = Twins.Values.Pinned(geometry.KernelSize, random);
        float[] to = new float[Math.Max(Math.Max(x.Length, y.Length), kernel.Length)];
        float[] scratch = new float[ImplicitGemm.WeightScratch(geometry, Batch)];
        Dictionary<ConvolutionWay, Action> ways = pass switch
        {
            "forward" => new()
            {
                [ConvolutionWay.Direct] = () =>
                    DirectConvolution.Forward<float>(geometry, Batch, x, kernel, [], to.AsSpan(..y.Length), relu: false, threads: 1),
                [ConvolutionWay.Winograd] = () =>
                    WinogradConvolution.Forward<float>(geometry, Batch, x, kernel, [], to.AsSpan(..y.Length), relu: false, threads: 1),
                [ConvolutionWay.ImplicitGemm] = () =>
                    ImplicitGemm.Forward<float>(geometry, Batch, x, kernel, [], to.AsSpan(..y.Length), relu: false, threads: 1),
            },
            "input gradient" => new()
            {
                [ConvolutionWay.Direct] = () =>
                    DirectConvolution.InputGradient<float>(geometry, Batch, y, kernel, to.AsSpan(..x.Length), threads: 1),
                [ConvolutionWay.Winograd] = () =>
                    WinogradConvolution.InputGradient<float>(geometry, Batch, y, kernel, to.AsSpan(..x.Length), threads: 1),
                [ConvolutionWay.ImplicitGemm] = () =>
                    ImplicitGemm.InputGradient<float>(geometry, Batch, y, kernel, [], to.AsSpan(..x.Length), relu: false, threads: 1),
            },
            _ => new()
            {
                [ConvolutionWay.Direct] = () =>
                    DirectConvolution.WeightGradient<float>(geometry, Batch, x, y, to.AsSpan(..kernel.Length), threads: 1),
                [ConvolutionWay.Winograd] = () =>
                    WinogradConvolution.WeightGradient<float>(geometry, Batch, x, y, to.AsSpan(..kernel.Length), threads: 1),
                [ConvolutionWay.ImplicitGemm] = () =>
                    ImplicitGemm.WeightGradient<float>(geometry, Batch, x, y, to.AsSpan(..kernel.Length), scratch, threads: 1),
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
