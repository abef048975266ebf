using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Constraints;

/// <summary>Rescales by Euclidean norms over some of the axes: one norm for each place on the other axes.</summary>
internal sealed class AxisNorms
{
    private const double Epsilon = 1e-7;
    private const int StackLimit = 256;

    private readonly string _where;
    private readonly int[] _axes;

    public AxisNorms(string where, ReadOnlySpan<int> axes)
    {
        _where = where;
        _axes = axes.ToArray();
        if (axes.IsEmpty || _axes.Distinct().Count() != axes.Length)
        {
            throw new ArgumentException(
                $"{where}: expected one axis or several different ones, got {Shape.Text(axes)}.", nameof(axes));
        }
    }

    /// <summary>Reads what <see cref="Describe"/> wrote.</summary>
    public static int[] ReadAxes(ConfigurationReader reader)
    {
        var axes = new List<int> { reader.GetInteger("axis", 0) };
        for (int i = 2; reader.Find($"axis_{i}") is not null; i++)
        {
            axes.Add(reader.GetInteger($"axis_{i}", 0));
        }

        return [.. axes];
    }

    /// <summary>The axes as numbers to save: "axis", "axis_2", "axis_3", ...</summary>
    public (string Name, double Value)[] Describe() =>
        [.. _axes.Select((axis, i) => (i == 0 ? "axis" : $"axis_{i + 1}", (double)axis))];

    /// <summary>Throws where a shape lacks one of the axes.</summary>
    public void Validate(Shape shape) => FillStrides(shape, stackalloc int[shape.Rank]);

    /// <summary>w · min(‖w‖, max) / (ε + ‖w‖), or w / (ε + ‖w‖) where there is no maximum.</summary>
    public void Rescale<T>(Span<T> values, Shape shape, double? max)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (shape.Rank == 0 || values.IsEmpty)
        {
            return;
        }

        Span<int> strides = stackalloc int[shape.Rank];
        int groups = FillStrides(shape, strides);
        double[]? rented = groups > StackLimit ? ArrayPool<double>.Shared.Rent(groups) : null;
        Span<double> scales = rented is null ? stackalloc double[StackLimit] : rented;
        scales = scales[..groups];
        scales.Clear();

        // The last axis is a row in memory: all of one group, or each element of the next.
        int length = shape[shape.Rank - 1];
        bool isOneGroup = strides[^1] == 0;
        Span<int> index = stackalloc int[shape.Rank - 1];
        for (int i = 0, group = 0; i < values.Length; i += length, group = Advance(index, shape, strides, group))
        {
            ReadOnlySpan<T> row = values.Slice(i, length);
            if (isOneGroup)
            {
                scales[group] += Reductions.SumOfSquares(row);
            }
            else
            {
                Reductions.AccumulateSquares(row, scales.Slice(group, length));
            }
        }

        foreach (ref double scale in scales)
        {
            double norm = Math.Sqrt(scale);
            scale = (max is { } limit ? Math.Min(norm, limit) : 1) / (Epsilon + norm);
        }

        index.Clear();
        for (int i = 0, group = 0; i < values.Length; i += length, group = Advance(index, shape, strides, group))
        {
            Span<T> row = values.Slice(i, length);
            if (isOneGroup)
            {
                Elementwise.Scale(scales[group], row, row);
            }
            else
            {
                Multiply(row, scales.Slice(group, length));
            }
        }

        if (rented is not null)
        {
            ArrayPool<double>.Shared.Return(rented);
        }
    }

    // row · scales, the scales rounded to the row's precision.
    private static void Multiply<T>(Span<T> row, ReadOnlySpan<double> scales)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<T> block = stackalloc T[StackLimit];
        for (int start = 0; start < row.Length; start += StackLimit)
        {
            Span<T> part = row.Slice(start, Math.Min(StackLimit, row.Length - start));
            TensorPrimitives.ConvertTruncating(scales.Slice(start, part.Length), block);
            TensorPrimitives.Multiply(part, block[..part.Length], part);
        }
    }

    // The stride of each axis in the array of norms, 0 along a summed axis; gives the number of norms.
    private int FillStrides(Shape shape, Span<int> strides)
    {
        strides.Fill(1);
        foreach (int axis in _axes)
        {
            int own = axis < 0 ? axis + shape.Rank : axis;
            if (own < 0 || own >= shape.Rank || strides[own] == 0)
            {
                throw new ShapeException(
                    $"{_where}: expected a parameter with the axes {Shape.Text(_axes)}, got the shape {shape}.", null, shape);
            }

            strides[own] = 0;
        }

        int groups = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            int stride = strides[axis];
            strides[axis] = stride * groups;
            groups *= stride == 0 ? 1 : shape[axis];
        }

        return groups;
    }

    // The next row in row-major order, and the group that it, or its first element, belongs to.
    private static int Advance(Span<int> index, Shape shape, ReadOnlySpan<int> strides, int group)
    {
        for (int axis = index.Length - 1; axis >= 0; axis--)
        {
            group += strides[axis];
            if (++index[axis] < shape[axis])
            {
                return group;
            }

            group -= index[axis] * strides[axis];
            index[axis] = 0;
        }

        return group;
    }
}
