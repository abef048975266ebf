using System.Globalization;

namespace Engine.Benchmarks.Peers;

/// <summary>A row of the table: a work that every library does.</summary>
/// <param name="Name">What is done, without the number of threads.</param>
/// <param name="Threads">The number of threads it is done on.</param>
/// <param name="Operations">The floating-point operations of one run, where the figure is GFLOP/s; 0: the figure is microseconds.</param>
/// <param name="Create">Makes a library's side of the row: the work, or several forms of it, of which the best counts.</param>
internal sealed record PeersRow(string Name, int Threads, double Operations, Func<ILibrary, IReadOnlyList<PeersWork>> Create)
{
    private const int DropoutLength = 1 << 20;

    /// <summary>Every row, on one thread and, where there are two cores, on two.</summary>
    public static IEnumerable<PeersRow> All =>
        (Environment.ProcessorCount > 1 ? new[] { 1, 2 } : [1]).SelectMany(threads => On(threads));

    /// <summary>The names of the rows.</summary>
    public static IEnumerable<string> Names => On(1).Select(row => row.Name);

    public string Unit => Operations > 0 ? "GFLOP/s" : "µs";

    /// <summary>The best and, in parentheses, the median.</summary>
    public string Figure(Timing timing) => $"{Figure(timing.Best)} ({Figure(timing.Median)})";

    private string Figure(double seconds)
    {
        double figure = Operations > 0 ? Operations / seconds / 1e9 : seconds * 1e6;
        return figure.ToString(figure < 100 ? "F1" : "N0", CultureInfo.InvariantCulture);
    }

    private static IEnumerable<PeersRow> On(int threads)
    {
        foreach ((NetworkPlan plan, int[] batches) in new[]
        {
            (NetworkPlan.SmallMlp, new[] { 1, 32, 128 }),
            (NetworkPlan.LargeMlp, [32, 128]),
            (NetworkPlan.GuideCnn, [1, 32, 128]),
            (NetworkPlan.LeNet5, [128]),
            (NetworkPlan.OneConvolution, [8]),
            (NetworkPlan.Recurrent(RecurrentKind.Lstm), [1, 32, 128]),
            (NetworkPlan.Recurrent(RecurrentKind.Gru), [1, 32, 128]),
            (NetworkPlan.Recurrent(RecurrentKind.Simple), [1, 32, 128]),
            (NetworkPlan.Vgg16, [1]),
        })
        {
            foreach (int batch in batches)
            {
                if (plan.Classes > 0)
                {
                    yield return new(
                        $"{plan}, batch {batch}: training step",
                        threads,
                        0,
                        library => [.. library.CreateNetworks(plan, batch, threads).Select(PeersWork.Training)]);
                }

                yield return new(
                    $"{plan}, batch {batch}: inference",
                    threads,
                    0,
                    library => [.. library.CreateNetworks(plan, batch, threads).Select(PeersWork.Inference)]);
            }
        }

        yield return new(
            $"{NetworkPlan.SmallMlp}, 1,000 inputs: 100 Monte Carlo samples",
            threads,
            0,
            library => [.. library.CreateNetworks(NetworkPlan.SmallMlp, 1000, threads).Select(
                network => PeersWork.Sampling(network, samples: 100))]);
        yield return new(
            "dropout 0.5 on 2²⁰ floats: forward",
            threads,
            0,
            library => [PeersWork.Forward(library.CreateDropout(DropoutLength, 0.5, threads))]);
        yield return new(
            "dropout 0.5 on 2²⁰ floats: backward",
            threads,
            0,
            library => [PeersWork.Backward(library.CreateDropout(DropoutLength, 0.5, threads))]);
        foreach (int n in new[] { 64, 128, 256, 512, 1024, 2048 })
        {
            yield return new(
                $"matrix product, n = {n}",
                threads,
                2.0 * n * n * n,
                library => [PeersWork.Multiplication(library.CreateProduct(n, threads))]);
        }
    }
}
