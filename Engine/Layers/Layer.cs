using System.Numerics;
using System.Text;
using Engine.Activations;

namespace Engine.Layers;

/// <summary>
/// A layer describes and computes; it holds no state of a call. The constructor takes the configuration, <see cref="Build"/> the
/// shapes, and everything else comes through the <see cref="Pass{T}"/>, so that several threads may use one layer at once.
/// For a layer with one input and one output derive from <see cref="SimpleLayer"/>.
/// </summary>
public abstract class Layer
{
    private readonly List<Parameter> _ownParameters = [];
    private bool _trainable = true;
    private string? _name;

    /// <summary>The name; if none is given the model gives a unique one: "dense", "dense_1".</summary>
    public string? Name
    {
        get => _name;
        init => _name = value;
    }

    /// <summary>
    /// Whether training changes this layer's parameters, and its children's. A change takes effect at the next Fit. Dropout is
    /// not switched off by it.
    /// </summary>
    public virtual bool Trainable
    {
        get => _trainable;
        set
        {
            _trainable = value;
            foreach (Layer child in Children)
            {
                child.Trainable = value;
            }
        }
    }

    /// <summary>The parameters: this layer's own, then its children's.</summary>
    public IReadOnlyList<Parameter> Parameters =>
        Children.Count == 0
            ? _ownParameters
            : [.. _ownParameters.Concat(Children.SelectMany(child => child.Parameters)).Distinct()];

    /// <summary>The layers inside this one, which it runs itself: see <see cref="Pass{T}.Forward"/>.</summary>
    public virtual IReadOnlyList<Layer> Children => [];

    /// <summary>Which values backward reads. A value that nobody reads is not kept, and backward sees an empty span.</summary>
    public virtual Reads BackwardReads => Reads.Input | Reads.Output;

    /// <summary>
    /// Whether forward may be handed the same memory as input and output, and backward the same as output and input gradient.
    /// Only for one input and one output of equal size.
    /// </summary>
    public virtual bool CanRunInPlace => false;

    /// <summary>
    /// Whether all that is drawn for a sample follows its key in <see cref="Pass{T}.RowKeys"/>, whatever its place in the batch.
    /// Several Monte Carlo samples of one input may then share a batch. Of interest for layers that draw; false by default,
    /// which is always right: each Monte Carlo sample then has batches of its own.
    /// </summary>
    public virtual bool DrawsByRow => false;

    /// <summary>
    /// An activation that follows forward on this layer's single output; run as a step of its own. A layer around this one
    /// gets it with the child's forward and backward: see <see cref="Pass{T}.Forward"/>.
    /// </summary>
    public virtual ActivationFunction? TrailingActivation => null;

    /// <summary>
    /// What a layer around this one must hand to <see cref="Pass{T}.Backward"/>: as <see cref="BackwardReads"/>, but for the
    /// output what the <see cref="TrailingActivation"/> reads, if there is one.
    /// </summary>
    public Reads ReadsAsChild => TrailingActivation is { } activation
        ? (BackwardReads & Reads.Input) | ((activation.BackwardReads & ActivationReads.Output) != 0 ? Reads.Output : Reads.None)
        : BackwardReads;

    /// <summary>
    /// Whether the layer remembers something from one call to the next, in parameters that do not train: it may then write them
    /// in every phase, and a model with such a layer predicts for one caller at a time.
    /// </summary>
    public virtual bool IsStateful => Children.Any(child => child.IsStateful);

    /// <summary>
    /// The layers that do this one's work, if it computes nothing itself: applied to its inputs when a model's graph is made flat.
    /// </summary>
    internal virtual IReadOnlyList<Node>? Expand(IReadOnlyList<Node> inputs) => null;

    /// <summary>The name of the layer's kind, as messages and files have it: "Dense".</summary>
    public virtual string Kind => GetType().Name;

    /// <summary>
    /// Whether output and input are the same numbers, in whatever shape: in a graph they are the same memory, and forward is not run.
    /// </summary>
    internal virtual bool IsAlias => false;

    /// <summary>Whether their gradients are the same numbers, too: then backward is not run either.</summary>
    internal virtual bool IsGradientAlias => IsAlias;

