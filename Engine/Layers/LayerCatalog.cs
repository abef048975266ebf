using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Regularizers;

namespace Engine.Layers;

/// <summary>
/// The kinds of layers that a file may ask for, each with the factory that makes it: those of this library, and those that are
/// added. Nothing else is ever made: no type is looked up by a name from a file.
/// </summary>
/// <example>
/// <code>
/// var catalog = new LayerCatalog().Add("CustomDropout", configuration => new CustomDropout(configuration.Number("rate")));
/// Model model = Model.Load("digits.safetensors", catalog);
/// </code>
/// </example>
public sealed class LayerCatalog
{
    private readonly Dictionary<string, Func<LayerConfiguration, Layer>> _layers = new()
    {
        ["Activation"] = c => new Activation(c.Activation("function") ?? ActivationFunction.Linear),
        ["ActivityRegularization"] = c => new ActivityRegularization(
            c.Regularizer("regularizer")
                ?? throw new InvalidDataException("ActivityRegularization: expected a regularizer, got none.")),
        ["Add"] = _ => new Add(),
        ["Concatenate"] = c => new Concatenate(c.WholeNumber("axis")),
        ["Dense"] = c => new Dense(
            c.WholeNumber("units"),
            c.Activation("activation"),
            c.Flag("use_bias"),
            c.Initializer("kernel_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("bias_constraint")),
        ["Flatten"] = _ => new Flatten(),
        ["Input"] = c => new Input(c.WholeNumbers("shape")),
        ["Reshape"] = c => new Reshape(c.WholeNumbers("target")),
    };

    private readonly Dictionary<string, Func<IReadOnlyDictionary<string, double>, ActivationFunction>> _activations = [];
    private readonly Dictionary<string, Func<IReadOnlyDictionary<string, double>, Initializer>> _initializers = [];
    private readonly Dictionary<string, Func<IReadOnlyDictionary<string, double>, Regularizer>> _regularizers = [];
    private readonly Dictionary<string, Func<IReadOnlyDictionary<string, double>, Constraint>> _constraints = [];

    /// <summary>A catalog of the library's own layers.</summary>
    public LayerCatalog()
    {
        ConvolutionalLayers.AddTo(this);
        PoolingLayers.AddTo(this);
        NormalizingLayers.AddTo(this);
        PreprocessingLayers.AddTo(this);
        RecurrentLayers.AddTo(this);
        RegularizingLayers.AddTo(this);
        SequenceLayers.AddTo(this);
    }

    /// <summary>The kinds of layers in the catalog.</summary>
    public IReadOnlyCollection<string> Kinds => _layers.Keys;

    /// <summary>Adds a kind of layer; one that was there under this name gives way.</summary>
    /// <param name="kind">The layer's <see cref="Layer.Kind"/>.</param>
    /// <param name="make">Makes the layer from what its <see cref="Layer.Describe"/> wrote.</param>
    /// <returns>This catalog.</returns>
    public LayerCatalog Add(string kind, Func<LayerConfiguration, Layer> make)
    {
        _layers[kind] = make;
        return this;
    }

    /// <summary>Adds a person's own activation function, under its name.</summary>
    /// <param name="name">Its <see cref="Activations.ActivationFunction.Name"/>. A built-in one of this name gives way.</param>
    /// <param name="make">Makes it from the parameters, by name, that it was saved with.</param>
    /// <returns>This catalog.</returns>
    public LayerCatalog AddActivation(string name, Func<IReadOnlyDictionary<string, double>, ActivationFunction> make)
    {
        _activations[name] = make;
        return this;
    }

    /// <summary>Adds a person's own initializer, under its name.</summary>
    /// <param name="name">Its <see cref="Initializers.Initializer.Name"/>. A built-in one of this name gives way.</param>
    /// <param name="make">Makes it from the parameters, by name, that it was saved with.</param>
    /// <returns>This catalog.</returns>
    public LayerCatalog AddInitializer(string name, Func<IReadOnlyDictionary<string, double>, Initializer> make)
    {
        _initializers[name] = make;
        return this;
    }

    /// <summary>Adds a person's own regularizer, under its name.</summary>
    /// <param name="name">Its <see cref="Regularizers.Regularizer.Name"/>. A built-in one of this name gives way.</param>
    /// <param name="make">Makes it from the parameters, by name, that it was saved with.</param>
    /// <returns>This catalog.</returns>
    public LayerCatalog AddRegularizer(string name, Func<IReadOnlyDictionary<string, double>, Regularizer> make)
    {
        _regularizers[name] = make;
        return this;
    }

    /// <summary>Adds a person's own constraint, under its name.</summary>
    /// <param name="name">Its <see cref="Constraints.Constraint.Name"/>. A built-in one of this name gives way.</param>
    /// <param name="make">Makes it from the parameters, by name, that it was saved with.</param>
    /// <returns>This catalog.</returns>
    public LayerCatalog AddConstraint(string name, Func<IReadOnlyDictionary<string, double>, Constraint> make)
    {
        _constraints[name] = make;
        return this;
    }

    /// <exception cref="InvalidDataException">The kind is not in the catalog.</exception>
    internal Layer Make(string kind, LayerConfiguration configuration) => _layers.TryGetValue(kind, out var make)
        ? make(configuration)
        : throw new InvalidDataException(
            $"expected one of the kinds {string.Join(", ", _layers.Keys)}, got '{kind}'. "
            + "Add a factory for own layers to a LayerCatalog and hand it to Load.");

    internal ActivationFunction Activation(string name, IReadOnlyDictionary<string, double> parameters) =>
        _activations.TryGetValue(name, out var make) ? make(parameters) : ActivationFunction.FromName(name, parameters);

    internal Initializer Initializer(string name, IReadOnlyDictionary<string, double> parameters) =>
        _initializers.TryGetValue(name, out var make) ? make(parameters) : Initializers.Initializer.FromName(name, parameters);

    internal Regularizer Regularizer(string name, IReadOnlyDictionary<string, double> parameters) =>
        _regularizers.TryGetValue(name, out var make) ? make(parameters) : Regularizers.Regularizer.FromName(name, parameters);

    internal Constraint Constraint(string name, IReadOnlyDictionary<string, double> parameters) =>
        _constraints.TryGetValue(name, out var make) ? make(parameters) : Constraints.Constraint.FromName(name, parameters);
}
