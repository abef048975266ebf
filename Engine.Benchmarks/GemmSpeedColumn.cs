using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Engine.Benchmarks;

/// <summary>Adds the speed to the columns of a benchmark whose parameter is an <see cref="IWork"/>, or square matrices.</summary>
internal sealed class GemmConfig : ManualConfig
{
    public GemmConfig() => AddColumn(new GemmSpeedColumn("GFLOP/s", ofPeak: false), new GemmSpeedColumn("of peak", ofPeak: true));
}

/// <summary>Operations by the median time, as such or as a part of what one core can do at most.</summary>
internal sealed class GemmSpeedColumn(string name, bool ofPeak) : IColumn
{
    public string Id => $"{nameof(GemmSpeedColumn)}.{name}";

    public string ColumnName => name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => ofPeak
        ? "Part of the measured multiply-add peak of one core"
        : "10⁹ floating-point operations a second";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        Statistics? statistics = summary[benchmarkCase]?.ResultStatistics;
        if (statistics is null)
        {
            return "-";
        }

        double gflops = OperationsOf(benchmarkCase) / statistics.Median;
        return ofPeak
            ? (gflops / PeakOf(benchmarkCase)).ToString("P0", CultureInfo.InvariantCulture)
            : gflops.ToString("F1", CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;

    private static double OperationsOf(BenchmarkCase benchmarkCase)
    {
        if (benchmarkCase.Parameters.Items.Select(parameter => parameter.Value).OfType<IWork>().FirstOrDefault() is { } work)
        {
            return work.Operations;
        }

        double n = (int)benchmarkCase.Parameters[nameof(GemmBenchmarks<>.N)];
        return 2 * n * n * n;
    }

    private static double PeakOf(BenchmarkCase benchmarkCase) =>
        benchmarkCase.Descriptor.Type.GenericTypeArguments is [Type type] && type == typeof(double)
            ? PeakMeasurement.Gflops<double>()
            : PeakMeasurement.Gflops<float>();
}
