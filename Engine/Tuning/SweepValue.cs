using System.Globalization;

namespace Engine.Tuning;

/// <summary>The value of a parameter of a sweep: a number or a text. Both convert to it by themselves.</summary>
public readonly record struct SweepValue
{
    private readonly double _number;
    private readonly string? _text;

    /// <summary>A number.</summary>
    /// <param name="number">Finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite.</exception>
    public SweepValue(double number)
    {
        if (!double.IsFinite(number))
        {
            throw new ArgumentOutOfRangeException(
                nameof(number), FormattableString.Invariant($"SweepValue: expected a finite number, got {number}."));
        }

        _number = number;
    }

    /// <summary>A text, such as the name of an optimizer.</summary>
    /// <param name="text">Any text.</param>
    public SweepValue(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
    }

    /// <summary>Whether it is a text.</summary>
    public bool IsText => _text is not null;

    /// <summary>The number; NaN for a text.</summary>
    public double Number => _text is null ? _number : double.NaN;

    /// <summary>A value that is a number.</summary>
    /// <param name="number">Finite.</param>
    public static implicit operator SweepValue(double number) => new(number);

    /// <summary>A value that is a text.</summary>
    /// <param name="text">Any text.</param>
    public static implicit operator SweepValue(string text) => new(text);

    /// <summary>The text, or the number with a point and as many digits as it needs.</summary>
    public override string ToString() => _text ?? _number.ToString(CultureInfo.InvariantCulture);
}
