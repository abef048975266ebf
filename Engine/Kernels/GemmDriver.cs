using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The upper level of the matrix product: chooses the way by shape, and cuts C between threads.</summary>
internal static class GemmDriver
{
    /// <summary>A thread joins for at least this many multiply-adds, some ten microseconds; a fork and join costs one to three.</summary>
    private const long MinWorkOfThread = 512 * 1024;

    /// <summary>Computes the product.</summary>
    public static void Run<T>(in GemmProblem<T> problem, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (threads > 1)
        {
            long work = (long)problem.M * problem.N * Math.Max(problem.K, 1);
            threads = (int)Math.Min(threads, Math.Max(work / MinWorkOfThread, 1));
        }

        if (threads == 1)
        {
            RunPart(problem);
            return;
        }

        PartBody<T> body = new(problem, threads);
        ParallelLoop.Run(ref body, body.Parts, threads);
    }

    private static void RunPart<T>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (problem.K == 0)
        {
            GemmSmall.FinishNothing(problem);
        }
        else if (Simd.HasManyRegisters)
        {
            GemmBlocking.Run<T, GemmKernel8x2>(problem);
        }
        else
        {
            GemmBlocking.Run<T, GemmKernel6x2>(problem);
        }
    }

    /// <summary>
    /// C cut into a grid of blocks, one a thread. The summed axis is never cut, so any grid gives the same bits.
    /// </summary>
    private readonly ref struct PartBody<T> : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>Blocks begin at multiples of this: a multiple of the width of a tile, and a cache line.</summary>
        private const int ColumnUnit = 64;

        private const int RowUnit = 24;

        private readonly GemmProblem<T> _problem;
        private readonly int _rows;
        private readonly int _columns;
        private readonly int _partsAcross;

        public PartBody(in GemmProblem<T> problem, int threads)
        {
            _problem = problem;

            // Each block packs its own operands: as square as can be, so that they are small.
            int across = 1;
            int down = threads;
            long best = long.MaxValue;
            for (int candidate = 1; candidate <= threads; candidate++)
            {
                int other = threads / candidate;
                long rows = BlockLength(problem.M, other, RowUnit);
                long columns = BlockLength(problem.N, candidate, ColumnUnit);
                long cost = (rows * columns * problem.K / 16) + ((rows + columns) * problem.K);
                if (cost < best)
                {
                    (best, across, down) = (cost, candidate, other);
                }
            }

            _rows = BlockLength(problem.M, down, RowUnit);
            _columns = BlockLength(problem.N, across, ColumnUnit);
            _partsAcross = (problem.N + _columns - 1) / _columns;
            Parts = _partsAcross * ((problem.M + _rows - 1) / _rows);
        }

        public int Parts { get; }

        public void Run(int part)
        {
            int row = part / _partsAcross * _rows;
            int column = part % _partsAcross * _columns;
            RunPart(_problem.Part(
                row, Math.Min(_rows, _problem.M - row), column, Math.Min(_columns, _problem.N - column)));
        }

        private static int BlockLength(int length, int parts, int unit)
        {
            int each = (length + parts - 1) / parts;
            return Math.Min((each + unit - 1) / unit * unit, length);
        }
    }
}
