using System.Numerics;

namespace Engine.Kernels;

/// <summary>What a recurrent cell computes at one step, for some rows of a block.</summary>
internal interface IRecurrentCell<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>From the inputs and the states before the step to the gates and the states after it.</summary>
    void Forward(in RecurrentStep<T> step);

    /// <summary>
    /// From the gradients of the states after the step to those of the gates' arguments and of the states before the step.
    /// </summary>
    void Backward(in RecurrentStep<T> step);

    /// <summary>The gradient of the step's input, [rows, inputs], from those of the gates' arguments; overwritten.</summary>
    void InputGradient(in RecurrentStep<T> step, Span<T> gradient);
}
