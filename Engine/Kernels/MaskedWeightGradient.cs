using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>The gradients of the weights of neighbouring gates, each with masks of its own: a part is a gate.</summary>
internal readonly ref struct MaskedWeightGradient<T> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RecurrentRowsView<T> _rows;
    private readonly Span<T> _gradient;
    private readonly int _first;
    private readonly int _stride;
    private readonly int _units;
    private readonly int _joined;

    /// <summary>Makes the body.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="first">The first gate.</param>
    /// <param name="gradient">[inputs + units, columns], of which those of these gates are overwritten.</param>
    /// <param name="stride">The columns.</param>
    public MaskedWeightGradient(scoped in RecurrentRowsView<T> rows, int first, Span<T> gradient, int stride)
    {
        _rows = rows;
        _first = first;
        _gradient = gradient;
        _stride = stride;
        _units = rows.Widths.Units;
        _joined = rows.Widths.Joined;
    }

    /// <inheritdoc/>
    public void Run(int part)
    {
        int gate = _first + part;
        MatrixView<T> gradient = new(_gradient[(gate * _units)..], _joined, _units, _stride);
        _rows.Multiply(gate, column: 0, gate * _units, gradient);
    }
}
