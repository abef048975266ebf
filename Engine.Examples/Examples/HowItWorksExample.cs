using System.Diagnostics;
using System.Numerics.Tensors;
using Engine.Layers;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>Section 2 of the guide: what dropout does to numbers, measured and set against theory.</summary>
internal sealed class HowItWorksExample : Example
{
    private const double Rate = 0.5;
    private const int Rows = 100, Columns = 20;
    private const int ShownColumns = 8;
    private const int ShownRows = 30;
    private const string DroppedTitle = "Feature (white: dropped)";
    private const int PointsShown = 300;

    private static readonly double[] s_rates = [0.1, 0.3, 0.5, 0.8];

    public override string Name => "how-it-works";

    public override string Summary => "Shows on random numbers what dropout does: expected value, variance, and the two ways to scale.";

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        ulong dataSeed = context.Seed ?? 1, maskSeed = (context.Seed ?? 1) + 1;
        int masks = context.Quick ? 200 : 2000;
        TextWriter output = context.Output;

        Tensor<float> x = RandomTensor.Normal([Rows, Columns], dataSeed);
        Tensor<float> inverted = Dropout.Apply(x, Rate, maskSeed);
        Tensor<float> classic = Tensor.Multiply(inverted, (float)(1 - Rate));       // the same mask, survivors as they were

        output.WriteLine(
            $"Dropout.Apply(x, rate: {Text.Fixed(Rate, 1)}) on normal numbers of [{Rows}, {Columns}]; the first {ShownColumns} of row 0:");
        PrintRow(output, "x", x);
        PrintRow(output, "y", inverted);
        output.WriteLine(
            $"Half of the numbers are 0, and the survivors have grown by 1 / (1 − rate) = {Text.Fixed(1 / (1 - Rate), 0)}: "
            + "the next layer's sums keep their size.");

        var result = new ExampleResult();
        output.WriteLine();
        MeasureRates(context, x, masks, maskSeed, result);
        output.WriteLine();
        double[] means = MeasureForms(context, x, masks, maskSeed, result);

        context.Save(
            Chart.SideBySide(
                Chart.HeatMap(FirstRows(x), "Input x", "Sample", "Feature"),
                Chart.HeatMap(BlankDropped(FirstRows(inverted)), "Inverted: mask · x / (1 − rate)", "Sample", DroppedTitle),
                Chart.HeatMap(BlankDropped(FirstRows(classic)), "Classic: mask · x", "Sample", DroppedTitle)),
            "masks.png",
            800,
            480);
        SaveMeans(context, x, means, masks);
        result.Settings.AddRange([("rate", Rate), ("rows", Rows), ("columns", Columns), ("masks", masks)]);
        result.Seeds.AddRange([("data", dataSeed), ("first_mask", maskSeed)]);
        result.Seconds = watch.Elapsed.TotalSeconds;
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    private static void PrintRow(TextWriter output, string name, Tensor<float> values)
    {
        IEnumerable<string> cells = Enumerable.Range(0, ShownColumns).Select(column => Text.Fixed(values[0, column], 3).PadLeft(7));
        output.WriteLine($"  {name} = {string.Join(' ', cells)} ...");
    }

    // y / x is 0 or 1 / (1 − rate): its mean over elements and masks is 1 and its variance rate / (1 − rate), whatever x is.
    private static void MeasureRates(ExampleContext context, Tensor<float> x, int masks, ulong maskSeed, ExampleResult result)
    {
        var table = new ResultTable(
            ("rate", ColumnAlignment.Right),
            ("dropped", ColumnAlignment.Right),
            ("mean of y/x", ColumnAlignment.Right),
            ("theory", ColumnAlignment.Right),
            ("variance of y/x", ColumnAlignment.Right),
            ("theory", ColumnAlignment.Right),
            ("off, in standard errors", ColumnAlignment.Right))
        {
            Title = "The expected value is kept; the price is variance "
                + $"({Text.Count(masks)} masks of {Text.Count(x.FlattenedLength)} elements):",
        };
        foreach (double rate in s_rates)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            Moments moments = Moments.Of(x, rate, masks, maskSeed);
            double theory = rate / (1 - rate);
            double errors = (moments.Mean - 1) / Math.Sqrt(theory / moments.Count);
            table.AddRow(
                Text.Fixed(rate, 1),
                Text.Percent(moments.DroppedShare),
                Text.Fixed(moments.Mean, 4),
                "1",
                Text.Fixed(moments.Variance, 4),
                Text.Fixed(theory, 4),
                errors.ToString("+0.0;−0.0", System.Globalization.CultureInfo.InvariantCulture));
            string suffix = $"at_{Text.Fixed(rate, 1)}";
            result.Metrics.AddRange(
            [
                ($"dropped_share_{suffix}", moments.DroppedShare),
                ($"mean_ratio_{suffix}", moments.Mean),
                ($"variance_ratio_{suffix}", moments.Variance),
                ($"variance_theory_{suffix}", theory),
            ]);
        }

