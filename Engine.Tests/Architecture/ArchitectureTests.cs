using System.Numerics.Tensors;
using System.Reflection;
using System.Text.RegularExpressions;
using Engine.Layers;

namespace Engine.Tests.Architecture;

/// <summary>Who may know whom, by folder: Numerics ← Kernels ← Layers, Losses, Metrics, Optimizers ← Models ← what stands on them.</summary>
public partial class ArchitectureTests
{
    // Lowest first; a folder knows itself and what is named, nothing else.
    private static readonly Dictionary<string, string[]> Knows = new()
    {
        ["Numerics"] = [],
        ["Tensors"] = ["Numerics"],
        ["Kernels"] = ["Numerics", "Tensors"],
        ["LinearAlgebra"] = ["Numerics", "Tensors"],
        ["Activations"] = ["Numerics", "Kernels"],
        ["Regularizers"] = ["Numerics", "Kernels"],
        ["Constraints"] = ["Numerics", "Kernels", "Tensors"],
        ["Initializers"] = ["Numerics", "Kernels", "Tensors", "LinearAlgebra"],
        ["Optimizers"] = ["Numerics", "Kernels"],
        ["Losses"] = ["Numerics", "Kernels", "Tensors", "Activations"],
        ["Metrics"] = ["Numerics", "Kernels", "Tensors"],
        ["Layers"] =
        [
            "Numerics", "Kernels", "Tensors", "LinearAlgebra", "Activations", "Regularizers", "Constraints", "Initializers", "Data",
        ],
        ["Data"] = ["Numerics", "Tensors"],
        ["Models"] =
        [
            "Numerics", "Kernels", "Tensors", "Activations", "Regularizers", "Constraints", "Initializers", "Optimizers", "Losses",
            "Metrics", "Layers", "Data",
        ],
        ["Applications"] =
            ["Numerics", "Tensors", "Activations", "Initializers", "Regularizers", "Constraints", "Layers", "Models"],
        ["Callbacks"] = ["Numerics", "Tensors", "Optimizers", "Layers", "Models", "Serialization"],
        ["Serialization"] =
            ["Numerics", "Tensors", "Activations", "Regularizers", "Constraints", "Initializers", "Optimizers", "Losses", "Layers", "Models"],
        ["Tuning"] = ["Numerics"],
        ["Checking"] = ["Numerics", "Tensors", "Layers", "Models", "Serialization"],
        ["Uncertainty"] = ["Numerics", "Kernels", "Tensors", "Activations", "Layers", "Data", "Models"],
    };

    private static IEnumerable<Type> Types =>
        typeof(Layer).Assembly.GetTypes().Where(type => type.DeclaringType is null && SourceTree.FolderOf(type) is not null);

    [Test]
    public void EachFolderKnowsOnlyWhatIsBelowIt()
    {
        List<string> violations = [];
        foreach (Type type in Types)
        {
            string folder = SourceTree.FolderOf(type)!;
            foreach (Type used in TypeUse.Of(type).Where(used => used.Assembly == type.Assembly))
            {
                if (SourceTree.FolderOf(used) is { } other && other != folder && !Knows[folder].Contains(other))
                {
                    violations.Add($"{folder}/{type.Name} uses {other}/{used.Name}");
                }
            }
        }

        Assert.That(violations, Is.Empty);
    }

    [Test]
    public void KernelsSeeNoTensor()
    {
        Type[] tensors = [typeof(Tensor<>), typeof(TensorSpan<>), typeof(ReadOnlyTensorSpan<>), typeof(Tensor)];
        Assert.That(
            Types.Where(type => SourceTree.FolderOf(type) is "Kernels" or "Numerics" && TypeUse.Of(type).Overlaps(tensors)), Is.Empty);
    }

    [Test]
    public void EveryTypeIsFoundInAFolder()
    {
        IEnumerable<Type> lost = typeof(Layer).Assembly.GetTypes()
            .Where(type => type.DeclaringType is null && type.Namespace?.StartsWith("Engine", StringComparison.Ordinal) == true)
            .Where(type => SourceTree.FolderOf(type) is null);
        Assert.That(lost, Is.Empty);
        Assert.That(Types.Select(type => SourceTree.FolderOf(type)!).Distinct(), Is.EquivalentTo(Knows.Keys));
    }

    [Test]
    public void NamespacesFollowFolders() => Assert.That(
        SourceTree.Files
            .Where(file => SourceTree.NamespaceOf(file.Text) is not "Engine" and var name && name != $"Engine.{SourceTree.FolderOf(file.Path)}")
            .Select(file => file.Path),
        Is.Empty);

    [Test]
    public void OnlyNumericsAsksForTheNumberType() => Assert.That(
        SourceTree.Files.Where(file => TypeOfParameter().IsMatch(file.Text)).Select(file => SourceTree.FolderOf(file.Path)).Distinct(),
        Is.EqualTo((string[])["Numerics"]));

    // But for the one thread pool, and what belongs to a thread.
    [Test]
    public void NothingStaticChanges()
    {
        IEnumerable<string> mutable = typeof(Layer).Assembly.GetTypes()
            .Where(type => !type.Name.StartsWith('<'))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => !field.IsLiteral && !field.IsInitOnly && !field.IsDefined(typeof(ThreadStaticAttribute)))
            .Select(field => $"{field.DeclaringType!.Name}.{field.Name}");
        Assert.That(mutable, Is.EqualTo((string[])["ParallelLoop.s_taken"]));
    }

    // That the reader sees what is named in a signature, what is called in a body and what a lambda uses.
    [Test]
    public void TypeUseSeesMembersAndInstructions()
    {
        HashSet<Type> used = TypeUse.Of(typeof(Sample));
        Assert.That(used, Is.SupersetOf((Type[])[typeof(Uri), typeof(Version), typeof(System.Text.StringBuilder), typeof(Random), typeof(List<>)]));
        Assert.That(used, Has.No.Member(typeof(Guid)));
    }

    [GeneratedRegex(@"typeof\(T([A-Z]\w*)?\)")]
    private static partial Regex TypeOfParameter();

    private sealed class Sample
    {
        private readonly List<Uri> _uris = [];

        public int Count(object[] values) =>
            values.Count(value => value is Version) + _uris.Count + new System.Text.StringBuilder().Length + Random.Shared.Next();
    }
}
