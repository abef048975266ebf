using System.Globalization;
using System.Numerics;
using Engine.Layers;
using Engine.Numerics;
using Engine.Serialization;

namespace Engine.Checking;

public static partial class LayerContract
{
    // What saved is loaded again must compute the same bits, and describe itself alike.
    private static void CheckFile(Subject subject)
    {
        Model model = subject.Model<double>();
        string path = Path.Combine(Path.GetTempPath(), $"layer-contract-{Guid.NewGuid():N}.safetensors");
        try
        {
            model.Save(path);
            Model loaded = Model.Load(path, subject.Options.Catalog ?? subject.CatalogOfAnew(model.Layers[^1].Kind));
            subject.CheckDescription(model.Layers[^1], loaded.Layers[^1]);
            foreach (Phase phase in Enum.GetValues<Phase>().Reverse())
            {
                double[][] expected = subject.Results(subject.Harness<double>(model, phase));
                double[][] actual = subject.Results(subject.Harness<double>(loaded, phase));
                subject.CheckSame(expected, actual, $"saved and loaded, in {phase}");
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The layer under verification, and comparisons that name it.</summary>
    private sealed class Subject(Func<Layer> make, IReadOnlyList<Shape> inputs, LayerContractOptions options)
    {
        public IReadOnlyList<Shape> Inputs { get; } = inputs;

        public LayerContractOptions Options { get; } = options;

        public Layer Make() => make();

        public GradientCheckOptions CheckOptions(Phase phase) => Options.GradientCheck with { Phase = phase, Batch = Batch };

        /// <summary>A new layer in a new model, with parameters that hide nothing.</summary>
        public Model Model<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Model model = CheckedModels.Of(make(), Inputs, AlignedMemory.PrecisionOf<T>());
            CheckedModels.FillZeros<T>(model, Options.GradientCheck.Seed);
            return model;
        }

        public Harness<T> Harness<T>(Model model, Phase phase = Phase.Training, int inputsRepeat = 0)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            GradientCheckOptions check = CheckOptions(phase);
            if (inputsRepeat > 0 && check.FillInput is { } fill)
            {
                check = check with
                {
                    FillInput = (index, attempt, values) => fill(index % inputsRepeat, attempt + (index / inputsRepeat), values),
                };
            }

            return new Harness<T>(model, check, Batch);
        }

        public static void CopyInputs<T>(Harness<T> from, Harness<T> to, int sample)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            for (int i = 0; i < from.Model.Inputs.Count; i++)
            {
                from.Input(i).AsSpan(sample * from.Model.Inputs[i].Shape.Size, to.Input(i).Length).CopyTo(to.Input(i));
            }
        }

        /// <summary>Outputs, then gradients of inputs and parameters, and the penalty, of one step.</summary>
        public double[][] Results<T>(Harness<T> harness)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            harness.Forward();
            double[][] outputs = Outputs(harness);
            double penalty = harness.Penalty;
            harness.Backward();
            return
            [
                .. outputs,
                .. harness.Model.Inputs.Select((_, i) => Doubles(harness.InputGradient(i))),
                .. harness.Parameters.Select(parameter => Doubles(harness.Gradient(parameter))),
                [penalty],
            ];
        }

        public double[][] Outputs<T>(Harness<T> harness)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            [.. harness.Model.Outputs.Select((_, k) => Doubles(harness.Output(k)))];

        public LayerCatalog CatalogOfAnew(string kind)
        {
            LayerCatalog catalog = new();
            return catalog.Kinds.Contains(kind) ? catalog : catalog.Add(kind, _ => make());
        }

        public void CheckDescription(Layer saved, Layer loaded)
        {
            ConfigurationWriter expected = new(), actual = new();
            saved.Describe(expected);
            loaded.Describe(actual);
            if (!System.Text.Json.Nodes.JsonNode.DeepEquals(expected.Values, actual.Values))
            {
                throw Broken($"saved and loaded: expected the configuration {expected.Values.ToJsonString()}, "
                    + $"got {actual.Values.ToJsonString()}");
            }
        }

        public void CheckSame(double[][] expected, double[][] actual, string where)
        {
            for (int k = 0; k < expected.Length; k++)
            {
                for (int i = 0; i < Math.Max(expected[k].Length, actual[k].Length); i++)
                {
                    if (expected[k].Length != actual[k].Length
                        || BitConverter.DoubleToInt64Bits(expected[k][i]) != BitConverter.DoubleToInt64Bits(actual[k][i]))
                    {
                        throw Broken(string.Create(
                            CultureInfo.InvariantCulture,
                            $"{where}: expected the same bits, got {expected[k].ElementAtOrDefault(i):R} and "
                            + $"{actual[k].ElementAtOrDefault(i):R} at element {i} of result {k}"));
                    }
                }
            }
        }

        public void CheckClose(double[][] expected, double[][] actual, double tolerance, string where, double floor = 0)
        {
            for (int k = 0; k < expected.Length; k++)
            {
                double largest = expected[k].Select(Math.Abs).DefaultIfEmpty(0).Max();
                for (int i = 0; i < expected[k].Length; i++)
                {
                    if (!(Math.Abs(expected[k][i] - actual[k][i]) <= Math.Max(tolerance * Math.Max(largest, 1e-30), floor)))
                    {
                        throw Broken(string.Create(
                            CultureInfo.InvariantCulture,
                            $"{where}: expected at most {tolerance:G2} of the largest value apart, got {expected[k][i]:R} and "
                            + $"{actual[k][i]:R} at element {i} of result {k}"));
                    }
                }
            }
        }

        public LayerContractException Broken(string what)
        {
            Layer layer = make();
            return new LayerContractException($"{layer.Title}: {what}.");
        }
    }
}
