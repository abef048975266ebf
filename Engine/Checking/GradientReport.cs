using System.Globalization;

namespace Engine.Checking;

/// <summary>What a gradient check found: the element that is worst, with both numbers.</summary>
/// <param name="Subject">What was checked: "dense (Dense)".</param>
/// <param name="Passed">Whether every element is within the tolerance and no gradient is trivially zero.</param>
/// <param name="Elements">How many elements were compared.</param>
/// <param name="Worst">The worst element: "kernel [3, 1]".</param>
/// <param name="Analytic">What backward gave for it.</param>
/// <param name="Numeric">What the stencil gave for it.</param>
/// <param name="Magnitude">
/// What its error is measured by: |a| + |n|, and a hundredth of the largest gradient, so that zeros count.
/// </param>
/// <param name="Excess">The error of the worst element divided by what is allowed; at most 1 where the check passed.</param>
/// <param name="Problem">
/// What is wrong beside a number: a gradient that is zero throughout, or no point off the kinks; else null.
/// </param>
public sealed record GradientReport(
    string Subject,
    bool Passed,
    int Elements,
    string Worst,
    double Analytic,
    double Numeric,
    double Magnitude,
    double Excess,
    string? Problem)
{
    /// <summary>The error of the worst element relative to <see cref="Magnitude"/>.</summary>
    public double RelativeError => Analytic == Numeric ? 0 : Math.Abs(Analytic - Numeric) / Magnitude;

    /// <summary>The report in one sentence.</summary>
    public override string ToString() => Problem is not null
        ? $"{Subject}: {Problem}"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Subject}: {(Passed ? "gradients agree" : "gradients differ")}; worst of {Elements} is {Worst}: "
            + $"backward {Analytic:R}, stencil {Numeric:R}, relative error {RelativeError:E1}, {Excess:G3} of what is allowed.");

    /// <summary>Throws if the check did not pass.</summary>
    /// <exception cref="LayerContractException">With the report's text.</exception>
    public void ThrowIfFailed()
    {
        if (!Passed)
        {
            throw new LayerContractException(ToString());
        }
    }
}
