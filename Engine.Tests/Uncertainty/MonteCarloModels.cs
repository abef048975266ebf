using Engine.Layers;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Uncertainty;

/// <summary>Small models that draw, and layers that do so in ways of their own.</summary>
internal static class MonteCarloModels
{
    /// <summary>Long sums, so that the way of a product would show.</summary>
    public static Sequential Classifier(double rate = 0.5) => new(
        new Input(37), new Dense(600, ReLU), new Dropout(rate), new Dense(11, ReLU), new Dropout(rate), new Dense(3, Softmax))
    { Seed = 4 };

    public static Sequential Regression(int outputs = 1) => new(
        new Input(37), new Dropout(0.2), new Dense(50, ReLU), new Dropout(0.3), new Dense(outputs))
    { Seed = 4 };

    public static Sequential Convolutional() => new(
        new Input(9, 8, 2), new Conv2D(5, (3, 3), ReLU), new SpatialDropout2D(0.4), new DropBlock2D(3, 0.2),
        new BatchNormalization(), new Flatten(), new Dropout(0.3, noiseShape: [null, null]), new Dense(4, Sigmoid))
    { Seed = 4 };

    /// <summary>
    /// A convolution for which a large batch would repay another way than a small one: see <c>ConvolutionChoiceTests</c>.
    /// </summary>
    public static Sequential Wide() => new(
        new Input(6, 6, 16), new SpatialDropout2D(0.3), new Conv2D(32, (3, 3), padding: Padding.Same), new GlobalAveragePooling2D(),
        new Dense(4, Sigmoid))
    { Seed = 4 };

    /// <summary>One mask for all rows of a batch: its samples cannot share one.</summary>
    public static Sequential OneMaskForAll() => new(
        new Input(37), new Dense(20, ReLU), new Dropout(0.5, noiseShape: [1, null]), new Dense(3, Softmax))
    { Seed = 4 };

    /// <summary>
    /// All of the family that draw by row, a layer inside a layer among them; but for those of images, which are in
    /// <see cref="Convolutional"/>.
    /// </summary>
    public static Sequential Family() => new(
        new Input(37), new GaussianNoise(0.1), new ConcreteDropout(new Dense(20, ReLU), initialRate: 0.3), new GaussianDropout(0.2),
        new AlphaDropout(0.1), new StochasticDepth(0.2), new Dropout(0.1), new Reshape(5, 4), new FeatureAlphaDropout(0.2),
        new SpatialDropout1D(0.1), new AlphaDropout(0.1, noiseShape: [null, 1, null]), new Reshape(5, 1, 2, 2),
        new SpatialDropout3D(0.1), new Flatten(), new Dense(3, Softmax))
    { Seed = 4 };

    /// <summary>A mask of weights, and one that a batch shares: without regard to rows.</summary>
    public static Sequential Weights() => new(
        new Input(37), new DropConnect(new Dense(20, ReLU), 0.5), new VariationalDropout(0.3), new Dense(3, Softmax))
    { Seed = 4 };

    /// <summary>Steps with a mask, which crosses the border; dropout inside a layer that sees each step as a row.</summary>
    public static Sequential Steps() => new(
        new Input(8, 4), new Masking(), new TimeDistributed(new Dense(6, ReLU)), new TimeDistributed(new Dropout(0.3)),
        new GlobalAveragePooling1D(), new Dense(3, Softmax))
    { Seed = 4 };

    /// <summary>A recurrent layer with masks for a sequence, and for its steps.</summary>
    public static Sequential Recurrent() => new(
        new Input(5, 4), new LSTM(6, dropout: 0.3, recurrentDropout: 0.2, zoneout: 0.1), new Dense(3, Softmax))
    { Seed = 4 };

    /// <summary>Dropout of attention's weights.</summary>
    public static Model Attending()
    {
        Input input = new(5, 8);
        Node attended = new MultiHeadAttention(2, 4, dropout: 0.3).Apply(input, input);
        return new Model(input, new Dense(3, Softmax).Apply(new Flatten().Apply(attended))) { Seed = 4 };
    }

    /// <summary>A layer of one's own that knows nothing of rows.</summary>
    public static Sequential Own() => new(new Input(37), new Dense(20, ReLU), new OwnDropout(), new Dense(3, Softmax))
    { Seed = 4 };

    /// <summary>Two ways that meet again, one without a draw.</summary>
    public static Model Branched()
    {
        Input input = new(37);
        Node left = new Dropout(0.5).Apply(new Dense(12, ReLU).Apply(input));
        Node right = new Dense(12, Tanh).Apply(input);
        return new Model(input, new Dense(3, Softmax).Apply(new Add().Apply(left, right))) { Seed = 4 };
    }

    /// <summary>Multiplies by 0 or 2, by a number for each element of the batch.</summary>
    internal sealed class OwnDropout : SimpleLayer
    {
        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        {
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = pass.IsStochastic && pass.Random.Uniform(i) < 0.5 ? T.Zero : x[i] * T.CreateChecked(2);
            }
        }

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            throw new NotSupportedException();

        protected override Shape Build(Shape input, ParameterFactory parameters) => input;
    }

    /// <summary>Adds noise to what is negative only: whether it draws at all depends on the data.</summary>
    internal sealed class NoiseOnNegatives : SimpleLayer
    {
        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        {
            for (int i = 0; i < x.Length; i++)
            {
                y[i] = pass.IsStochastic && x[i] < T.Zero ? x[i] * T.CreateChecked(pass.Random.Uniform(i)) : x[i];
            }
        }

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            throw new NotSupportedException();

        protected override Shape Build(Shape input, ParameterFactory parameters) => input;
    }

    /// <summary>Passes everything on and counts the samples that passed.</summary>
    internal sealed class Counter : SimpleLayer
    {
        private int _count;

        public int Count => _count;

        public override void Forward<T>(ReadOnlySpan<T> x, Span<T> y, in Pass<T> pass)
        {
            Interlocked.Add(ref _count, pass.Batch);
            x.CopyTo(y);
        }

        public override void Backward<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, in Pass<T> pass) =>
            throw new NotSupportedException();

        protected override Shape Build(Shape input, ParameterFactory parameters) => input;
    }
}
