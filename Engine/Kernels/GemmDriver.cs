using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The upper level of the matrix product: chooses the way by shape, and cuts C between threads.</summary>
internal static class GemmDriver
{
    /// <summary>
    /// A thread joins for at least this many multiply-adds, some ten microseconds; a fork and join costs one to three.
    /// </summary>
    private const long MinWorkOfThread = 512 * 1024;

    /// <summary>The multiply-adds of a part that is worth its own packing, some tenths of a millisecond.</summary>
    private const long MinWorkOfPart = 16 * 1024 * 1024;

    private enum Way
    {
        Nothing,
        Rows,
        Dots,
        Swapped,
        Blocks,
    }

    /// <summary>Computes the product.</summary>
    public static void Run<T>(in GemmProblem<T> problem, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (problem.N == 1 && problem.M > 1 && problem.CRow == 1)
        {
            RunColumn(problem, threads);
            return;
        }

        // The way is chosen for the whole: a part of it that is small must add up in the same order.
        Way way = Choose(problem);
        long work = (long)problem.M * problem.N * Math.Max(problem.K, 1);
        threads = ThreadsFor(work, threads);
        if (threads == 1)
        {
            RunPart(problem, way);
            return;
        }

        PartBody<T> body = new(problem, way, PartsFor(work, threads));
        ParallelLoop.Run(ref body, body.Parts, threads);
    }

    /// <summary>How many of the threads are worth their fork and join.</summary>
    /// <param name="work">Multiply-adds.</param>
    /// <param name="threads">How many may take part.</param>
    public static int ThreadsFor(long work, int threads) =>
        threads == 1 ? 1 : (int)Math.Min(threads, Math.Max(work / MinWorkOfThread, 1));

    /// <summary>
    /// One part a thread, or two where parts are long: so that a thread which is kept from running by something else does not
    /// keep the others waiting for all of its share.
    /// </summary>
    public static int PartsFor(long work, int threads) => work / threads >= 2 * MinWorkOfPart ? 2 * threads : threads;

    /// <summary>C is one contiguous column: as a row, Cᵀ = Bᵀ·Aᵀ, it takes the ways for few rows.</summary>
    private static void RunColumn<T>(in GemmProblem<T> problem, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        GemmProblem<T> row = problem;
        (row.M, row.N) = (1, problem.M);
        row.A = ref problem.B;
        (row.ARow, row.AColumn) = (problem.BColumn, problem.BRow);
        row.B = ref problem.A;
        (row.BRow, row.BColumn) = (problem.AColumn, problem.ARow);
        row.CRow = problem.M;

        // One number of bias for a whole row is not what a row's finish does.
        bool addBias = (problem.Finish & GemmFinish.AddBias) != 0;
        row.Finish = addBias ? problem.Finish & GemmFinish.AddC : problem.Finish;
        Run(row, threads);
        if (addBias)
        {
            for (int i = 0; i < problem.M; i++)
            {
                T sum = Unsafe.Add(ref problem.C, i) + problem.Bias;
                Unsafe.Add(ref problem.C, i) = (problem.Finish & GemmFinish.Relu) != 0 ? Simd.Relu(sum) : sum;
            }
        }
    }

    private static Way Choose<T>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (problem.K == 0)
        {
            return Way.Nothing;
        }

        if (problem.BColumn == 1 && (problem.M <= GemmSmall.MaxRows || problem.K <= GemmSmall.MaxDepth))
        {
            return Way.Rows;
        }

        if (problem.M <= GemmSmall.MaxRows && problem.BRow == 1 && problem.AColumn == 1)
        {
            return Way.Dots;
        }

        bool isSmallBesideB = problem.M <= GemmSwapped.MaxRows && problem.N >= 4 * problem.M && problem.K >= GemmSwapped.MinDepth;
        return problem.BColumn != 1 && isSmallBesideB ? Way.Swapped : Way.Blocks;
    }

    private static void RunPart<T>(in GemmProblem<T> problem, Way way)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (way)
        {
            case Way.Nothing:
                GemmSmall.FinishNothing(problem);
                break;
            case Way.Rows:
                GemmSmall.AddRows(problem);
                break;
            case Way.Dots:
                GemmSmall.Dots(problem);
                break;
            case Way.Swapped:
                GemmSwapped.Run(problem);
                break;
            default:
                RunBlocks(problem);
                break;
        }
    }

    /// <summary>
    /// The blocked way: with the widest vectors there are, unless half of them would be empty, and in tiles of 8 rows, unless
    /// those of 6 leave fewer rows empty: higher tiles read B less often.
    /// </summary>
    public static void RunBlocks<T>(in GemmProblem<T> problem)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!GemmTile.IsWide<T>(problem.N))
        {
            GemmBlocking.Run<T, GemmKernel6x2<T, Vector<T>, NativeVectors<T>>>(problem);
        }
        else if (RowsOfTiles<T, GemmKernel8x2<T, Vector512<T>, WideVectors<T>>>(problem.M)
            <= RowsOfTiles<T, GemmKernel6x2<T, Vector512<T>, WideVectors<T>>>(problem.M))
        {
            GemmBlocking.Run<T, GemmKernel8x2<T, Vector512<T>, WideVectors<T>>>(problem);
        }
        else
        {
            GemmBlocking.Run<T, GemmKernel6x2<T, Vector512<T>, WideVectors<T>>>(problem);
        }
    }

    // The last rows take a lower tile if that holds them.
    private static int RowsOfTiles<T, TKernel>(int rows)
        where TKernel : IGemmKernel<T>
    {
        int rest = rows % TKernel.Rows;
        return rows - rest + (rest == 0 ? 0 : rest <= TKernel.LowRows ? TKernel.LowRows : TKernel.Rows);
    }

    /// <summary>
    /// C cut into a grid of blocks. The summed axis is never cut, so any grid gives the same bits.
    /// </summary>
    private readonly ref struct PartBody<T> : IBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <summary>Blocks begin at multiples of this: a multiple of the width of a tile, and a cache line.</summary>
        private const int ColumnUnit = 64;

        /// <summary>A multiple of the heights of both tiles, 6 and 8.</summary>
        private const int RowUnit = 24;

        private readonly GemmProblem<T> _problem;
        private readonly Way _way;
        private readonly int _rows;
        private readonly int _columns;
        private readonly int _partsAcross;

        public PartBody(in GemmProblem<T> problem, Way way, int parts)
        {
            _problem = problem;
            _way = way;

            // Each block packs its own operands: as square as can be, so that they are small.
            int across = 1;
            int down = parts;
            long best = long.MaxValue;
            for (int candidate = 1; candidate <= parts; candidate++)
            {
                int other = parts / candidate;
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
            RunPart(
                _problem.Part(row, Math.Min(_rows, _problem.M - row), column, Math.Min(_columns, _problem.N - column)), _way);
        }

        private static int BlockLength(int length, int parts, int unit)
        {
            int each = (length + parts - 1) / parts;
            return Math.Min((each + unit - 1) / unit * unit, length);
        }
    }
}
