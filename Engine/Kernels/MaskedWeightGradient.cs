using System.Numerics;
using Engine.Numerics;

namespace Engine.Kernels;

/// <summary>
/// The gradients of the weights of neighbouring gates, each with masks of its own: a part is some gates, so that what they share
/// is read once.
/// </summary>
internal readonly ref struct MaskedWeightGradient<T> : IBody
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RecurrentRowsView<T> _rows;
    private readonly Span<T> _gradient;
    private readonly int _first;
    private readonly int _count;
    private readonly int _countOfPart;
    private readonly int _stride;

    /// <summary>Makes the body.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="first">The first gate.</param>
    /// <param name="count">The number of gates.</param>
    /// <param name="parts">Into how many parts to cut at most.</param>
    /// <param name="gradient">[inputs + units, columns], of which those of these gates are overwritten.</param>
    /// <param name="stride">The columns.</param>
    public MaskedWeightGradient(
        scoped in RecurrentRowsView<T> rows, int first, int count, int parts, Span<T> gradient, int stride)
    {
        _rows = rows;
        _first = first;
        _count = count;
        _countOfPart = (count + parts - 1) / parts;
        _gradient = gradient;
        _stride = stride;
    }

    /// <summary>The number of parts.</summary>
    public int Parts => (_count + _countOfPart - 1) / _countOfPart;

    /// <inheritdoc/>
    public void Run(int part)
    {
        int units = _rows.Widths.Units;
        int gate = _first + (part * _countOfPart);
        int count = Math.Min(_countOfPart, _first + _count - gate);
        MatrixView<T> gradient = new(_gradient[(gate * units)..], _rows.Widths.Joined, count * units, _stride);
        _rows.Multiply(gate, count, column: 0, gate * units, gradient);
    }
}
