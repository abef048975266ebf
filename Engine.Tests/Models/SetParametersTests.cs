using Engine.Layers;

namespace Engine.Tests.Models;

public sealed class SetParametersTests
{
    [Test]
    public void Values_are_converted_to_the_precision_of_the_model()
    {
        Sequential model = new(new Input(2), new Dense(3)) { Precision = Precision.Double };
        model.SetParameters(new Dictionary<Parameter, float[]>
        {
            [model.Parameters[0]] = [1, 2, 3, 4, 5, 0.1f],
            [model.Parameters[1]] = [7, 8, 9],
        });
        Assert.That(Samples.Weights<double>(model), Is.EqualTo((double[])[1, 2, 3, 4, 5, 0.1f, 7, 8, 9]));
    }

    [Test]
    public void Nothing_changes_where_one_does_not_fit()
    {
        Sequential model = new(new Input(2), new Dense(3)), other = new(new Input(2), new Dense(3) { Name = "else" });
        float[] before = Samples.Weights<float>(model);
        Assert.That(
            () => model.SetParameters(new Dictionary<Parameter, float[]>
            {
                [model.Parameters[0]] = new float[6],
                [model.Parameters[1]] = new float[2],
            }),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo("bias of dense (Dense): expected 3 values for the shape [3], got 2."));
        Assert.That(
            () => model.SetParameters(new Dictionary<Parameter, float[]>
            {
                [model.Parameters[0]] = new float[6],
                [other.Parameters[1]] = new float[3],
            }),
            Throws.ArgumentException.With.Message.StartsWith(
                "sequential (Sequential): expected parameters of this model, got bias of else (Dense)."));
        Assert.That(Samples.Weights<float>(model), Is.EqualTo(before));
    }
}
