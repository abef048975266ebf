using Engine.Numerics;

namespace Engine.Optimizers;

/// <summary>
/// The learning rate as a function of the number of updates done before: no state, so that a training that is saved and loaded
/// goes on with the rates it would have had. Derive for your own: a name, and <see cref="RateAt"/>.
/// </summary>
/// <example><code>new Adam(new CosineDecay(initial: 1e-3, steps: 10_000))</code></example>
public abstract class LearningRateSchedule
{
    /// <summary>The name in files and messages: "cosine_decay", ...</summary>
    public abstract string Name { get; }

    /// <summary>The numbers that, with the name, define the schedule; a training that goes on must have the same.</summary>
    public IReadOnlyDictionary<string, double> Parameters
    {
        get
        {
            var parameters = new OrderedDictionary<string, double>();
            Describe(parameters);
            return parameters;
        }
    }

    /// <summary>Finds a built-in schedule by name.</summary>
    /// <param name="name">Its <see cref="Name"/>.</param>
    /// <param name="parameters">Its <see cref="Parameters"/>; one that has a default may be missing.</param>
    /// <exception cref="ArgumentException">
    /// No built-in schedule has this name, a parameter is missing or out of range, or it has no such parameter.
    /// </exception>
    public static LearningRateSchedule FromName(string name, IReadOnlyDictionary<string, double>? parameters = null)
    {
        var reader = new ConfigurationReader("LearningRateSchedule", name, parameters);
        LearningRateSchedule schedule = name switch
        {
            ExponentialDecay.KnownName => new ExponentialDecay(
                reader.Require("initial"), reader.RequireLong("steps"), reader.Require("decay_rate"),
                reader.Get("staircase", 0) != 0),
            PolynomialDecay.KnownName => new PolynomialDecay(
                reader.Require("initial"), reader.RequireLong("steps"), reader.Get("end", PolynomialDecay.DefaultEnd),
                reader.Get("power", 1), reader.Get("cycle", 0) != 0),
            PiecewiseConstantDecay.KnownName => PiecewiseConstantDecay.Read(reader),
            InverseTimeDecay.KnownName => new InverseTimeDecay(
                reader.Require("initial"), reader.RequireLong("steps"), reader.Require("decay_rate"),
                reader.Get("staircase", 0) != 0),
            CosineDecay.KnownName => new CosineDecay(
                reader.Require("initial"), reader.RequireLong("steps"), reader.Get("alpha", 0), reader.Find("warmup_target"),
                reader.GetLong("warmup_steps", 0)),
            CosineDecayRestarts.KnownName => new CosineDecayRestarts(
                reader.Require("initial"), reader.RequireLong("first_steps"), reader.Get("period_factor", 2),
                reader.Get("rate_factor", 1), reader.Get("alpha", 0)),
            _ => throw reader.UnknownName(
                ExponentialDecay.KnownName, PolynomialDecay.KnownName, PiecewiseConstantDecay.KnownName,
                InverseTimeDecay.KnownName, CosineDecay.KnownName, CosineDecayRestarts.KnownName),
        };
        reader.ThrowIfUnread();
        return schedule;
    }

    /// <summary>The learning rate of an update.</summary>
    /// <param name="step">How many updates were done before it: 0 for the first.</param>
    /// <returns>A finite number of at least 0; the same for the same step, whenever it is asked for.</returns>
    public abstract double RateAt(long step);

    /// <summary>The name and the parameters.</summary>
    public override string ToString() => Configuration.Text(Name, Parameters);

    /// <summary>Adds the numbers that define the schedule, for saving.</summary>
    /// <param name="parameters">Name → number; switches are 0 or 1.</param>
    protected virtual void Describe(IDictionary<string, double> parameters)
    {
    }
}
