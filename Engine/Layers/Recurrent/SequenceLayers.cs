using System.Globalization;

namespace Engine.Layers;

/// <summary>How the layers for sequences, but for the recurrent ones, are made again from a file.</summary>
internal static class SequenceLayers
{
    public static void AddTo(LayerCatalog catalog)
    {
        catalog.Add("Embedding", c => new Embedding(
            c.WholeNumber("input_dim"),
            c.WholeNumber("output_dim"),
            c.Initializer("embeddings_initializer"),
            c.Regularizer("embeddings_regularizer"),
            c.Constraint("embeddings_constraint"),
            c.Flag("mask_zero")));
        catalog.Add("Masking", c => new Masking(c.Number("mask_value")));
        catalog.Add("RepeatVector", c => new RepeatVector(c.WholeNumber("count")));
        catalog.Add("Permute", c => new Permute(c.WholeNumbers("dims")));
        catalog.Add("TimeDistributed", c => new TimeDistributed(c.Layer("layer")));
        catalog.Add("Bidirectional", c => new Bidirectional(
            c.Layer("layer"), c.Choice<MergeMode>("merge_mode"), c.Layer("backward_layer")));
        catalog.Add("Attention", c => new Attention(
            c.Flag("use_scale"), c.Number("dropout"), c.Flag("use_causal_mask"), SeedOf(c)));
        catalog.Add("AdditiveAttention", c => new AdditiveAttention(
            c.Flag("use_scale"), c.Number("dropout"), c.Flag("use_causal_mask"), SeedOf(c)));
        catalog.Add("MultiHeadAttention", c => new MultiHeadAttention(
            c.WholeNumber("num_heads"),
            c.WholeNumber("key_dim"),
            c.WholeNumber("value_dim"),
            c.Number("dropout"),
            c.Flag("use_bias"),
            c.Has("output_dim") ? c.WholeNumber("output_dim") : null,
            c.Initializer("kernel_initializer"),
            c.Initializer("bias_initializer"),
            c.Regularizer("kernel_regularizer"),
            c.Regularizer("bias_regularizer"),
            c.Constraint("kernel_constraint"),
            c.Constraint("bias_constraint"),
            c.Flag("use_causal_mask"),
            SeedOf(c)));
    }

    private static ulong? SeedOf(LayerConfiguration configuration) => configuration.Has("seed")
        ? ulong.Parse(configuration.Text("seed"), CultureInfo.InvariantCulture)
        : null;
}
