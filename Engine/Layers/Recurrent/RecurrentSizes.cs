using Engine.Kernels;

namespace Engine.Layers;

/// <summary>The working memory of a recurrent layer, piece by piece, in elements.</summary>
/// <param name="Batch">The number of samples.</param>
/// <param name="Steps">The number of steps.</param>
/// <param name="Widths">The widths of rows.</param>
/// <param name="Options">Which masks there are.</param>
/// <param name="Packed">
/// The weights in the order in which the products read them, for forward or backward, whichever is longer.
/// </param>
/// <param name="KernelColumns">The columns of the two kernels.</param>
internal readonly record struct RecurrentSizes(
    int Batch, int Steps, RecurrentWidths Widths, RecurrentOptions Options, int Packed, int KernelColumns)
{
    public int Order => SequenceOrder.Length(Batch, Steps);

    public int InputMasks => checked(Options.Dropout > 0 ? MaskRows * Widths.Copies * Widths.Inputs : 0);

    public int HiddenMasks => checked(Options.RecurrentDropout > 0 ? MaskRows * Widths.Copies * Widths.Units : 0);

    /// <summary>The masks of the samples that are gone through; none where those of each row lie in its order.</summary>
    public int LaneInputMasks => checked(HasLaneMasks(Options.Dropout) ? Slots * Widths.Copies * Widths.Inputs : 0);

    public int LaneHiddenMasks => checked(HasLaneMasks(Options.RecurrentDropout) ? Slots * Widths.Copies * Widths.Units : 0);

    public int HiddenZones => checked(Options.Zoneout > 0 ? Rows * Widths.Units : 0);

    public int CellZones => checked(Options.CellZoneout > 0 ? Rows * Widths.Units : 0);

    public int Inputs => checked(StepRows * Widths.Joined);

    public int Gates => checked(StepRows * Widths.Gates);

    public int Kept => checked(StepRows * Widths.Kept);

    public int PreviousHidden => checked(Widths.KeepsHidden ? StepRows * Widths.Units : 0);

    public int PreviousCell => checked(Widths.HasCell ? StepRows * Widths.Units : 0);

    public int Hidden => checked(Batch * Widths.Units);

    public int Cell => checked(Widths.HasCell ? Batch * Widths.Units : 0);

    /// <summary>The states between the steps.</summary>
    public int LaneHidden => checked(Slots * Widths.Units);

    public int LaneCell => checked(Widths.HasCell ? Slots * Widths.Units : 0);

    public int Side => checked(Slots * Widths.Side);

    public int Masked => checked(Slots * Widths.Masked);

    /// <summary>The gradient of both kernels together, in backward.</summary>
    public int Weights => checked(Widths.Joined * KernelColumns);

    public int Sums => checked(SequenceOrder.BlocksOf(Batch) * Widths.Sums);

    public int MaskedRows => RecurrentRowsView<float>.SideLength(Widths);

    /// <summary>Of random numbers, in forward.</summary>
    public int Keys => Rows;

    /// <summary>What is put aside during a step, in backward.</summary>
    public int Rests => checked(Slots * (Widths.Inputs + (2 * Widths.Units)));

    public BufferNeeds Needs => new(
        checked(
            Rounded(Order) + Rounded(InputMasks) + Rounded(HiddenMasks) + Rounded(HiddenZones) + Rounded(CellZones)
            + Rounded(Inputs) + Rounded(Gates) + Rounded(Kept) + Rounded(PreviousHidden) + Rounded(PreviousCell)),
        checked(
            Rounded(Packed) + Rounded(Hidden) + Rounded(Cell) + Rounded(LaneHidden) + Rounded(LaneCell) + Rounded(LaneInputMasks)
            + Rounded(LaneHiddenMasks) + Rounded(Side)
            + Math.Max(
                Rounded(Masked) + Rounded(Keys),
                Rounded(Rests) + Rounded(Weights) + Rounded(Sums) + Rounded(MaskedRows))));

    private int Rows => checked(Batch * Steps);

    // The memory of one step for each lane, and the gaps between blocks.
    private int Slots => SequenceOrder.MostSlots(Batch);

    // Without a backward all steps of a block use the memory of one.
    private int StepRows => Math.Max(Rows, Slots);

    private int MaskRows => Options.DropoutPerStep ? Rows : Batch;

    /// <summary>Takes the next piece, whole cache lines.</summary>
    public static Span<T> Cut<T>(scoped ref Span<T> memory, int length)
    {
        Span<T> piece = memory[..length];
        memory = memory[Rounded(length)..];
        return piece;
    }

    private static int Rounded(int length) => checked(length + 15) / 16 * 16;

    private bool HasLaneMasks(double rate) => rate > 0 && !Options.DropoutPerStep;
}
