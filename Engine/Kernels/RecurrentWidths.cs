namespace Engine.Kernels;

/// <summary>The widths of a recurrent layer's rows.</summary>
/// <param name="Inputs">The features of a step.</param>
/// <param name="Units">The length of a state.</param>
/// <param name="Gates">The gates' columns, a multiple of the units.</param>
/// <param name="Copies">1, or the number of gates where each has masks of its own.</param>
/// <param name="Kept">What else the cell keeps.</param>
/// <param name="Side">What the cell needs for a step only.</param>
/// <param name="HasCell">Whether there is a second state.</param>
/// <param name="KeepsHidden">Whether backward needs the hidden state without masks.</param>
internal readonly record struct RecurrentWidths(
    int Inputs, int Units, int Gates, int Copies, int Kept, int Side, bool HasCell, bool KeepsHidden)
{
    /// <summary>The length of a row of inputs and hidden state together.</summary>
    public int Joined => Inputs + Units;

    /// <summary>The same where gates have masks of their own; else 0.</summary>
    public int Masked => Copies == 1 ? 0 : Joined;

    /// <summary>The sums over a block, and the gap to the next one's.</summary>
    public int Sums => Gates + (SequenceOrder.GapSlots * Units);
}
