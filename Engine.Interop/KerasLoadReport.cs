namespace Engine.Interop;

/// <summary>What <see cref="KerasWeights.Load"/> took and what it left out.</summary>
/// <param name="Layout">The layout of the file.</param>
/// <param name="Loaded">The names of the layers whose weights were replaced, as the model has them.</param>
/// <param name="NotInFile">The layers of the model that have weights and are not in the file; they stay as they were.</param>
/// <param name="NotInModel">The layers of the file that have weights and are not in the model.</param>
public sealed record KerasLoadReport(
    KerasLayout Layout, IReadOnlyList<string> Loaded, IReadOnlyList<string> NotInFile, IReadOnlyList<string> NotInModel)
{
    /// <summary>For people: <c>2 layers loaded; not in the file: dense_2; not in the model: none</c>.</summary>
    public override string ToString() =>
        $"{Loaded.Count} layers loaded; not in the file: {Text(NotInFile)}; not in the model: {Text(NotInModel)}";

    private static string Text(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}
