namespace Engine.Benchmarks;

/// <summary>A parameter of a benchmark that says how much is computed, so that a column can tell the speed.</summary>
internal interface IWork
{
    /// <summary>Floating-point operations of one call; a multiply-add is two.</summary>
    double Operations { get; }
}
