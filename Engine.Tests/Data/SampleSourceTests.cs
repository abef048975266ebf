using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;

namespace Engine.Tests.Data;

public sealed class SampleSourceTests
{
    [Test]
    public void Samples_are_made_when_they_are_gathered()
    {
        Recording source = new(10);
        var data = new Dataset(DataColumn.FromSource(source), new float[10]);
        Assert.That(source.Events, Is.Empty);
        Assert.That(data.InputShapes, Is.EqualTo((Shape[])[[3]]));

        float[] batch = [.. Enumerable.Repeat(666.666f, 7)];
        data.Skip(2).Select(5, 0).InputColumns[0].CopyRows<float>([0, 1], batch);
        Assert.That(batch, Is.EqualTo((float[])[70, 71, 72, 20, 21, 22, 666.666f]));
        Assert.That(source.Events, Is.EqualTo((string[])["announced 7 2", "read 7", "read 2"]));
        Assert.That(data.Take(2).Inputs.Lengths.ToArray(), Is.EqualTo((nint[])[2, 3]));
    }

    [Test]
    public void Training_and_evaluation_announce_the_next_batch_before_they_compute()
    {
        Recording source = new(5);
        var data = new Dataset(DataColumn.FromSource(source), new float[5, 1]);
        Sequential model = new(new Input(3), new Dense(1));
        model.Compile(new SGD(1e-6), Loss.MeanSquaredError());
        string[] expected =
        [
            "announced 0 1", "read 0", "read 1", "announced 2 3",
            "announced 2 3", "read 2", "read 3", "announced 4",
            "announced 4", "read 4", "announced",
        ];
        model.Fit(data, new FitOptions { BatchSize = 2, Shuffle = false });
        Assert.That(source.Events, Is.EqualTo(expected));
        source.Events.Clear();
        model.Evaluate(data, new PredictOptions { BatchSize = 2 });
        Assert.That(source.Events, Is.EqualTo(expected));
    }

    [Test]
    public void A_source_without_samples_is_refused() => Assert.That(
        () => DataColumn.FromSource(new Recording(0)),
        Throws.ArgumentException.With.Message.StartsWith("DataColumn.FromSource: expected a source of at least one sample, got 0."));

    // Sample i is (10 i, 10 i + 1, 10 i + 2).
    private sealed class Recording(int count) : ISampleSource
    {
        public List<string> Events { get; } = [];

        public int Count => count;

        public Shape SampleShape => [3];

        public void Read<T>(int sample, Span<T> destination)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            Events.Add($"read {sample}");
            for (int i = 0; i < 3; i++)
            {
                destination[i] = T.CreateChecked((10 * sample) + i);
            }
        }

        public void Announce(ReadOnlySpan<int> samples) => Events.Add($"announced {string.Join(' ', samples.ToArray())}".TrimEnd());
    }
}
