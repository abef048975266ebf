using Engine.Interop;
using Engine.Layers;
using Engine.Tests.Models;
using PureHDF;

namespace Engine.Tests.Interop;

/// <summary>Layers whose weights Keras keeps in parts: files that h5py wrote (make_keras_files.py, beside this), and our own.</summary>
public sealed class KerasPartsTests
{
    private static Sequential Parts(ulong seed = 3, bool isStateful = false) => new(
        new Input(5),
        new Embedding(7, 4, maskZero: true),
        new Bidirectional(new LSTM(3, returnSequences: true, stateful: isStateful, batch: isStateful ? 8 : null)),
        new MultiHeadAttention(2, 3),
        new GRU(2, returnSequences: true, stateful: isStateful, batch: isStateful ? 8 : null),
        new TimeDistributed(new Dense(3)))
    {
        Seed = seed,
    };

    private static string PathOf(string file) =>
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Interop", "Files", file);

    [TestCase("keras3_parts.weights.h5")]
    [TestCase("legacy_parts.h5")]
    public void WeightsInPartsAreLoadedInOrder(string file)
    {
        Sequential model = Parts();
        KerasLoadReport report = KerasWeights.Load(model, PathOf(file));
        Assert.That(report.ToString(), Is.EqualTo("5 layers loaded; not in the file: none; not in the model: none"));
        Assert.That(model.Parameters, Has.Count.EqualTo(20));
        for (int i = 0; i < 20; i++)
        {
            KerasWeightsTests.AssertHolds<float>(model.Parameters[i], i + 1);
        }
    }

    // Under the names that Keras gives, so that it reads them.
    [TestCase(KerasLayout.Keras3, "keras3_parts.weights.h5")]
    [TestCase(KerasLayout.Legacy, "legacy_parts.h5")]
    public void WeightsInPartsAreWrittenUnderKerassNames(KerasLayout layout, string like)
    {
        using TempFolder folder = new();
        string path = folder.File("parts.h5");
        Sequential model = Parts();
        KerasWeights.Save(model, path, layout);
        Assert.That(DataSets(path), Is.EquivalentTo(DataSets(PathOf(like)).Where(name => !name.Contains("seed_generator"))));
        Sequential other = Parts(seed: 4);
        KerasWeights.Load(other, path);
        Assert.That(Samples.Weights<float>(other), Is.EqualTo(Samples.Weights<float>(model)));
    }

    // What a layer remembers is no weight: neither in our model nor, beside the cells, in a file of Keras's.
    [Test]
    public void StatesAreNoWeights([Values] KerasLayout layout, [Values] bool from, [Values] bool to)
    {
        using TempFolder folder = new();
        string path = folder.File("states.h5");
        Sequential model = Parts(isStateful: from), other = Parts(seed: 4, isStateful: to);
        KerasWeights.Save(model, path, layout);
        KerasWeights.Load(other, path);
        Assert.That(Trained(other), Is.EqualTo(Trained(model)));

        static float[] Trained(Model model) =>
            [.. model.Parameters.Where(parameter => parameter.Trains).SelectMany(parameter => parameter.Values<float>().ToArray())];
    }

    [Test]
    public void StatesBesideTheCellsOfKerasAreLeftOut()
    {
        using TempFolder folder = new();
        string path = folder.File("states.weights.h5");
        Sequential model = Parts(), other = Parts(seed: 4, isStateful: true);
        model.EnsureInitialized();
        H5File file = Keras3Layout.Write(model);
        Add(file, "layers", "bidirectional", "forward_layer", "vars");
        Add(file, "layers", "bidirectional", "backward_layer", "vars");
        Add(file, "layers", "gru", "vars");
        file.Write(path);
        KerasWeights.Load(other, path);
        Assert.That(
            other.Parameters.Where(parameter => parameter.Trains).SelectMany(parameter => parameter.Values<float>().ToArray()),
            Is.EqualTo(Samples.Weights<float>(model)));

        static void Add(H5Group group, params string[] names)
        {
            foreach (string name in names)
            {
                if (!group.TryGetValue(name, out object? inner))
                {
                    group[name] = inner = new H5Group();
                }

                group = (H5Group)inner;
            }

            group["0"] = new float[8, 3];
        }
    }

    private static List<string> DataSets(string path)
    {
        using var file = H5File.OpenRead(path);
        List<string> names = [];
        Collect(file, "");
        return names;

        void Collect(IH5Group group, string prefix)
        {
            foreach (IH5Object child in group.Children())
            {
                if (child is IH5Group inner)
                {
                    Collect(inner, $"{prefix}{child.Name}/");
                }
                else
                {
                    names.Add(prefix + child.Name);
                }
            }
        }
    }
}
