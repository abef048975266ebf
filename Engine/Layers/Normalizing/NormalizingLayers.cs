namespace Engine.Layers;

/// <summary>How the layers of normalization are made again from a file.</summary>
internal static class NormalizingLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        catalog.Add("BatchNormalization", c => new BatchNormalization(
            c.Number("momentum"),
            c.Number("epsilon"),
            c.Flag("center"),
            c.Flag("scale"),
            c.Initializer("beta_initializer"),
            c.Initializer("gamma_initializer"),
            c.Initializer("moving_mean_initializer"),
            c.Initializer("moving_variance_initializer"),
            c.Regularizer("beta_regularizer"),
            c.Regularizer("gamma_regularizer"),
            c.Constraint("beta_constraint"),
            c.Constraint("gamma_constraint")));
        catalog.Add("LayerNormalization", c => new LayerNormalization(
            c.WholeNumbers("axes"),
            c.Number("epsilon"),
            c.Flag("center"),
            c.Flag("scale"),
            c.Initializer("beta_initializer"),
            c.Initializer("gamma_initializer"),
            c.Regularizer("beta_regularizer"),
            c.Regularizer("gamma_regularizer"),
            c.Constraint("beta_constraint"),
            c.Constraint("gamma_constraint")));
        catalog.Add("GroupNormalization", c => new GroupNormalization(
            c.WholeNumber("groups"),
            c.Number("epsilon"),
            c.Flag("center"),
            c.Flag("scale"),
            c.Initializer("beta_initializer"),
            c.Initializer("gamma_initializer"),
            c.Regularizer("beta_regularizer"),
            c.Regularizer("gamma_regularizer"),
            c.Constraint("beta_constraint"),
            c.Constraint("gamma_constraint")));
        catalog.Add("UnitNormalization", c => new UnitNormalization(c.WholeNumbers("axes")));
    }
}