        context.Print(table);
    }

    // Classic dropout leaves survivors as they are and multiplies by (1 − rate) at inference; scaled nowhere, training and
    // inference disagree. Returns each element's mean over the masks in the inverted form.
    private static double[] MeasureForms(ExampleContext context, Tensor<float> x, int masks, ulong maskSeed, ExampleResult result)
    {
        double[] means = MeanOverMasks(x, masks, maskSeed, context.Cancellation);
        double inTraining = Slope(x, means), keep = 1 - Rate;
        (string Name, string Key, double Training, double Inference, string Work)[] forms =
        [
            ("inverted", "inverted", inTraining, 1, "nothing"),
            ("classic", "classic", inTraining * keep, keep, "multiply by 1 − rate"),
            ("not scaled", "unscaled", inTraining * keep, 1, "nothing, and wrong"),
        ];
        var table = new ResultTable(
            ("form", ColumnAlignment.Left),
            ("in training, mean of y/x", ColumnAlignment.Right),
            ("at inference, y/x", ColumnAlignment.Right),
            ("work at inference", ColumnAlignment.Left))
        {
            Title = $"Classic against inverted scaling, at rate {Text.Fixed(Rate, 1)}:",
        };
        foreach ((string name, string key, double training, double inference, string work) in forms)
        {
            table.AddRow(name, Text.Fixed(training, 4), Text.Fixed(inference, 4), work);
            result.Metrics.AddRange([($"{key}_training_ratio", training), ($"{key}_inference_ratio", inference)]);
        }

        context.Print(table);
        context.Say(
            "Both forms hand the next layer what it was trained on. The inverted one, which this library uses, leaves inference alone.");
        return means;
    }

    private static double[] MeanOverMasks(Tensor<float> x, int masks, ulong maskSeed, CancellationToken cancellation)
    {
        double[] means = new double[x.FlattenedLength];
        float[] values = new float[means.Length];
        for (int mask = 0; mask < masks; mask++)
        {
            cancellation.ThrowIfCancellationRequested();
            Dropout.Apply(x, Rate, maskSeed + (ulong)mask).FlattenTo(values);
            for (int i = 0; i < means.Length; i++)
                means[i] += values[i] / (double)masks;
        }

        return means;
    }

    // The slope of the line through the origin that fits the means best.
    private static double Slope(Tensor<float> x, double[] means)
    {
        double[] inputs = Flatten(x);
        return TensorPrimitives.Dot(inputs, means) / TensorPrimitives.SumOfSquares(inputs);
    }

    private static void SaveMeans(ExampleContext context, Tensor<float> x, double[] means, int masks)
    {
        double[] inputs = Flatten(x)[..PointsShown], inverted = means[..PointsShown];
        double[] classic = [.. inverted.Select(mean => mean * (1 - Rate))];
        double end = Math.Ceiling(inputs.Max(Math.Abs));
        context.Save(
            Chart.SideBySide(
                Chart.Lines($"Inference, rate {Text.Fixed(Rate, 1)}", "Input x", "Output y",
                    ("inverted: y = x", [-end, end], [-end, end]),
                    ("classic: y = (1 − rate) · x", [-end, end], [-end * (1 - Rate), end * (1 - Rate)])),
                Chart.Scatter($"Training: mean of {Text.Count(masks)} masks", "Input x", "Mean output y",
                    ("inverted: mask · x / (1 − rate)", inputs, inverted),
                    ("classic: mask · x", inputs, classic))),
            "expected-value.png",
            800,
            480);
    }

    private static Tensor<float> FirstRows(Tensor<float> x) => x.Slice(..ShownRows, ..);

    // What is not a number stays white in a heat map.
    private static Tensor<float> BlankDropped(Tensor<float> y)
    {
        float[] values = new float[y.FlattenedLength];
        y.FlattenTo(values);
        return Tensor.Create(Array.ConvertAll(values, value => value == 0 ? float.NaN : value), y.Lengths);
    }

    private static double[] Flatten(Tensor<float> x)
    {
        float[] values = new float[x.FlattenedLength];
        x.FlattenTo(values);
        return Array.ConvertAll(values, value => (double)value);
    }

    /// <summary>What the ratio of output to input does over many masks.</summary>
    private readonly record struct Moments(long Count, double DroppedShare, double Mean, double Variance)
    {
        public static Moments Of(Tensor<float> x, double rate, int masks, ulong maskSeed)
        {
            double[] inputs = Flatten(x);
            float[] values = new float[inputs.Length];
            long count = 0, dropped = 0;
            double sum = 0, squares = 0;
            for (int mask = 0; mask < masks; mask++)
            {
                Dropout.Apply(x, rate, maskSeed + (ulong)mask).FlattenTo(values);
                for (int i = 0; i < values.Length; i++)
                {
                    if (inputs[i] == 0)
                        continue;       // says nothing about its mask
                    double ratio = values[i] / inputs[i];
                    count++;
                    dropped += ratio == 0 ? 1 : 0;
                    sum += ratio;
                    squares += ratio * ratio;
                }
            }

            double mean = sum / count;
            return new Moments(count, (double)dropped / count, mean, (squares / count) - (mean * mean));
        }
    }
}
