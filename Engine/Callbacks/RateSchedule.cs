using System.Globalization;
using Engine.Layers;

namespace Engine.Callbacks;

/// <summary>
/// Sets the rate of dropout layers before every step: to a rate that grows, as in curriculum dropout, or that follows any
/// function of the steps done.
/// </summary>
/// <remarks>
/// Steps are counted from the first epoch on, those of earlier Fits included where
/// <see cref="FitOptions.InitialEpoch"/> says so: a training that goes on goes on with its rates.
/// </remarks>
/// <example>
/// <code>
/// // All layers with a rate, one layer, and numbers that are properties of other layers.
/// new FitOptions { Callbacks = [new RateSchedule(RateSchedule.Exponential(0.5, gamma: 1e-3))] };
/// new FitOptions { Callbacks = [new RateSchedule(RateSchedule.Linear(0, 0.1, steps: 10_000), dropBlock)] };
/// new FitOptions { Callbacks = [new RateSchedule(RateSchedule.Cosine(0.3, 0, 5000), r => noise.StandardDeviation = r)] };
/// new FitOptions { Callbacks = [new RateSchedule(RateSchedule.Linear(0, 0.3, 500), r => lstm.Dropout = lstm.RecurrentDropout = r)] };
/// </code>
/// </example>
public sealed class RateSchedule : Callback
{
    private readonly IReadOnlyList<IHasRate> _given;
    private readonly Action<double>? _set;
    private IHasRate[] _layers = [];

    /// <summary>Schedules layers.</summary>
    /// <param name="rate">The rate as a function of the steps done: 0 for the first step.</param>
    /// <param name="layers">Whose rate is set; if none are given, that of every layer of the model that has one.</param>
    public RateSchedule(Func<long, double> rate, params IReadOnlyList<IHasRate> layers)
    {
        ArgumentNullException.ThrowIfNull(rate);
        ArgumentNullException.ThrowIfNull(layers);
        Rate = rate;
        _given = [.. layers];
    }

    /// <summary>
    /// Schedules anything else that may change between steps, such as the deviation of a <see cref="GaussianNoise"/> or the dropout
    /// inside recurrent and attention layers.
    /// </summary>
    /// <param name="rate">The number as a function of the steps done: 0 for the first step.</param>
    /// <param name="set">Takes the number.</param>
    public RateSchedule(Func<long, double> rate, Action<double> set)
    {
        ArgumentNullException.ThrowIfNull(rate);
        ArgumentNullException.ThrowIfNull(set);
        Rate = rate;
        _given = [];
        _set = set;
    }

    /// <summary>The rate as a function of the steps done.</summary>
    public Func<long, double> Rate { get; }

    /// <summary>From one rate to another in a straight line, then the last.</summary>
    /// <param name="from">The rate of the first step, 0 to 1.</param>
    /// <param name="to">The rate after <paramref name="steps"/>, 0 to 1.</param>
    /// <param name="steps">How many steps the way takes; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Func<long, double> Linear(double from, double to, long steps)
    {
        Check(from, to, steps);
        return step => step >= steps ? to : from + ((to - from) * step / steps);
    }

    /// <summary>From one rate to another along half a wave of the cosine, then the last: slow at both ends.</summary>
    /// <param name="from">The rate of the first step, 0 to 1.</param>
    /// <param name="to">The rate after <paramref name="steps"/>, 0 to 1.</param>
    /// <param name="steps">How many steps the way takes; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Func<long, double> Cosine(double from, double to, long steps)
    {
        Check(from, to, steps);
        return step => step >= steps ? to : to + ((from - to) * (1 + Math.Cos(Math.PI * step / steps)) / 2);
    }

    /// <summary>
    /// Curriculum dropout: rate · (1 − exp(−γ · step)), from none towards the rate. Morerio, Cavazza, Volpi, Vidal and Murino,
    /// "Curriculum dropout", ICCV 2017.
    /// </summary>
    /// <param name="rate">The rate at the end, 0 to 1.</param>
    /// <param name="gamma">How fast it grows, a step; above 0. The paper takes 10 / (the steps of the training).</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Func<long, double> Exponential(double rate, double gamma)
    {
        Check(rate, rate, steps: 1);
        return gamma > 0 ? step => rate * (1 - Math.Exp(-gamma * step)) : throw new ArgumentOutOfRangeException(
            nameof(gamma), string.Create(CultureInfo.InvariantCulture, $"RateSchedule: expected a gamma above 0, got {gamma}."));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No layer of the model has a rate.</exception>
    public override void OnTrainBegin(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        _layers = _given.Count > 0 || _set is not null ? [.. _given] : [.. Layers(training.Model).OfType<IHasRate>().Distinct()];
        if (_layers.Length == 0 && _set is null)
        {
            throw new InvalidOperationException(
                "RateSchedule: expected a model with a layer that has a rate, got none. Give the layers, or what sets the rate.");
        }

        // The epoch is that before the first.
        Set((long)training.Epoch * training.StepsPerEpoch);
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingState training)
    {
        ArgumentNullException.ThrowIfNull(training);
        Set(((training.Epoch - 1L) * training.StepsPerEpoch) + training.Step);
    }

    private static IEnumerable<Layer> Layers(Layer layer) => layer.Children.SelectMany(Layers).Prepend(layer);

    private static void Check(double from, double to, long steps)
    {
        if (from is not (>= 0 and <= 1) || to is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(from),
                string.Create(CultureInfo.InvariantCulture, $"RateSchedule: expected rates from 0 to 1, got {from} and {to}."));
        }

        if (steps < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(steps), $"RateSchedule: expected at least 1 step, got {steps}.");
        }
    }

    private void Set(long step)
    {
        double rate = Rate(step);
        _set?.Invoke(rate);
        foreach (IHasRate layer in _layers)
        {
            layer.Rate = rate;
        }
    }
}
