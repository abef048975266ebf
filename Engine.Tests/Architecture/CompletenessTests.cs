using System.Reflection;
using Engine.Activations;
using Engine.Constraints;
using Engine.Initializers;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using Engine.Regularizers;
using Engine.Tests.Checking;
using Engine.Tests.Layers;
using Engine.Tests.Optimizers;

namespace Engine.Tests.Architecture;

/// <summary>Whatever is public stands in the table of its kind, and so under the tests that run over the table.</summary>
public class CompletenessTests
{
    // An Input has nothing to compute, and models are dissolved into their layers: no contract of a layer to keep.
    private static readonly Type[] NoLayersOfTheirOwn = [typeof(Input), typeof(Model), typeof(Sequential)];

    internal static readonly Metric[] Metrics =
    [
        Metric.Accuracy(), Metric.CategoricalAccuracy(), Metric.SparseCategoricalAccuracy(), Metric.BinaryAccuracy(),
        Metric.BinaryAccuracy(0.3), Metric.TopKCategoricalAccuracy(), Metric.TopKCategoricalAccuracy(2), Metric.MeanSquaredError(),
        Metric.MeanAbsoluteError(),
    ];

    private static IEnumerable<Type> PublicLayers => Concrete(typeof(Layer)).Except(NoLayersOfTheirOwn);

    [TestCaseSource(nameof(PublicLayers))]
    public void ALayerIsInTheTableAtTwoShapes(Type layer)
    {
        LayerCase[] cases = [.. LayerTable.All.Where(row => row.Make().GetType() == layer)];
        Assert.That(cases, Is.Not.Empty, $"{layer.Name} is missing in LayerTable");
        Assert.That(cases.Select(row => string.Join(" ", row.Inputs.Select(input => input.ToString()))).Distinct().Count(), Is.AtLeast(2));
        Assert.That(cases.Any(row => row.WrongMessage.Length > 0));
    }

    [TestCaseSource(nameof(PublicLayers))]
    public void EveryOptionOfALayerIsTriedInTheTable(Type layer)
    {
        Layer[] layers = [.. LayerTable.All.Select(row => row.Make()).Where(made => made.GetType() == layer)];
        foreach (ParameterInfo option in layer.GetConstructors().SelectMany(constructor => constructor.GetParameters()))
        {
            PropertyInfo? property = layer.GetProperties()
                .FirstOrDefault(property => property.Name.Equals(option.Name, StringComparison.OrdinalIgnoreCase));
            Assert.That(property, Is.Not.Null, $"{layer.Name} has no property that tells its {option.Name}");
            Assert.That(
                layers.Select(made => LayerTests.Text(property!.GetValue(made)) ?? "null").Distinct().Count(),
                Is.AtLeast(2),
                $"{layer.Name} has one {option.Name} only in LayerTable");
        }
    }

    [TestCaseSource(nameof(PublicLayers))]
    public void ALayerIsInTheCatalogOfFiles(Type layer) => Assert.That(new LayerCatalog().Kinds, Has.Member(layer.Name));

    [Test]
    public void ActivationsAreInTheTable() =>
        AssertCovered(typeof(ActivationFunction), LayerTable.Activations.Select(activation => activation.Name));

    [Test]
    public void InitializersAreInTheTable() =>
        AssertCovered(typeof(Initializer), LayerTable.Initializers.Select(initializer => initializer.Name));

    [Test]
    public void RegularizersAreInTheTable() =>
        AssertCovered(typeof(Regularizer), LayerTable.Regularizers.Select(regularizer => regularizer.Name));

    [Test]
    public void ConstraintsAreInTheTable() =>
        AssertCovered(typeof(Constraint), LayerTable.Constraints.Select(constraint => constraint.Name));

    [Test]
    public void LossesAreInTheTable() => AssertCovered(typeof(Loss), TrainingGradientTests.Losses.Select(loss => loss.Name));

    [Test]
    public void MetricsAreInTheTable() => AssertCovered(typeof(Metric), Metrics.Select(metric => metric.Name));

    [Test]
    public void OptimizersAreInTheTable() =>
        Assert.That(Concrete(typeof(Optimizer)).Except(OptimizerTests.All.Select(optimizer => optimizer.GetType())), Is.Empty);

    // What holds for any metric: the sum of a batch is the sum of its samples', and a sample counts by its weight.
    [TestCaseSource(nameof(Metrics))]
    public void AMetricSumsOverSamples(Metric metric)
    {
        const int Samples = 5, Classes = 7;
        Random random = new(3);
        bool isSparse = metric.Name == "sparse_categorical_accuracy";
        double[] predictions = [.. Enumerable.Range(0, Samples * Classes).Select(_ => random.NextDouble())];
        predictions[0] = 1.5;
        double[] targets = [.. Enumerable.Range(0, Samples).SelectMany(i => isSparse
            ? [(i * 3) % Classes]
            : Enumerable.Range(0, Classes).Select(k => k == i ? 1.0 : 0))];
        double[] weights = [0.5, 2, 0, 1, 3];
        Metric resolved = metric.Resolve([Classes], isSparse ? [] : [Classes]);
        int target = targets.Length / Samples;
        double sum = 0, weighted = 0;
        for (int i = 0; i < Samples; i++)
        {
            double value = resolved.Sum<double>(predictions.AsSpan(i * Classes, Classes), targets.AsSpan(i * target, target), 1, Classes, []);
            sum += value;
            weighted += weights[i] * value;
        }

        Assert.That(resolved.Sum<double>(predictions, targets, Samples, Classes, []), Is.EqualTo(sum).Within(1e-12));
        Assert.That(resolved.Sum<double>(predictions, targets, Samples, Classes, weights), Is.EqualTo(weighted).Within(1e-12));
        Assert.That(sum, Is.GreaterThan(0));
    }

    private static IEnumerable<Type> Concrete(Type kind) =>
        typeof(Layer).Assembly.GetExportedTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(kind));

    // Every public way to one: static properties, and methods with their defaults. FromName only finds what is there already.
    private static void AssertCovered(Type kind, IEnumerable<string> inTable)
    {
        IEnumerable<object?> values = kind.GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Where(property => property.PropertyType == kind)
            .Select(property => property.GetValue(null));
        IEnumerable<object?> made = kind.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.ReturnType == kind && !method.IsSpecialName && method.Name != "FromName")
            .Where(method => !method.GetParameters().Any(parameter => parameter.ParameterType.IsByRefLike))
            .Select(method => method.Invoke(
                null, [.. method.GetParameters().Select(parameter => parameter.HasDefaultValue ? parameter.DefaultValue : 0.5)]));
        string[] names = [.. values.Concat(made).Concat(Concrete(kind).Where(type => type.GetConstructor([]) is not null)
            .Select(Activator.CreateInstance)).Select(value => (string)kind.GetProperty("Name")!.GetValue(value)!).Distinct()];
        Assert.That(names, Has.Length.AtLeast(3));
        Assert.That(names.Except(inTable), Is.Empty, $"missing in the table of {kind.Name}s");
    }
}
