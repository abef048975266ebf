using System.Numerics;
using Engine.Kernels;
using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// How weights move along their gradients. An optimizer describes the rule; the memory it needs belongs to the training run and
/// comes as <see cref="OptimizerSlots{T}"/>. Derive for your own: one class, elementwise, no state of a call.
/// </summary>
public abstract class Optimizer
{
    // Decay and update share the cache at this number of elements.
    private const int DecayBlock = 4096;

    /// <summary>Makes an optimizer.</summary>
    /// <param name="learningRate">At least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is negative or not finite.</exception>
    protected Optimizer(double learningRate)
    {
        LearningRate = learningRate;
    }

    /// <summary>Makes an optimizer with a learning rate that changes by the step.</summary>
    /// <param name="learningRate">The schedule.</param>
    protected Optimizer(LearningRateSchedule learningRate)
    {
        ArgumentNullException.ThrowIfNull(learningRate);
        Schedule = learningRate;
    }

    /// <summary>The name in files and messages: "sgd", "adam", ...</summary>
    public abstract string Name { get; }

    /// <summary>The names of the slots, in their order; empty where nothing is kept.</summary>
    public abstract IReadOnlyList<string> SlotNames { get; }

    /// <summary>How many numbers are kept for each weight: 0 to 3.</summary>
    public int SlotCount => SlotNames.Count;

    /// <summary>
    /// The length of a step: at least 0. May be changed during a training, between steps. With a <see cref="Schedule"/> it is the
    /// rate of the first step; <see cref="LearningRateAt"/> tells the others.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    /// <exception cref="InvalidOperationException">It is set, but a schedule gives the learning rate.</exception>
    public double LearningRate
    {
        get => Schedule is null ? field : LearningRateAt(0);
        set
        {
            if (Schedule is not null)
            {
                throw new InvalidOperationException(
                    $"{GetType().Name}: expected a learning rate of its own to be changed, got one that follows {Schedule}. "
                    + "Make the optimizer with a number to change it by hand or by a callback.");
            }

            field = Guard.NonNegative(value, GetType().Name, "learningRate");
        }
    }

    /// <summary>What gives the learning rate of each step; null where it is <see cref="LearningRate"/>.</summary>
    public LearningRateSchedule? Schedule { get; private protected init; }

    /// <summary>
    /// Decoupled weight decay (Loshchilov and Hutter 2019): before each update every weight loses this part of itself, times the
    /// learning rate. At least 0; 0 is off.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    public double WeightDecay
    {
        get;
        init => field = Guard.NonNegative(value, GetType().Name, nameof(WeightDecay));
    }

    /// <summary>
    /// The largest Euclidean norm that the gradient of a parameter may have; longer ones are scaled down. Null is off.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0.</exception>
    /// <exception cref="ArgumentException">Another way of clipping is set.</exception>
    public double? ClipNorm
    {
        get;
        init
        {
            field = CheckClipping(value, nameof(ClipNorm));
            ThrowIfClippingTwice();
        }
    }

    /// <summary>The largest magnitude that an element of a gradient may have; larger ones are cut. Null is off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0.</exception>
    /// <exception cref="ArgumentException">Another way of clipping is set.</exception>
    public double? ClipValue
    {
        get;
        init
        {
            field = CheckClipping(value, nameof(ClipValue));
            ThrowIfClippingTwice();
        }
    }

    /// <summary>
    /// The largest Euclidean norm that all gradients together may have; longer ones are scaled down. Null is off.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0.</exception>
    /// <exception cref="ArgumentException">Another way of clipping is set.</exception>
    public double? GlobalClipNorm
    {
        get;
        init
        {
            field = CheckClipping(value, nameof(GlobalClipNorm));
            ThrowIfClippingTwice();
        }
    }

    /// <summary>
    /// The numbers that, with the name and the <see cref="Schedule"/>, define the optimizer. Without a schedule they include the
    /// learning rate at this moment.
    /// </summary>
    public IReadOnlyDictionary<string, double> Parameters
    {
        get
        {
            var parameters = new OrderedDictionary<string, double>();
            AddIfSet("learning_rate", Schedule is null ? LearningRate : null);
            Describe(parameters);
            AddIfSet("weight_decay", WeightDecay > 0 ? WeightDecay : null);
            AddIfSet("clipnorm", ClipNorm);
            AddIfSet("clipvalue", ClipValue);
            AddIfSet("global_clipnorm", GlobalClipNorm);
            return parameters;

            void AddIfSet(string name, double? value)
            {
                if (value is not null)
                {
                    parameters.Add(name, value.Value);
                }
            }
        }
    }

    /// <summary>Finds a built-in optimizer by name.</summary>
    /// <param name="name">Its <see cref="Name"/>.</param>
    /// <param name="parameters">Its <see cref="Parameters"/>; a parameter that is missing takes its default.</param>
    /// <param name="schedule">Its <see cref="Schedule"/>; null for a learning rate among the parameters.</param>
    /// <exception cref="ArgumentException">
    /// No built-in optimizer has this name, it has no such parameter, or there is a learning rate and a schedule.
    /// </exception>
    public static Optimizer FromName(
        string name, IReadOnlyDictionary<string, double>? parameters = null, LearningRateSchedule? schedule = null)
    {
        var reader = new ConfigurationReader("Optimizer", name, parameters);
        double decay = reader.Get("weight_decay", 0);
        double? clipNorm = reader.Find("clipnorm"), clipValue = reader.Find("clipvalue");
        double? globalClipNorm = reader.Find("global_clipnorm");
        if (schedule is not null && reader.Find("learning_rate") is { } rate)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Optimizer: expected a learning rate or a schedule for '{name}', got {rate} and {schedule}. Leave one out."));
        }

