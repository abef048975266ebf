using Engine.Layers;

namespace Engine.Tests.Layers;

/// <summary>
/// Numbers of an independent program in plain Python, by the formulas that Keras documents; Keras itself computed none of them. See
/// make_recurrent_numbers.py, beside this file, which prints them.
/// </summary>
public class RecurrentGoldenTests
{
    private const int Steps = 4, Features = 2, Units = 3;

    // Outputs of all steps, then the final states.
    private static readonly Dictionary<string, double[]> s_numbers = new()
    {
        ["lstm forwards"] =
        [
            -0.294703897959575, 0.192384142415374, 0.161409017165853, -0.294703897959575, 0.192384142415374,
            0.161409017165853, -0.175289710554033, -0.0342090218933628, 0.111730935952513, -0.317237847299017,
            -9.51334538317236e-05, 0.0868341901684697, -0.317237847299017, -9.51334538317236e-05, 0.0868341901684697,
            -0.516321462960799, -0.000508182722315675, 0.510335612117355,
        ],
        ["gru forwards"] =
        [
            -0.938619544728229, -0.0904061432025982, 0.961212940046411, -0.938619544728229, -0.0904061432025982,
            0.961212940046411, -0.904536099515309, -0.449179274643591, 0.803968061004622, -0.67213502716702,
            -0.0133210611183746, 0.750369302491368, -0.67213502716702, -0.0133210611183746, 0.750369302491368,
        ],
        ["gru, reset before forwards"] =
        [
            -0.947183422777828, 0.439378749462661, 0.969177341832788, -0.947183422777828, 0.439378749462661,
            0.969177341832788, -0.846740593819687, -0.0131079262514166, 0.79251978200363, -0.545848801234081,
            0.272208540660263, 0.755329990628801, -0.545848801234081, 0.272208540660263, 0.755329990628801,
        ],
        ["simple forwards"] =
        [
            -0.721611909415073, -0.976189571859635, -0.264577723603652, -0.721611909415073, -0.976189571859635,
            -0.264577723603652, 0.761052556787961, -0.791212314436764, -0.917605184970956, 0.364378129974864,
            -0.864528607272106, -0.794422543653578, 0.364378129974864, -0.864528607272106, -0.794422543653578,
        ],
        ["lstm backwards"] =
        [
            -0.310141877324204, 0.120068142664657, 0.115809526469848, -0.186844331483374, 0.0550291439512095,
            0.136985327253422, -0.186844331483374, 0.0550291439512095, 0.136985327253422, -0.319843784084055,
            -0.0171621034810824, 0.109615736397801, -0.319843784084055, -0.0171621034810824, 0.109615736397801,
            -0.52997656763135, -0.0399475506646671, 0.372287214756702,
        ],
        ["gru backwards"] =
        [
            -0.670137132271825, 0.0564810596727472, 0.743297048198352, -0.743622696170822, -0.545711543015577,
            0.729085578254079, -0.743622696170822, -0.545711543015577, 0.729085578254079, -0.894803572227122,
            -0.0333494327010397, 0.87437493571845, -0.894803572227122, -0.0333494327010397, 0.87437493571845,
        ],
        ["gru, reset before backwards"] =
        [
            -0.529263991579147, 0.26942063841581, 0.881974491345389, -0.649054474193243, -0.211604292137291,
            0.744135069797679, -0.649054474193243, -0.211604292137291, 0.744135069797679, -0.88934972178151,
            0.364621619401512, 0.841624583057265, -0.88934972178151, 0.364621619401512, 0.841624583057265,
        ],
        ["simple backwards"] =
        [
            -0.974523002481328, -0.979029881385951, 0.743725665602538, 0.380188545762563, -0.966736456089567,
            -0.903616277319423, 0.380188545762563, -0.966736456089567, -0.903616277319423, 0.876452699616478,
            -0.871651049984479, -0.969088983499235, 0.876452699616478, -0.871651049984479, -0.969088983499235,
        ],
    };

    [Test]
    public void OutputsAndStatesAreThoseOfPlainPythonByTheFormulasOfKeras(
        [Values("lstm", "gru", "gru, reset before", "simple")] string kind, [Values] bool backwards)
    {
        RecurrentLayer layer = kind switch
        {
            "lstm" => new LSTM(Units, returnSequences: true, returnState: true, goBackwards: backwards),
            "simple" => new SimpleRNN(Units, returnSequences: true, returnState: true, goBackwards: backwards),
            _ => new GRU(Units, returnSequences: true, returnState: true, goBackwards: backwards, resetAfter: kind == "gru"),
        };
        int states = kind == "lstm" ? 2 : 1;
        Input sequence = new(Steps, Features), counts = new(Steps);
        Node[] initial = [.. Enumerable.Range(0, states).Select(_ => new Input(Units).Output)];
        Model model = new(
            [sequence, counts, .. initial], [.. layer.ApplyMany([new MaskBy().Apply(sequence, counts), .. initial])])
        {
            Precision = Precision.Double,
        };
        model.EnsureInitialized();
        Parameter[] parameters = [layer.Kernel!, layer.RecurrentKernel!, layer.Bias!];
        for (int p = 0; p < 3; p++)
        {
            parameters[p].SetValues<double>(Sines(parameters[p].Shape.Size, p + 1));
        }

        double[][] results = new LayerRun<double>(model, batch: 1, Phase.Inference).Forward(
            [Sines(Steps * Features, 4), [1, 0, 1, 1], .. Enumerable.Range(0, states).Select(k => Sines(Units, 5 + k))]);
        Assert.That(
            results.SelectMany(values => values),
            Is.EqualTo(s_numbers[$"{kind} {(backwards ? "backwards" : "forwards")}"]).Within(1e-14));
    }

    private static double[] Sines(int count, int shift) =>
        [.. Enumerable.Range(0, count).Select(i => Math.Sin((1.3 * i) + shift))];
}
