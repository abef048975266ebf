using System.Numerics;
using System.Numerics.Tensors;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Numerics;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// Numbers that belong to a layer: weights that train, or state that does not (moving averages). Owns its values; gradients and
/// optimizer slots belong to the training run.
/// </summary>
public sealed class Parameter
{
    private readonly Layer _layer;
    private AlignedMemory? _memory;
    private Action? _initialize;

    internal Parameter(
        Layer layer,
        int index,
        string name,
        Shape shape,
        Initializer initializer,
        Regularizer? regularizer,
        Constraint? constraint,
        bool trains)
    {
        _layer = layer;
        Index = index;
        Name = name;
        Shape = shape;
        Initializer = initializer;
        Regularizer = regularizer;
        Constraint = constraint;
        Trains = trains;
    }

    /// <summary>The name within its layer: "kernel", "bias".</summary>
    public string Name { get; }

    /// <summary>The shape of the values.</summary>
    public Shape Shape { get; }

    /// <summary>What draws the first values.</summary>
    public Initializer Initializer { get; }

    /// <summary>The penalty on the values that is added to the loss, if any.</summary>
    public Regularizer? Regularizer { get; }

    /// <summary>What the values are made to satisfy after each step, if anything.</summary>
    public Constraint? Constraint { get; }

    /// <summary>Whether an optimizer may change it. False for state such as moving averages.</summary>
    public bool Trains { get; }

    /// <summary>The format of the values.</summary>
    public Precision Precision => Memory.Precision;

    /// <summary>Its place among the parameters of its layer.</summary>
    internal int Index { get; }

    /// <summary>The parameter as messages name it: <c>kernel of dense_1 (Dense)</c>.</summary>
    internal string Title => $"{Name} of {_layer.Title}";

    internal bool IsInitialized => _memory is not null;

    private AlignedMemory Memory
    {
        get
        {
            if (_memory is null)
            {
                _initialize?.Invoke();
            }

            return _memory ?? throw new InvalidOperationException(
                $"{Title}: expected a layer that is part of a model, got one that is not. "
                + "Put the layer into a Model or a Sequential first.");
        }
    }

    /// <summary>The values, read-only, where they lie.</summary>
    /// <exception cref="InvalidOperationException">T is not the model's precision, or the layer is in no model yet.</exception>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Memory.Span<T>();

    /// <summary>A copy of the values as a tensor of this parameter's shape.</summary>
    /// <exception cref="InvalidOperationException">T is not the model's precision, or the layer is in no model yet.</exception>
    public Tensor<T> ToTensor<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        nint[] lengths = [.. Shape.Select(length => (nint)length)];
        return Tensor.Create(Values<T>().ToArray(), lengths);
    }

    /// <summary>Replaces all values, converting them to the model's precision.</summary>
    /// <param name="values">Row-major, as many as <see cref="Shape"/> has elements.</param>
    /// <exception cref="ShapeException">The number of values is another.</exception>
    public void SetValues<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (values.Length != Shape.Size)
        {
            throw new ShapeException(
                $"{Title}: expected {Shape.Size} values for the shape {Shape}, got {values.Length}.", Shape, null);
        }

        if (Memory.Precision == Precision.Single)
        {
            TensorPrimitives.ConvertTruncating(values, Memory.Span<float>());
        }
        else
        {
            TensorPrimitives.ConvertTruncating(values, Memory.Span<double>());
        }
    }

    internal Span<T> WritableValues<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Memory.Span<T>();

    internal unsafe T* Address<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Memory.Address<T>();

    /// <summary>Says who draws the first values when somebody asks for them; the first to say so does, or whom it hands over to.</summary>
    internal void InitializeBy(Action initialize) => _initialize ??= initialize;

    /// <summary>Hands the drawing on to another, if it is the first one's to do.</summary>
    internal void HandOver(Action from, Action to)
    {
        if (_initialize == from)
        {
            _initialize = to;
        }
    }

    /// <summary>Whether the one who was first to offer is the given one.</summary>
    internal bool IsInitializedBy(Action initialize) => _initialize == initialize;

    internal void EnsureInitialized() => _ = Memory;

    /// <summary>Makes room for values that come from a file: nothing is drawn.</summary>
    internal void Allocate(Precision precision) => _memory = new AlignedMemory(precision, Shape.Size);

    /// <summary>Draws the first values.</summary>
    internal void Initialize(Precision precision, in RandomSource random)
    {
        AlignedMemory memory = new(precision, Shape.Size);
        if (precision == Precision.Single)
        {
            Initializer.Fill(memory.Span<float>(), Shape, random);
        }
        else
        {
            Initializer.Fill(memory.Span<double>(), Shape, random);
        }

        _memory = memory;
    }
}