    /// <summary>This layer's own parameters, without its children's.</summary>
    internal IReadOnlyList<Parameter> OwnParameters => _ownParameters;

    /// <summary>The layer as messages name it: <c>dense_1 (Dense)</c>.</summary>
    internal string Title => $"{AssignedName ?? Name ?? DefaultName} ({Kind})";

    /// <summary>The name that the first model gave.</summary>
    internal string? AssignedName { get; set; }

    /// <summary>
    /// The kind in lower case with underscores: "spatial_dropout1_d" is avoided by keeping digits and their letter together.
    /// </summary>
    internal string DefaultName
    {
        get
        {
            StringBuilder name = new();
            string kind = Kind;
            for (int i = 0; i < kind.Length; i++)
            {
                bool startsWord = i > 0 && char.IsUpper(kind[i]) && !char.IsDigit(kind[i - 1])
                    && (char.IsLower(kind[i - 1]) || (i + 1 < kind.Length && char.IsLower(kind[i + 1])));
                name.Append(startsWord ? "_" : "").Append(char.ToLowerInvariant(kind[i]));
            }

            return name.ToString();
        }
    }

    /// <summary>Uses this layer in a graph.</summary>
    /// <param name="inputs">What goes in. A layer may be used several times: its parameters are then shared.</param>
    /// <returns>The layer's single output.</returns>
    /// <exception cref="ShapeException">The inputs do not fit.</exception>
    /// <exception cref="InvalidOperationException">The layer has several outputs: use <see cref="ApplyMany"/>.</exception>
    public Node Apply(params ReadOnlySpan<Node> inputs)
    {
        IReadOnlyList<Node> outputs = ApplyMany(inputs);
        return outputs.Count == 1 ? outputs[0] : throw new InvalidOperationException(
            $"{Title}: expected a layer with one output, got one with {outputs.Count}. Use ApplyMany.");
    }

    /// <summary>Uses this layer in a graph; for layers with several outputs.</summary>
    /// <param name="inputs">What goes in. A layer may be used several times: its parameters are then shared.</param>
    /// <returns>The layer's outputs, in its order.</returns>
    /// <exception cref="ArgumentNullException">An input is null.</exception>
    /// <exception cref="ShapeException">The inputs do not fit.</exception>
    public IReadOnlyList<Node> ApplyMany(params ReadOnlySpan<Node> inputs)
    {
        Shape[] shapes = new Shape[inputs.Length];
        for (int i = 0; i < shapes.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(inputs[i], nameof(inputs));
            shapes[i] = inputs[i].Shape;
        }

        return new LayerCall(this, inputs.ToArray(), BuildFor(shapes)).Outputs;
    }

    /// <summary>
    /// The working memory of one use of this layer, for batches up to <paramref name="batch"/>. Children's come on top.
    /// </summary>
    /// <param name="inputs">The shape of one sample of each input.</param>
    /// <param name="batch">The largest batch.</param>
    /// <returns>Lengths in elements; none by default.</returns>
    public virtual BufferNeeds Needs(ReadOnlySpan<Shape> inputs, int batch) => default;

    /// <summary>Grows whenever <see cref="Needs"/> has changed after the layer was built: plans made before no longer fit.</summary>
    internal virtual int NeedsVersion => 0;

    /// <summary>What a child is called with; the wrapper's own inputs and batch unless overridden.</summary>
    /// <param name="child">The index in <see cref="Children"/>.</param>
    /// <param name="inputs">The shape of one sample of each of the wrapper's inputs.</param>
    /// <param name="batch">The wrapper's largest batch.</param>
    public virtual ChildUse UseOfChild(int child, ReadOnlySpan<Shape> inputs, int batch) => new(inputs.ToArray(), batch);

    /// <summary>Writes the configuration, so that a saved model can make this layer again. Nothing to write by default.</summary>
    /// <param name="writer">Takes the values, each under a name of its own.</param>
    public virtual void Describe(ConfigurationWriter writer)
    {
    }

    /// <summary>
    /// What becomes of the masks that sequences carry, such as those of padded steps: by default the first input's goes on, as
    /// long as the output has as many steps. A layer that mixes steps drops it or computes another.
    /// </summary>
    /// <param name="masked">Whether each input has a mask.</param>
    public virtual MaskRule OutputMask(ReadOnlySpan<bool> masked) => MaskRule.Keep;

