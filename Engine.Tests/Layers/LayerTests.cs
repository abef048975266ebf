using System.Reflection;
using Engine.Activations;
using Engine.Checking;
using Engine.Layers;
using Engine.Serialization;

namespace Engine.Tests.Layers;

/// <summary>What holds for every layer of the table.</summary>
public class LayerTests
{
    private static IEnumerable<LayerCase> Cases => LayerTable.All;

    [TestCaseSource(nameof(Cases))]
    public void KeepsItsContract(LayerCase layer) => LayerContract.Verify(layer.Make, layer.Inputs, layer.Options);

    // A setting that Describe forgets would not show in what it writes.
    [TestCaseSource(nameof(Cases))]
    public void KeepsEverySettingInAFile(LayerCase layer)
    {
        using TempFolder folder = new();
        string path = folder.File("layer.safetensors");
        Node[] inputs = [.. layer.Inputs.Select(shape => new Input([.. shape]).Output)];
        Layer saved = layer.Make();
        new Model(inputs, saved.ApplyMany(inputs)).Save(path);
        Layer loaded = Model.Load(path).Layers[^1];
        Assert.That(Settings(loaded), Is.EqualTo(Settings(saved)));
    }

    [Test]
    public void ConstructorsRefuseWhatNoInputCouldFit()
    {
        Assert.That(() => new Dense(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Dense: expected at least 1 unit, got 0."));
        Assert.That(() => new Dropout(1.5), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Dropout: expected a rate from 0 to 1, the share that is dropped, got 1.5."));
        Assert.That(() => new Dropout(double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Dropout: expected a rate from 0 to 1, the share that is dropped, got NaN."));
        Assert.That(() => new Dropout(0.5, [null, 0]), Throws.ArgumentException.With.Message.StartsWith(
            "Dropout: expected a noise shape with the batch axis first and lengths of at least 1, got [null, 0]."));
        Assert.That(() => new Reshape(-1, -1), Throws.ArgumentException.With.Message.StartsWith(
            "Reshape: expected lengths of at least 1 and at most one −1, got [-1, -1]."));
        Assert.That(() => new Reshape(3, 0), Throws.ArgumentException.With.Message.StartsWith(
            "Reshape: expected lengths of at least 1 and at most one −1, got [3, 0]."));
        Assert.That(() => new Concatenate(0), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(
            "Concatenate: expected an axis of the samples, got 0, the batch. Count from 1, or from −1 backwards."));
        Assert.That(() => new Concatenate(3).Apply(new Input(7), new Input(7)), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "concatenate (Concatenate): expected input with an axis 3, got [n, 7]."));
        Assert.That(() => new Input(3, 0), Throws.ArgumentException.With.Message.StartsWith(
            "Shape: expected every length to be at least 1, got [3, 0]."));
    }

    [Test]
    public void ADenseThatIsUsedTwiceMustSeeTheSameLastAxis()
    {
        Dense dense = new(5, ActivationFunction.Tanh);
        dense.Apply(new Input(7));
        ShapeException exception = Assert.Throws<ShapeException>(() => dense.Apply(new Input(9)))!;
        Assert.That(exception.Message, Is.EqualTo(
            "dense (Dense): expected input [n, 7], got [n, 9]. A layer that is used twice must see the same last axis."));
        Assert.That(exception.Expected, Is.EqualTo(Shape.Create(7)));
        Assert.That(exception.Actual, Is.EqualTo(Shape.Create(9)));
    }

    private static string[] Settings(Layer layer) =>
    [
        .. layer.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => !typeof(IEnumerable<Parameter>).IsAssignableFrom(property.PropertyType))
            .Where(property => property.PropertyType != typeof(Parameter) && property.Name != nameof(Layer.Children))
            .Select(property => $"{property.Name} = {Text(property.GetValue(layer))}"),
    ];

    internal static string? Text(object? value) => value is System.Collections.IEnumerable values and not string
        ? string.Join(", ", values.Cast<object?>().Select(item => item?.ToString() ?? "null"))
        : value?.ToString();
}
