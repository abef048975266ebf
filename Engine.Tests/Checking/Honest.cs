using Engine.Initializers;
using Engine.Layers;

namespace Engine.Tests.Checking;

/// <summary>y = w x², by the book: what the broken layers of these tests derive from.</summary>
internal class Honest : SimpleLayer
{
    protected Parameter? Weights { get; private set; }

    public override Reads BackwardReads => Reads.Input;

    public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
    {
        ReadOnlySpan<T> w = pass.Values(Weights!);
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = w[i % w.Length] * x[i] * x[i];
        }
    }

    // dx = 2 w x dy, dw = Σ x² dy over the batch
    public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass)
    {
        ReadOnlySpan<T> w = pass.Values(Weights!);
        Span<T> dw = pass.Gradient(Weights!);
        Clear(dw);
        for (int i = 0; i < dy.Length; i++)
        {
            if (!dw.IsEmpty)
            {
                dw[i % dw.Length] += x[i] * x[i] * dy[i];
            }

            if (!dx.IsEmpty)
            {
                dx[i] = T.CreateChecked(2) * w[i % w.Length] * x[i] * dy[i];
            }
        }
    }

    protected virtual void Clear<T>(Span<T> gradient) => gradient.Clear();

    protected override Shape Build(Shape input, ParameterFactory parameters)
    {
        Weights = parameters.Add("weights", input, Initializer.RandomUniform(1));
        return input;
    }
}
