namespace Engine.Numerics;

/// <summary>
/// The operations on vectors of one width, so that an innermost loop is written once and compiled for two: for
/// <c>Vector&lt;T&gt;</c>, which has 256 bits at most unless the process asks for more, and for 512 bits where the hardware has
/// them.
/// </summary>
/// <typeparam name="TVector">The type of a vector.</typeparam>
/// <typeparam name="T">The type of a lane.</typeparam>
internal interface IVectors<TVector, T>
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>The value in every lane.</summary>
    static abstract TVector Create(T value);

    /// <summary>The constant in every lane: one number for double, one for float.</summary>
    static abstract TVector Constant(double value, double single);

    /// <summary>A vector from memory.</summary>
    static abstract TVector Load(ref T source, nuint index = 0);

    /// <summary>A vector to memory.</summary>
    static abstract void Store(TVector vector, ref T destination, nuint index = 0);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a − b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a · b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>a / b.</summary>
    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a · b + c, rounded once where the hardware can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>Whether a equals b in every lane; NaN equals nothing.</summary>
    static abstract bool EqualsAll(TVector a, TVector b);

    /// <summary>max(x, 0), where NaN stays NaN and −0 stays −0.</summary>
    static abstract TVector Relu(TVector x);

    /// <summary>x limited to [−limit, limit]; NaN stays NaN.</summary>
    static abstract TVector Clamp(TVector x, TVector limit);

    /// <summary>2ⁿ, where n is in the low bits of a number to which 1.5 · 2^(bits of the mantissa) was added.</summary>
    static abstract TVector PowerOfTwo(TVector shifted);
}
