using System.CommandLine;
using System.Diagnostics;
using Engine.Callbacks;
using Engine.Data;
using Engine.Layers;
using Engine.Losses;
using Engine.Optimizers;
using Engine.Visualization;

namespace Engine.Examples;

/// <summary>
/// Sections 9 and 10 of the guide on a real series: sunspot numbers, forecast years ahead by an LSTM with dropout, with Monte
/// Carlo intervals around the forecast; beside forecasts that need no network.
/// </summary>
internal sealed class ForecastExample : Example
{
    private const int Window = 33, Cycle = 11, Order = 9, Units = 16, Batch = 32;

    // The validation years hold the highest cycle of all: what noise they show should not be that of calm centuries.
    private const double ValidationSplit = 0.12, TestSplit = 0.15;

    // Of a normal distribution, how many deviations to each side hold the share.
    private static readonly (double Share, double Deviations)[] s_intervals = [(0.5, 0.6745), (0.9, 1.6449)];

    private static readonly Option<int> s_horizon = ExampleOption.Number("--horizon", "how many years ahead", 1, 11, 5);
    private static readonly Option<double> s_rate = ExampleOption.Number("--rate", "the dropout rate", 0.01, 0.9, 0.5);

    public override string Name => "forecast";

    public override string Summary =>
        "Forecasts sunspot numbers with an LSTM, and says by Monte Carlo dropout how far to trust it.";

    public override IReadOnlyList<Option> Options => [s_horizon, s_rate];

    public override int Run(ExampleContext context)
    {
        var watch = Stopwatch.StartNew();
        int horizon = context.Get(s_horizon);
        double rate = context.Get(s_rate);
        int epochs = context.Epochs ?? (context.Quick ? 60 : 500), samples = context.Quick ? 50 : 500;
        ulong weightSeed = context.Seed ?? 42, fitSeed = context.Seed ?? 7;
        var sunspots = Sunspots.Load();
        WindowedSeries data = TimeSeries.Windows(
            sunspots.Roots, Window, horizon, validationSplit: ValidationSplit, testSplit: TestSplit);
        Describe(context, sunspots, data);

        Model model = CreateModel(horizon, rate, weightSeed);
        context.Output.WriteLine(model.Summary());
        model.Compile(new Adam(2e-3), Loss.MeanSquaredError());
        History history = model.Fit(data.Train, new FitOptions
        {
            Epochs = epochs,
            BatchSize = Batch,
            ValidationData = data.Validation,
            Seed = fitSeed,
            DegreeOfParallelism = context.DegreeOfParallelism,
            CancellationToken = context.Cancellation,
            Callbacks = [new EarlyStopping("val_loss", patience: 60) { RestoreBestWeights = true }, context.NewProgress()],
        });

        var validation = ForecastSamples.Draw(model, data, data.Validation!, data.ValidationStart, samples, fitSeed, context);
        var test = ForecastSamples.Draw(model, data, data.Test!, data.TestStart, samples, fitSeed, context);
        double[] noise = validation.NoiseOf(sunspots.Roots);
        var result = new ExampleResult();
        PrintErrors(context, sunspots, test, horizon, result);
        PrintCoverage(context, sunspots, test, noise, horizon, result);
        foreach (int lead in new[] { 1, horizon }.Distinct())
            SaveForecast(context, sunspots, test, noise, lead);

        result.Settings.AddRange(
        [
            ("data", "yearly sunspot numbers"), ("window", Window), ("horizon", horizon), ("units", Units), ("rate", rate),
            ("epochs", epochs), ("epochs_trained", history["loss"].Count), ("batch_size", Batch), ("samples", samples),
            ("threads", context.DegreeOfParallelism),
        ]);
        result.Seeds.AddRange([("weights", weightSeed), ("fit", fitSeed)]);
        result.Seconds = watch.Elapsed.TotalSeconds;
        context.WriteResult(result);
        context.PrintFiles();
        return 0;
    }

    // Beside the LSTM a line through the window, without which a network cannot follow a series to heights it was not trained on:
    // Lai, Chang, Yang and Liu, "Modeling long- and short-term temporal patterns with deep neural networks", 2018, section 3.6.
    // Dropping the only feature of an input would drop all of it: so dropout acts on the states, and before the outputs.
    private static Model CreateModel(int horizon, double rate, ulong seed)
    {
        Node window = new Input(Window, 1);
        Node states = new LSTM(Units, recurrentDropout: rate).Apply(window);
        Node curved = new Dense(horizon).Apply(new Dropout(rate).Apply(states));
        Node straight = new Dense(horizon).Apply(new Flatten().Apply(new Cropping1D((Window - Order, 0)).Apply(window)));
        return new Model(window, new Add().Apply(curved, straight)) { Seed = seed };
    }

    private static (string, ColumnAlignment) Column(int lead) => ($"{lead} year{(lead > 1 ? "s" : "")}", ColumnAlignment.Right);

    private static void Describe(ExampleContext context, Sunspots sunspots, WindowedSeries data)
    {
        int last = sunspots.Year(sunspots.Numbers.Length - 1);
        int validation = sunspots.Year(data.ValidationStart), test = sunspots.Year(data.TestStart);
        context.Say(
            $"Data: sunspot numbers of {sunspots.FirstYear} to {last}. Trained until {validation - 1}, stopped by {validation} to "
            + $"{test - 1}, tested on {test} to {last}.");
        context.Say(
            $"The network sees {Window} years, about three cycles of the sun, and says the next {data.Horizon}.");
        context.Output.WriteLine();
    }

