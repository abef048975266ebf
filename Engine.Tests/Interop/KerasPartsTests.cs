using Engine.Interop;
using Engine.Layers;
using Engine.Tests.Models;
using PureHDF;

namespace Engine.Tests.Interop;

/// <summary>Layers whose weights Keras keeps in parts: files that h5py wrote (make_keras_files.py, beside this), and our own.</summary>
public sealed class KerasPartsTests
{
    private static Sequential Parts(ulong seed = 3) => new(
        new Input(5),
        new Embedding(7, 4, maskZero: true),
        new Bidirectional(new LSTM(3, returnSequences: true)),
        new MultiHeadAttention(2, 3),
        new GRU(2, returnSequences: true),
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
