using System.Globalization;

namespace Engine.Visualization;

/// <summary>A line of text that is built again and again without allocating. What exceeds its capacity is dropped.</summary>
internal sealed class LineBuffer
{
    private const int Capacity = 2048;

    private readonly char[] _characters = new char[Capacity];

    public int Length { get; private set; }

    public void Clear() => Length = 0;

    public void Append(ReadOnlySpan<char> text)
    {
        int length = Math.Min(text.Length, Capacity - Length);
        text[..length].CopyTo(_characters.AsSpan(Length));
        Length += length;
    }

    public void Append(char character, int count)
    {
        count = Math.Clamp(count, 0, Capacity - Length);
        _characters.AsSpan(Length, count).Fill(character);
        Length += count;
    }

    public void Append<T>(T value, ReadOnlySpan<char> format = default)
        where T : ISpanFormattable
    {
        if (value.TryFormat(_characters.AsSpan(Length), out int written, format, CultureInfo.InvariantCulture))
            Length += written;
    }

    /// <summary>A whole number, right-aligned.</summary>
    public void AppendPadded(int value, int width)
    {
        Append(' ', width - DigitsOf(value));
        Append(value);
    }

    /// <summary>A bar of which a part is done.</summary>
    public void AppendBar(int done, int width, bool isUnicode)
    {
        Append(isUnicode ? '━' : '=', done);
        Append(isUnicode ? '─' : '-', width - done);
    }

    /// <summary>The number of digits of a whole number that is not negative.</summary>
    public static int DigitsOf(int value)
    {
        int digits = 1;
        for (; value >= 10; value /= 10)
            digits++;
        return digits;
    }

    /// <summary>Four decimals, or scientific notation where these would hide the number.</summary>
    public void AppendValue(double value) =>
        Append(value, value != 0 && Math.Abs(value) is < 1e-3 or >= 1e6 ? "0.00e+00" : "F4");

    /// <summary>Seconds in a form for people: 0.4s, 42s, 3m05s, 1h02m.</summary>
    public void AppendDuration(double seconds)
    {
        if (seconds < 9.95)
        {
            Append(seconds, "F1");
            Append("s");
            return;
        }

        long whole = (long)Math.Round(seconds);
        if (whole >= 3600)
        {
            Append(whole / 3600);
            Append("h");
            Append(whole % 3600 / 60, "00");
            Append("m");
            return;
        }

        if (whole >= 60)
        {
            Append(whole / 60);
            Append("m");
        }

        Append(whole % 60, whole >= 60 ? "00" : "0");
        Append("s");
    }

    /// <summary>The time of a step in milliseconds, to two or three digits.</summary>
    public void AppendStepTime(double seconds)
    {
        double milliseconds = seconds * 1000;
        Append(milliseconds, milliseconds >= 9.95 ? "F0" : milliseconds >= 0.995 ? "F1" : milliseconds >= 0.0995 ? "F2" : "F3");
        Append("ms/step");
    }

    /// <summary>Shortens to a width.</summary>
    public void Truncate(int width) => Length = Math.Min(Length, Math.Max(0, width));

    public void WriteTo(TextWriter writer) => writer.Write(_characters, 0, Length);
}
