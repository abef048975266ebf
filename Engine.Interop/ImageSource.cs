using System.Numerics;
using System.Numerics.Tensors;
using Engine.Data;

namespace Engine.Interop;

/// <summary>
/// Decodes image files when they are asked for, ahead of it on the threads of the pool where they were announced, and keeps the
/// last ones. What a sample's numbers are depends on its file alone; what is kept decides only how fast they come.
/// </summary>
internal sealed class ImageSource(string[] files, ImageFolderOptions options) : ISampleSource
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task<float[]>> _kept = [];
    private readonly Queue<int> _order = [];

    public int Count => files.Length;

    public Shape SampleShape { get; } = [options.Size.Height, options.Size.Width, options.Channels];

    public void Read<T>(int sample, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Task<float[]>? kept;
        lock (_lock)
        {
            kept = _kept.GetValueOrDefault(sample);
        }

        // What nobody announced, or what has been pushed out since, is decoded here.
        TensorPrimitives.ConvertTruncating<float, T>(kept is null ? Decode(sample) : kept.GetAwaiter().GetResult(), destination);
    }

    public void Announce(ReadOnlySpan<int> samples)
    {
        lock (_lock)
        {
            // No more than are kept: else the last ones would push out the first ones of the same batch.
            foreach (int sample in samples[..Math.Min(samples.Length, options.Kept)])
            {
                if (_kept.TryGetValue(sample, out Task<float[]>? known) && !known.IsFaulted)
                {
                    continue;
                }

                if (known is null)
                {
                    _order.Enqueue(sample);
                }

                _kept[sample] = Task.Run(() => Decode(sample));
                if (_order.Count > options.Kept)
                {
                    _kept.Remove(_order.Dequeue());
                }
            }
        }
    }

    private float[] Decode(int sample)
    {
        float[] image = ImageReader.Read(files[sample], options);
        options.Preprocess?.Invoke(image);
        return image;
    }
}