        Optimizer optimizer = name switch
        {
            "sgd" => new SGD(
                reader.Get("learning_rate", 0.01), reader.Get("momentum", 0), reader.Get("nesterov", 0) != 0)
            {
                WeightDecay = decay,
                ClipNorm = clipNorm,
                ClipValue = clipValue,
                GlobalClipNorm = globalClipNorm,
                Schedule = schedule,
            },
            "rmsprop" => new RMSprop(
                reader.Get("learning_rate", 1e-3), reader.Get("rho", 0.9), reader.Get("momentum", 0),
                reader.Get("epsilon", 1e-7), reader.Get("centered", 0) != 0)
            {
                WeightDecay = decay,
                ClipNorm = clipNorm,
                ClipValue = clipValue,
                GlobalClipNorm = globalClipNorm,
                Schedule = schedule,
            },
            "adam" => new Adam(
                reader.Get("learning_rate", 1e-3), reader.Get("beta_1", 0.9), reader.Get("beta_2", 0.999),
                reader.Get("epsilon", 1e-7), reader.Get("amsgrad", 0) != 0)
            {
                WeightDecay = decay,
                ClipNorm = clipNorm,
                ClipValue = clipValue,
                GlobalClipNorm = globalClipNorm,
                Schedule = schedule,
            },
            _ => throw reader.UnknownName("sgd", "rmsprop", "adam"),
        };
        reader.ThrowIfUnread();
        return optimizer;
    }

    /// <summary>The learning rate of an update.</summary>
    /// <param name="step">How many updates were done before it: 0 for the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 0.</exception>
    /// <exception cref="InvalidOperationException">A schedule gives a number that is negative or not finite.</exception>
    public double LearningRateAt(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (Schedule is null)
        {
            return LearningRate;
        }

        double rate = Schedule.RateAt(step);
        return rate >= 0 && double.IsFinite(rate) ? rate : throw new InvalidOperationException(FormattableString.Invariant(
            $"{Schedule}: expected a learning rate that is finite and at least 0, got {rate} at step {step}."));
    }

    /// <summary>The value of a slot before the first update; 0 without an override.</summary>
    public virtual double InitialSlotValue(int slot) => 0;

    /// <summary>
    /// Moves the weights by one step. Called for whole parameters or for parts of them, on several threads at once: each element
    /// must depend on the same element of the gradient and the slots only. Weight decay and clipping are not its business.
    /// </summary>
    /// <param name="w">The weights, updated.</param>
    /// <param name="g">The gradient: as many elements as w.</param>
    /// <param name="slots">The slots: as many elements as w each, updated.</param>
    /// <param name="step">The number of the update and the learning rate to use.</param>
    public abstract void Update<T>(Span<T> w, ReadOnlySpan<T> g, OptimizerSlots<T> slots, in UpdateStep step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>The name, the parameters and the schedule.</summary>
    public override string ToString()
    {
        string text = Configuration.Text(Name, Parameters);
        return Schedule is null ? text
            : text.EndsWith(')') ? $"{text[..^1]}, learning_rate: {Schedule})"
            : $"{text}(learning_rate: {Schedule})";
    }

    /// <summary>Adds the numbers that define the rule, beyond those of this class, for saving.</summary>
    /// <param name="parameters">Name → number; switches are 0 or 1.</param>
    protected virtual void Describe(IDictionary<string, double> parameters)
    {
    }

    /// <summary>w −= w · decay · learning rate, then the update, over any part of a parameter.</summary>
    internal void Apply<T>(Span<T> w, ReadOnlySpan<T> g, OptimizerSlots<T> slots, in UpdateStep step)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (WeightDecay == 0)
        {
            Update(w, g, slots, step);
            return;
        }

        double keep = 1 - (WeightDecay * step.LearningRate);
        for (int start = 0; start < w.Length; start += DecayBlock)
        {
            int length = Math.Min(DecayBlock, w.Length - start);
            Span<T> part = w.Slice(start, length);
            Elementwise.Scale(keep, part, part);
            Update(part, g.Slice(start, length), slots.Slice(start, length), step);
        }
    }

    /// <summary>
    /// Clips the gradient of one whole parameter by <see cref="ClipNorm"/> or <see cref="ClipValue"/>, in place.
    /// </summary>
    internal void ClipGradient<T>(Span<T> g)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (ClipNorm is { } norm)
        {
            double scale = GradientClipping.Scale(Reductions.SumOfSquares<T>(g), norm);
            if (scale != 1)
            {
                Elementwise.Scale(scale, g, g);
            }
        }
        else if (ClipValue is { } limit)
        {
            GradientClipping.ClipValue(g, limit);
        }
    }

    private double? CheckClipping(double? value, string name) =>
        value is { } limit ? Guard.Positive(limit, GetType().Name, name) : null;

    private void ThrowIfClippingTwice()
    {
        if ((ClipNorm is null ? 0 : 1) + (ClipValue is null ? 0 : 1) + (GlobalClipNorm is null ? 0 : 1) > 1)
        {
            throw new ArgumentException(
                $"{GetType().Name}: expected at most one of ClipNorm, ClipValue and GlobalClipNorm. Leave the others out.");
        }
    }
}
