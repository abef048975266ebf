namespace Engine.Layers;

/// <summary>How far a unit's mean activation m is from the wanted one, ρ.</summary>
public enum SparsityDivergence
{
    /// <summary>For units from 0 to 1, such as logistic ones: ρ log(ρ/m) + (1 − ρ) log((1 − ρ)/(1 − m)).</summary>
    Bernoulli,

    /// <summary>For units without an upper bound, such as rectified linear ones: ρ log(ρ/m) − ρ + m.</summary>
    Poisson,
}
