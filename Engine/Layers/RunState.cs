namespace Engine.Layers;

/// <summary>What all nodes of one executor share during a call: what changes from step to step.</summary>
internal sealed class RunState
{
    private double _penalty;

    /// <summary>The number of samples in this call.</summary>
    public int Batch { get; set; }

    public Phase Phase { get; set; }

    public int Threads { get; set; } = 1;

    /// <summary>The seed of the masks: Fit's, or the Monte Carlo run's.</summary>
    public ulong Seed { get; set; }

    /// <summary>The step of the model's life, or the number of the Monte Carlo sample.</summary>
    public ulong Step { get; set; }

    /// <summary>The random key of each row; empty means that row r has key r.</summary>
    public ReadOnlyMemory<uint> RowKeys { get; set; }

    /// <summary>True during backward: values that a layer does not say it reads are then hidden from it.</summary>
    public bool IsBackward { get; set; }

    /// <summary>The addresses of all values' memory, by storage.</summary>
    public nint[] Storages { get; init; } = [];

    /// <summary>The penalties that layers added in this step's forward.</summary>
    public double Penalty => _penalty;

    public void AddPenalty(double value) => _penalty += value;

    public void ClearPenalty() => _penalty = 0;
}