    /// <summary>
    /// Computes the mask of the first output, for a layer with <see cref="MaskRule.Compute"/>; runs before forward.
    /// </summary>
    /// <param name="pass">Has the layer's inputs and their masks; neither outputs nor parameters.</param>
    /// <param name="mask"><c>[batch, steps]</c>, steps being the output's first axis; overwritten: 1 for a step that counts, else 0.</param>
    public virtual void ComputeMask<T>(in Pass<T> pass, Span<T> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => mask.Fill(T.One);

    /// <summary>Forgets what a stateful layer remembers from earlier calls; its children too.</summary>
    public virtual void ResetStates()
    {
        // By number: an enumerator would be allocated.
        for (int i = 0; i < Children.Count; i++)
        {
            Children[i].ResetStates();
        }
    }

    /// <summary>
    /// Computes the outputs. Every element of every output must be written, none is to be read before; parameters are only read,
    /// but for state that does not train, in <see cref="Phase.Training"/>.
    /// </summary>
    public abstract void Forward<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// Computes the gradients of the inputs and of the parameters from those of the outputs; overwrites all of them. An empty
    /// gradient span means: not wanted.
    /// </summary>
    public abstract void Backward<T>(in Pass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>
    /// Checks the inputs' shapes, makes the parameters and gives the outputs' shapes. Called for every use of the layer in a graph,
    /// and again whenever a plan is made around a layer inside another: keep parameters in fields, but no shapes (a pass has
    /// them), and do no other work here.
    /// </summary>
    /// <param name="inputs">The shape of one sample of each input.</param>
    /// <param name="parameters">Makes the parameters, always in the same order.</param>
    /// <returns>The shape of one sample of each output; at least one.</returns>
    /// <exception cref="ShapeException">The inputs do not fit.</exception>
    protected abstract Shape[] Build(ReadOnlySpan<Shape> inputs, ParameterFactory parameters);

    /// <summary>Builds a child; to be called from <see cref="Build"/>.</summary>
    /// <param name="child">One of <see cref="Children"/>.</param>
    /// <param name="inputs">The shape of one sample of each of the child's inputs, as <see cref="UseOfChild"/> says.</param>
    /// <returns>The shape of one sample of each of the child's outputs.</returns>
    /// <exception cref="ShapeException">The inputs do not fit the child.</exception>
    protected static Shape[] BuildChild(Layer child, params ReadOnlySpan<Shape> inputs)
    {
        ArgumentNullException.ThrowIfNull(child);
        return child.BuildFor(inputs);
    }

    /// <summary>Throws a <see cref="ShapeException"/> that names this layer, what it expected and what came.</summary>
    /// <param name="expected">What is expected, in words or as a shape with the batch axis: "[n, 784]".</param>
    /// <param name="actual">The shape of one sample that came.</param>
    /// <param name="advice">What to do about it: a sentence, or nothing.</param>
    /// <param name="expectedShape">The expected shape of one sample, where it is one fixed shape.</param>
    protected ShapeException UnexpectedInput(string expected, Shape actual, string? advice = null, Shape? expectedShape = null)
    {
        ArgumentNullException.ThrowIfNull(actual);
        string end = advice is null ? "" : " " + advice;
        return new ShapeException($"{Title}: expected input {expected}, got {actual.BatchText}.{end}", expectedShape, actual);
    }

    /// <summary>Its parameters that an optimizer may change now: nothing of what is frozen.</summary>
    internal IEnumerable<Parameter> TrainableParameters => Trainable
        ? _ownParameters.Where(parameter => parameter.Trains).Concat(Children.SelectMany(child => child.TrainableParameters))
        : [];

    /// <summary>Gives back the name that a person gave before the model was saved.</summary>
    internal void SetName(string name) => _name = name;

    /// <summary>Freezes this layer alone: its children have their own word in a file.</summary>
    internal void Freeze() => _trainable = false;

    internal Shape[] BuildFor(ReadOnlySpan<Shape> inputs) => Build(inputs, new ParameterFactory(this, _ownParameters));
}
