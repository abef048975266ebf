using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Engine.Kernels;

/// <summary>
/// The patches that a convolution sees, as the rows of a matrix that nobody stores: [batch · patches of a sample, positions of
/// the window · channels]. Blocks of it are copied to where a product reads them.
/// </summary>
/// <remarks>
/// Data is channels-last, so a patch is a few runs of elements that lie close together: all channels of one position, or of a
/// line of positions where neither dilation nor groups come between.
/// </remarks>
internal readonly ref struct Patches<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ReadOnlySpan<T> _source;
    private readonly int _sourceChannels;
    private readonly int _channel;
    private readonly int _runLength;
    private readonly int _runsOfLine;

    /// <summary>Describes patches.</summary>
    /// <param name="depth">The first axis.</param>
    /// <param name="height">The second axis.</param>
    /// <param name="width">The third axis.</param>
    /// <param name="source">What they are patches of, [batch, depth, height, width, channels].</param>
    /// <param name="sourceChannels">All channels of the source.</param>
    /// <param name="channel">The first channel that is seen.</param>
    /// <param name="channels">How many are seen.</param>
    public Patches(
        PatchAxis depth,
        PatchAxis height,
        PatchAxis width,
        ReadOnlySpan<T> source,
        int sourceChannels,
        int channel,
        int channels)
    {
        (Depth, Height, Width) = (depth, height, width);
        _source = source;
        _sourceChannels = sourceChannels;
        _channel = channel;
        Channels = channels;
        bool isWhole = width.WindowStep == 1 && channels == sourceChannels;
        _runLength = isWhole ? width.Window * channels : channels;
        _runsOfLine = isWhole ? 1 : width.Window;
    }

    /// <summary>The first axis.</summary>
    public PatchAxis Depth { get; }

    /// <summary>The second axis.</summary>
    public PatchAxis Height { get; }

    /// <summary>The third axis.</summary>
    public PatchAxis Width { get; }

    /// <summary>The channels that are seen.</summary>
    public int Channels { get; }

    /// <summary>The patches of one sample.</summary>
    public int OfSample => Depth.Count * Height.Count * Width.Count;

    /// <summary>The elements of a patch.</summary>
    public int Length => Depth.Window * Height.Window * Width.Window * Channels;

    /// <summary>Copies a block: <c>to[i, p] = patches[row + i, from + p]</c>, without gaps between the rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Pack(int row, int rows, int from, int count, ref T to)
    {
        int firstRun = from / _runLength;
        int firstSkip = from % _runLength;
        int firstLine = firstRun / _runsOfLine;
        int firstX = firstRun % _runsOfLine;
        int firstY = firstLine % Height.Window;
        int firstZ = firstLine / Height.Window;
        int lineLength = Width.Source * _sourceChannels;

        int line = row / Width.Count;
        int x = row % Width.Count;
        int y = line % Height.Count;
        int z = line / Height.Count % Depth.Count;
        int sample = line / Height.Count / Depth.Count;
        for (int i = 0; i < rows; i++)
        {
            int column = Width.Start + (x * Width.Step);
            int windowX = firstX, windowY = firstY, windowZ = firstZ, skip = firstSkip;
            for (int left = count; left > 0;)
            {
                int length = Math.Min(_runLength - skip, left);
                int sourceZ = Depth.Start + (z * Depth.Step) + (windowZ * Depth.WindowStep);
                int sourceY = Height.Start + (y * Height.Step) + (windowY * Height.WindowStep);
                if ((uint)sourceZ < (uint)Depth.Source && (uint)sourceY < (uint)Height.Source)
                {
                    nint start = ((((nint)sample * Depth.Source) + sourceZ) * Height.Source) + sourceY;
                    int begin = ((column + (windowX * Width.WindowStep)) * _sourceChannels) + _channel + skip;
                    ref T source = ref Unsafe.Add(ref MemoryMarshal.GetReference(_source), start * lineLength);
                    if (begin >= 0 && begin + length <= lineLength)
                    {
                        Copy(ref Unsafe.Add(ref source, begin), ref to, length);
                    }
                    else
                    {
                        CopyPart(ref source, begin, lineLength, ref to, length);
                    }
                }
                else
                {
                    Clear(ref to, length);
                }

                to = ref Unsafe.Add(ref to, length);
                left -= length;
                skip = 0;
                if (++windowX == _runsOfLine)
                {
                    windowX = 0;
                    if (++windowY == Height.Window)
                    {
                        windowY = 0;
                        windowZ++;
                    }
                }
            }

            if (++x == Width.Count)
            {
                x = 0;
                if (++y == Height.Count)
                {
                    y = 0;
                    if (++z == Depth.Count)
                    {
                        z = 0;
                        sample++;
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(ref T from, ref T to, int length)
    {
        int i = 0;
        for (; i <= length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector.LoadUnsafe(ref from, (nuint)i).StoreUnsafe(ref to, (nuint)i);
        }

        if (i < length && length >= Vector<T>.Count)
        {
            Vector.LoadUnsafe(ref from, (nuint)(length - Vector<T>.Count)).StoreUnsafe(ref to, (nuint)(length - Vector<T>.Count));
            return;
        }

        for (; i < length; i++)
        {
            Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
        }
    }

    /// <summary>A run of which some lies beyond the borders of its line.</summary>
    private static void CopyPart(ref T line, int begin, int lineLength, ref T to, int length)
    {
        int before = Math.Clamp(-begin, 0, length);
        int end = Math.Clamp(lineLength - begin, before, length);
        Clear(ref to, before);
        if (end > before)
        {
            Copy(ref Unsafe.Add(ref line, begin + before), ref Unsafe.Add(ref to, before), end - before);
        }

        Clear(ref Unsafe.Add(ref to, end), length - end);
    }

    private static void Clear(ref T to, int length) => MemoryMarshal.CreateSpan(ref to, length).Clear();
}