    private static void PrintErrors(
        ExampleContext context, Sunspots sunspots, ForecastSamples test, int horizon, ExampleResult result)
    {
        float[] series = sunspots.Numbers;
        double mean = series.Take(test.TrainEnd).Average();
        (string Name, string Key, Func<int, int, double> Forecast)[] forecasts =
        [
            ("LSTM with dropout, mean of the samples", "lstm", test.Mean),
            (
                $"autoregression on {Order} years",
                "autoregression",
                ForecastBaselines.Autoregression(sunspots.Roots, test.TrainEnd, Order, horizon)),
            ("the last year again", "persistence", ForecastBaselines.Persistence(series)),
            ($"the year {Cycle} years before", "cycle", ForecastBaselines.Cycle(series, Cycle)),
            ("the mean of the training years", "mean", (_, _) => mean),
        ];
        int[] leads = [.. Enumerable.Range(1, horizon)];
        var table = new ResultTable(
        [
            ("forecast", ColumnAlignment.Left), .. leads.Select(Column),
        ]);
        List<(string, IReadOnlyList<double>, IReadOnlyList<double>)> lines = [];
        foreach ((string name, string key, Func<int, int, double> forecast) in forecasts)
        {
            double[] errors = [.. leads.Select(lead => test.Error(series, lead, forecast))];
            table.AddRow([name, .. errors.Select(error => Text.Fixed(error, 1))]);
            lines.Add((name, [.. leads.Select(lead => (double)lead)], errors));
            result.Metrics.AddRange(leads.Select(lead => ($"{key}_rmse_{lead}", errors[lead - 1])));
        }

        context.Output.WriteLine();
        context.Print(table);
        context.Say("Root mean square error on the years of the test, in sunspot numbers, by how far ahead it is.");
        double ratio = test.Error(series, 1, test.Mean) / test.Error(series, 1, forecasts[1].Forecast);
        context.Say(ratio > 1
            ? $"One year ahead the line is better than the network by {Text.Percent(1 - (1 / ratio), 0)}: "
                + "two centuries are few numbers."
            : $"One year ahead the network is better than the line by {Text.Percent(1 - ratio, 0)}.");
        if (horizon > 1)
        {
            context.Save(
                Chart.Lines("Error by how far ahead", "Years ahead", "Root mean square error (sunspot number)", [.. lines])
                    .WithYRange(0, 1.05 * lines.Max(line => line.Item3.Max())),
                "error-by-lead.png");
        }
    }

    private static void PrintCoverage(
        ExampleContext context, Sunspots sunspots, ForecastSamples test, double[] noise, int horizon, ExampleResult result)
    {
        (string Name, string Key, double[] Noise)[] kinds =
            [("dropout and noise", "", noise), ("dropout alone", "_dropout_alone", new double[noise.Length])];
        int[] leads = [.. Enumerable.Range(1, horizon)];
        var table = new ResultTable(
            [("unseen years within the interval", ColumnAlignment.Left), .. leads.Select(Column), ("all", ColumnAlignment.Right)]);
        foreach ((double share, double deviations) in s_intervals)
        {
            foreach ((string name, string key, double[] one) in kinds)
            {
                double[] held = [.. leads.Select(lead => test.Coverage(sunspots.Numbers, lead, one, deviations))];
                string[] cells = [.. held.Append(held.Average()).Select(part => Text.Percent(part, 0))];
                table.AddRow([$"{100 * share:0} % interval, {name}", .. cells]);
                result.Metrics.AddRange(leads.Select(lead => ($"coverage_{100 * share:0}{key}_{lead}", held[lead - 1])));
                result.Metrics.Add(($"coverage_{100 * share:0}{key}", held.Average()));
            }
        }

        context.Output.WriteLine();
        context.Print(table);
        context.Say(
            "Noise is what the errors of the validation years have more than the samples of dropout explain.");
    }

    private static void SaveForecast(ExampleContext context, Sunspots sunspots, ForecastSamples test, double[] noise, int lead)
    {
        int[] steps = [.. test.Steps(lead)];
        double[] years = [.. steps.Select(step => (double)sunspots.Year(step))];
        (double, IReadOnlyList<double>, IReadOnlyList<double>)[] intervals =
        [
            .. s_intervals.Select(interval => (
                interval.Share,
                (IReadOnlyList<double>)[.. steps.Select(step => test.Edge(step, lead, noise, -interval.Deviations))],
                (IReadOnlyList<double>)[.. steps.Select(step => test.Edge(step, lead, noise, interval.Deviations))])),
        ];
        (double share, double widest) = s_intervals[^1];
        double held = test.Coverage(sunspots.Numbers, lead, noise, widest);
        string ahead = lead == 1 ? "one year" : $"{lead} years";
        context.Save(
            Chart.Forecast(
                $"Sunspots, forecast {ahead} ahead: {Text.Percent(held, 0)} of the years within the {100 * share:0} % interval",
                "Year",
                "Sunspot number",
                (years, [.. steps.Select(step => (double)sunspots.Numbers[step])]),
                (years, [.. steps.Select(step => test.Mean(step, lead))]),
                intervals),
            $"forecast-{lead}.png");
    }
}
