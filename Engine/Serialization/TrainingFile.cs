using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Layers;
using Engine.Numerics;
using Engine.Optimizers;

namespace Engine.Serialization;

/// <summary>
/// The state of a training within a model's file: what the optimizer remembers ("optimizer/velocity/dense_1/kernel"), the steps,
/// the epochs and the seed.
/// </summary>
internal sealed class TrainingFile
{
    private const string Key = "engine.training";

    private readonly string _optimizer;
    private readonly string? _schedule;
    private readonly string[] _slotNames;
    private readonly long _iterations;
    private readonly long _steps;
    private readonly int _epochs;
    private readonly ulong _seed;
    private readonly List<(string[] Tensors, Parameter Parameter)> _slots = [];

    private TrainingFile(JsonElement json)
    {
        _optimizer = json.GetProperty("optimizer").GetString()
            ?? throw new InvalidDataException("expected an optimizer, got nothing.");
        if (json.TryGetProperty("schedule", out JsonElement schedule))
        {
            _schedule = schedule.GetString() ?? throw new InvalidDataException("expected a schedule, got nothing.");
        }

        _slotNames = [.. json.GetProperty("slots").EnumerateArray().Select(slot => slot.GetString()
            ?? throw new InvalidDataException("expected the names of slots, got nothing."))];
        if (_slotNames.Distinct().Count() != _slotNames.Length)
        {
            throw new InvalidDataException($"expected each slot once, got {string.Join(", ", _slotNames)}.");
        }

        _iterations = json.GetProperty("iterations").GetInt64();
        _steps = json.GetProperty("steps").GetInt64();
        _epochs = json.GetProperty("epochs").GetInt32();
        if (_iterations < 0 || _steps < 0 || _epochs < 0)
        {
            throw new InvalidDataException(
                $"expected iterations, steps and epochs of at least 0, got {_iterations}, {_steps} and {_epochs}.");
        }

        string seed = json.GetProperty("seed").GetString() ?? throw new InvalidDataException("expected a seed, got nothing.");
        _seed = ulong.Parse(seed, CultureInfo.InvariantCulture);
    }

    public static void Write(Model model, SafetensorsWriter writer)
    {
        Optimizer optimizer = model.Compiled.Optimizer;
        JsonArray slotNames = [];
        foreach (string name in optimizer.SlotNames)
        {
            slotNames.Add((JsonNode)name);
        }

        JsonObject training = new()
        {
            ["optimizer"] = optimizer.Name,
            ["slots"] = slotNames,
            ["iterations"] = model.OptimizerState.Iterations,
            ["steps"] = model.StepsTrained,
            ["epochs"] = model.EpochsTrained,
            ["seed"] = model.TrainingSeed.ToString(CultureInfo.InvariantCulture),
        };
        if (optimizer.Schedule is { } schedule)
        {
            training["schedule"] = schedule.ToString();
        }

        writer.Metadata[Key] = training.ToJsonString();
        foreach ((string name, Parameter parameter) in model.NamedParameters())
        {
            if (!model.OptimizerState.Slots.TryGetValue(parameter, out AlignedMemory[]? slots))
            {
                continue;
            }

            for (int i = 0; i < slots.Length; i++)
            {
                Add(writer, NameOf(optimizer.SlotNames[i], name), parameter.Shape, slots[i]);
            }
        }
    }

    /// <summary>Checks the state of a training against the model that it belongs to.</summary>
    /// <returns>What <see cref="Apply"/> needs; null where the file has no such state.</returns>
    /// <exception cref="InvalidDataException">It is damaged or does not fit the model.</exception>
    public static TrainingFile? Find(Model model, SafetensorsFile file, string path)
    {
        if (!file.Metadata.TryGetValue(Key, out string? json))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            TrainingFile training = new(document.RootElement);
            foreach ((string name, Parameter parameter) in model.NamedParameters())
            {
                string[] tensors = [.. training._slotNames.Select(slot => NameOf(slot, name))];
                if (tensors.Length == 0 || !file.Contains(tensors[0]))
                {
                    continue;
                }

                foreach (string tensor in tensors)
                {
                    if (!file.Contains(tensor) || file.ShapeOf(tensor) != parameter.Shape)
                    {
                        throw new InvalidDataException(
                            $"tensor '{tensor}': expected the shape {parameter.Shape}, "
                            + $"got {(file.Contains(tensor) ? file.ShapeOf(tensor).ToString() : "none")}.");
                    }
                }

                training._slots.Add((tensors, parameter));
            }

            return training;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException
            or FormatException or InvalidDataException or OverflowException)
        {
            throw new InvalidDataException($"{path}: the state of the training is damaged: {exception.Message}", exception);
        }
    }

    public void Apply(Model model, SafetensorsFile file)
    {
        model.OptimizerState.Load(
            _optimizer,
            _schedule,
            _slotNames,
            _iterations,
            _slots.Select(slot => (slot.Parameter, Read(file, slot.Tensors, slot.Parameter))));
        model.StepsTrained = _steps;
        model.EpochsTrained = _epochs;
        model.TrainingSeed = _seed;
    }

    private static string NameOf(string slot, string parameter) => $"optimizer/{slot}/{parameter}";

    private static void Add(SafetensorsWriter writer, string name, Shape shape, AlignedMemory values)
    {
        if (values.Precision == Precision.Single)
        {
            writer.Add(name, shape, () => (ReadOnlySpan<float>)values.Span<float>());
        }
        else
        {
            writer.Add(name, shape, () => (ReadOnlySpan<double>)values.Span<double>());
        }
    }

    private static AlignedMemory[] Read(SafetensorsFile file, string[] tensors, Parameter parameter)
    {
        AlignedMemory[] slots = new AlignedMemory[tensors.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            slots[i] = new AlignedMemory(parameter.Precision, parameter.Shape.Size);
            if (parameter.Precision == Precision.Single)
            {
                file.CopyTo(tensors[i], slots[i].Span<float>());
            }
            else
            {
                file.CopyTo(tensors[i], slots[i].Span<double>());
            }
        }

        return slots;
    }
}
