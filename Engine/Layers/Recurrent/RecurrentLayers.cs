namespace Engine.Layers;

/// <summary>How the recurrent layers are made again from a file.</summary>
internal static class RecurrentLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        catalog.Add("LSTM", c => new LSTM(
            c.WholeNumber("units"),
            c.Activation("activation"),
            c.Activation("recurrent_activation"),
            c.Flag("use_bias"),
            c.Initializer("kernel_initializer"),
            c.Initializer("recurrent_initializer"),
            c.Initializer("bias_initializer"),
            c.Flag("unit_forget_bias"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("recurrent_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("recurrent_constraint"),
            c.Constraint("bias_constraint"),
            c.Number("dropout"),
            c.Number("recurrent_dropout"),
            MasksOf(c),
            c.Flag("dropout_per_step"),
            c.Number("zoneout"),
            c.Number("cell_zoneout"),
            SeedOf(c),
            c.Flag("return_sequences"),
            c.Flag("return_state"),
            c.Flag("go_backwards"),
            c.Flag("zero_output_for_mask"),
            WholeNumberOrNull(c, "truncation"),
            c.Flag("stateful"),
            WholeNumberOrNull(c, "batch")));
        catalog.Add("LayerNormalizedLSTM", c => new LayerNormalizedLSTM(
            c.WholeNumber("units"),
            c.Flag("use_bias"),
            c.Initializer("kernel_initializer"),
            c.Initializer("recurrent_initializer"),
            c.Initializer("bias_initializer"),
            c.Flag("unit_forget_bias"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("recurrent_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("recurrent_constraint"),
            c.Constraint("bias_constraint"),
            c.Number("dropout"),
            c.Number("recurrent_dropout"),
            c.Flag("dropout_per_step"),
            c.Number("zoneout"),
            c.Number("cell_zoneout"),
            SeedOf(c),
            c.Flag("return_sequences"),
            c.Flag("return_state"),
            c.Flag("go_backwards"),
            c.Flag("zero_output_for_mask"),
            WholeNumberOrNull(c, "truncation"),
            c.Flag("stateful"),
            WholeNumberOrNull(c, "batch"),
            c.Number("epsilon")));
        catalog.Add("GRU", c => new GRU(
            c.WholeNumber("units"),
            c.Activation("activation"),
            c.Activation("recurrent_activation"),
            c.Flag("use_bias"),
            c.Initializer("kernel_initializer"),
            c.Initializer("recurrent_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("recurrent_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("recurrent_constraint"),
            c.Constraint("bias_constraint"),
            c.Number("dropout"),
            c.Number("recurrent_dropout"),
            MasksOf(c),
            c.Flag("dropout_per_step"),
            c.Number("zoneout"),
            SeedOf(c),
            c.Flag("return_sequences"),
            c.Flag("return_state"),
            c.Flag("go_backwards"),
            c.Flag("zero_output_for_mask"),
            WholeNumberOrNull(c, "truncation"),
            c.Flag("stateful"),
            WholeNumberOrNull(c, "batch"),
            c.Flag("reset_after")));
        catalog.Add("SimpleRNN", c => new SimpleRNN(
            c.WholeNumber("units"),
            c.Activation("activation"),
            c.Flag("use_bias"),
            c.Initializer("kernel_initializer"),
            c.Initializer("recurrent_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("recurrent_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("recurrent_constraint"),
            c.Constraint("bias_constraint"),
            c.Number("dropout"),
            c.Number("recurrent_dropout"),
            c.Flag("dropout_per_step"),
            c.Number("zoneout"),
            SeedOf(c),
            c.Flag("return_sequences"),
            c.Flag("return_state"),
            c.Flag("go_backwards"),
            c.Flag("zero_output_for_mask"),
            WholeNumberOrNull(c, "truncation"),
            c.Flag("stateful"),
            WholeNumberOrNull(c, "batch")));
    }

    private static DropoutMasks MasksOf(LayerConfiguration configuration)
    {
        string name = configuration.Text("dropout_masks");
        return Enum.TryParse(name, out DropoutMasks masks) ? masks : throw new InvalidDataException(
            $"dropout_masks: expected KerasDefault, Tied or PerGate, got '{name}'.");
    }

    private static ulong? SeedOf(LayerConfiguration configuration) => configuration.Has("seed")
        ? ulong.Parse(configuration.Text("seed"), System.Globalization.CultureInfo.InvariantCulture)
        : null;

    private static int? WholeNumberOrNull(LayerConfiguration configuration, string name) =>
        configuration.Has(name) ? configuration.WholeNumber(name) : null;
}
