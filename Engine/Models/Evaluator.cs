using System.Numerics;
using Engine.Data;
using Engine.Layers;

namespace Engine;

/// <summary>Measures loss and metrics over data sets of the same shapes, in inference; keeps its memory between them.</summary>
internal sealed class Evaluator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Model _model;
    private readonly PlanOptions _plan;
    private readonly LossMeter<T> _meter;
    private readonly int[] _rows;
    private Executor<T> _executor;

    public Evaluator(Model model, Compilation compilation, IReadOnlyList<Shape> targetShapes, int batch)
    {
        _model = model;
        _plan = new PlanOptions { Batch = batch, LossValues = compilation.LossValues };
        _executor = new Executor<T>(model.Graph, _plan);
        _meter = new LossMeter<T>(model, compilation, targetShapes, batch);
        _rows = new int[batch];
    }

    /// <summary>The means over the data, in the order of the compilation's names; overwritten by the next call.</summary>
    public ReadOnlySpan<double> Evaluate(Dataset data, int threads, CancellationToken cancellationToken)
    {
        if (_executor.IsOutdated)
        {
            _executor = new Executor<T>(_model.Graph, _plan);
        }

        (_executor.Run.Phase, _executor.Run.Threads) = (Phase.Inference, threads);
        _meter.Reset();
        _model.EnterToPredict();
        try
        {
            for (int from = 0; from < data.Count; from += _rows.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadOnlySpan<int> taken = RowsFrom(from, data.Count);
                _executor.Run.Batch = taken.Length;
                for (int i = 0; i < data.InputColumns.Count; i++)
                {
                    data.InputColumns[i].CopyRows(taken, _executor.Input(i));
                }

                _meter.Gather(data, taken);
                data.Announce(RowsFrom(from + taken.Length, data.Count));
                _executor.Forward();
                _meter.Measure(_executor);
            }
        }
        finally
        {
            _model.ExitFromPredicting();
        }

        return _meter.Means;
    }

    // The numbers of the next batch; those of the one before are gone. None beyond the end.
    private ReadOnlySpan<int> RowsFrom(int start, int count)
    {
        Span<int> rows = _rows.AsSpan(0, Math.Min(_rows.Length, count - start));
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = start + i;
        }

        return rows;
    }
}
