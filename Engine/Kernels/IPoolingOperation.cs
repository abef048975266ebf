using System.Numerics;

namespace Engine.Kernels;

/// <summary>What a pooling does with the cells of a window, lane by lane; called for the cells in their order.</summary>
internal interface IPoolingOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether <see cref="Claim"/> looks at x and y; y is then combined again.</summary>
    static abstract bool BackwardReadsValues { get; }

    /// <summary>What has been seen so far, and one more cell; the first cell stands for itself.</summary>
    static abstract Vector<T> Combine(Vector<T> soFar, Vector<T> next);

    /// <summary>The window's value, or the gradient that each of its cells is offered.</summary>
    /// <param name="value">All cells combined, or the gradient of the window's value.</param>
    /// <param name="cells">The number of cells, padding not counted.</param>
    static abstract Vector<T> Divide(Vector<T> value, Vector<T> cells);

    /// <summary>The part of the offered gradient that goes to a cell, taken off where only one cell may have it.</summary>
    /// <param name="x">The cell.</param>
    /// <param name="y">The window's value.</param>
    /// <param name="offered">What is left of the gradient.</param>
    static abstract Vector<T> Claim(Vector<T> x, Vector<T> y, ref Vector<T> offered);
}
