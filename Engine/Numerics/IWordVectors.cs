using System.Diagnostics.CodeAnalysis;

namespace Engine.Numerics;

/// <summary>The operations on vectors of words of one width, as <see cref="IVectors{TVector, T}"/> has them for numbers.</summary>
internal interface IWordVectors<TVector>
{
    /// <summary>The word in every lane.</summary>
    static abstract TVector Create(uint value);

    /// <summary>a + b, without a carry out of the lane.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a ^ b.</summary>
    static abstract TVector Xor(TVector a, TVector b);

    /// <summary>x += y; y = x ^ (y rotated to the left): one call, since the compiler's budget of inlining is nearly used up.</summary>
    static abstract void Mix(ref TVector x, ref TVector y, [ConstantExpected] byte bits);
}
