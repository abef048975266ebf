using System.Numerics;
using Engine.Layers;
using Engine.Numerics;
using Engine.Optimizers;

namespace Engine;

/// <summary>
/// What an optimizer remembers of the parameters from step to step: its slots, and the number of steps. Lives as long as the
/// model is compiled with that optimizer; a loaded file fills it before Compile.
/// </summary>
internal sealed class OptimizerState
{
    private readonly Dictionary<Parameter, AlignedMemory[]> _slots = new(ReferenceEqualityComparer.Instance);
    private string[] _slotNames = [];
    private string? _schedule;
    private bool _isLoaded;

    /// <summary>The kind of optimizer that the slots belong to; null if there are none.</summary>
    public string? Optimizer { get; private set; }

    /// <summary>The steps the optimizer took: t in its formulas.</summary>
    public long Iterations { get; set; }

    public IReadOnlyDictionary<Parameter, AlignedMemory[]> Slots => _slots;

    /// <summary>
    /// Begins anew for an optimizer, unless the state was loaded for just this kind, with just these slots and this schedule.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The loaded state belongs to another kind of optimizer, to other slots or to another schedule.
    /// </exception>
    public void AdoptedBy(Model model, Optimizer optimizer)
    {
        if (_isLoaded && Optimizer != optimizer.Name)
        {
            throw new InvalidOperationException(
                $"{model.Title}: expected the optimizer {Optimizer}, whose state was loaded, got {optimizer.Name}. "
                + "Compile with the same optimizer, or save without optimizer state to begin anew.");
        }

        if (_isLoaded && !_slotNames.SequenceEqual(optimizer.SlotNames))
        {
            throw new InvalidOperationException(
                $"{model.Title}: expected the optimizer {Optimizer} with {Text(_slotNames)}, which were loaded, "
                + $"got one with {Text(optimizer.SlotNames)}. "
                + "Compile with the settings of the training that was saved, or save without optimizer state to begin anew.");
        }

        string? schedule = optimizer.Schedule?.ToString();
        if (_isLoaded && _schedule != schedule)
        {
            throw new InvalidOperationException(
                $"{model.Title}: expected the optimizer {Optimizer} with {Rate(_schedule)}, as in the training that was loaded, "
                + $"got one with {Rate(schedule)}. "
                + "Compile with the settings of the training that was saved, or save without optimizer state to begin anew.");
        }

        if (!_isLoaded)
        {
            _slots.Clear();
            Iterations = 0;
        }

        _isLoaded = false;
        Optimizer = optimizer.Name;

        static string Rate(string? schedule) =>
            schedule is null ? "a learning rate without a schedule" : $"the schedule {schedule}";

        static string Text(IReadOnlyList<string> slots) => slots.Count == 0 ? "no slots" : $"the slots {string.Join(", ", slots)}";
    }

    /// <summary>
    /// Takes what a file holds; the next Compile must be with the same kind of optimizer, the same slots and the same schedule.
    /// </summary>
    public void Load(
        string optimizer,
        string? schedule,
        string[] slotNames,
        long iterations,
        IEnumerable<(Parameter Parameter, AlignedMemory[] Slots)> slots)
    {
        _slots.Clear();
        _slotNames = slotNames;
        _schedule = schedule;
        foreach ((Parameter parameter, AlignedMemory[] memory) in slots)
        {
            _slots[parameter] = memory;
        }

        Optimizer = optimizer;
        Iterations = iterations;
        _isLoaded = true;
    }

    /// <summary>The slots of a parameter, made and set to their first values where there are none.</summary>
    public AlignedMemory[] SlotsOf<T>(Parameter parameter, Optimizer optimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!_slots.TryGetValue(parameter, out AlignedMemory[]? slots))
        {
            slots = new AlignedMemory[optimizer.SlotCount];
            for (int i = 0; i < slots.Length; i++)
            {
                slots[i] = new AlignedMemory(AlignedMemory.PrecisionOf<T>(), parameter.Shape.Size);
                slots[i].Span<T>().Fill(T.CreateChecked(optimizer.InitialSlotValue(i)));
            }

            _slots[parameter] = slots;
        }

        return slots;
    }
}
