using BenchmarkDotNet.Running;
using Engine.Benchmarks;
using Engine.Benchmarks.Peers;

const string Usage = """
    Engine.Benchmarks: the hot loops measured.

      gemm                matrix products: GFLOP/s and percent of the measured multiply-add peak (a minute)
      convolution         all ways of a convolution for many shapes, and how far the chosen one is from the best (a minute)
      dropout             dropout, random numbers, fork and join: nanoseconds an element (a minute)
      dropout-cost        a training step of the guide's networks with dropout against without, in pairs (a minute)
      recurrent-dropout   a training step of LSTM and GRU with dropout inside against without, in pairs (a minute)
      padding             a training step on padded sequences of 1 to 50 steps against whole ones of 25, in pairs (a minute)
      peers [options]     side by side with TorchSharp; build with -p:Peers=true, which downloads libtorch
      --filter '*Name*'   the BenchmarkDotNet classes; --list flat names them
    """;

switch (args.FirstOrDefault())
{
    case null or "--help" or "-h":
        Console.WriteLine(Usage);
        return 0;
    case "gemm":
        GemmTable.Run(Console.Out);
        return 0;
    case "convolution":
        ConvolutionTable.Run(Console.Out);
        return 0;
    case "dropout":
        DropoutTable.Run(Console.Out);
        return 0;
    case "dropout-cost":
        DropoutCostTable.Run(Console.Out);
        return 0;
    case "recurrent-dropout":
        RecurrentDropoutTable.Run(Console.Out);
        return 0;
    case "padding":
        PaddingTable.Run(Console.Out);
        return 0;
    case "peers":
        return PeersTable.Run(Console.Out, args[1..]);
    case string option when option.StartsWith('-'):
        BenchmarkSwitcher.FromAssembly(typeof(GemmTable).Assembly).Run(args);
        return 0;
    default:
        Console.Error.WriteLine($"Engine.Benchmarks: expected gemm, convolution, dropout, dropout-cost, recurrent-dropout, padding, peers or --filter, got '{args[0]}'.\n\n{Usage}");
        return 2;
}
