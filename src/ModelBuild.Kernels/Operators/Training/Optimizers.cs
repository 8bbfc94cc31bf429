using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>One step of training by the optimizers of <c>ai.onnx.preview.training</c>, for any number of tensors.</summary>
/// <remarks>
/// Inputs are learning rate, number of earlier steps, then all tensors, then all gradients, then the state; outputs are the new tensors, then the new state.
/// </remarks>
public static unsafe class Optimizers
{
    /// <summary>AdaGrad of Duchi, Hazan and Singer: the state is the sum of the squared gradients.</summary>
    /// <param name="r">Learning rate.</param>
    /// <param name="t">Number of earlier steps.</param>
    /// <param name="inputs">Tensors, gradients, sums.</param>
    /// <param name="outputs">New tensors, new sums.</param>
    /// <param name="decayFactor">What the rate loses with the steps: <c>r / (1 + t * decay)</c>.</param>
    /// <param name="epsilon">Added to the root of the sums.</param>
    /// <param name="normCoefficient">Weight of the tensors in their gradients.</param>
    /// <exception cref="KernelException">The tensors do not come in threes of one shape.</exception>
    public static void Adagrad(
        TensorValue r, TensorValue t, ReadOnlySpan<TensorValue> inputs, [Output] ReadOnlySpan<TensorValue> outputs, float decayFactor = 0, float epsilon = 1e-6f, float normCoefficient = 0)
    {
        int count = Count(inputs, outputs, 3);
        double rate = RealNumbers.RealScalar(r, "The learning rate") / (1 + (RealNumbers.Scalar(t, "The number of steps") * (double)decayFactor));
        for (int n = 0; n < count; n++)
        {
            using var x = new RealInput<double>(inputs[n]);
            using var g = new RealInput<double>(inputs[count + n]);
            using var h = new RealInput<double>(inputs[(2 * count) + n]);
            using RealOutput<double> newX = Output(inputs[n], outputs[n]);
            using RealOutput<double> newH = Output(inputs[n], outputs[count + n]);
            for (long i = 0; i < x.Length; i++)
            {
                double gradient = (normCoefficient * x.Pointer[i]) + g.Pointer[i];
                double sum = h.Pointer[i] + (gradient * gradient);
                newH.Pointer[i] = sum;
                newX.Pointer[i] = x.Pointer[i] - (rate * gradient / (Math.Sqrt(sum) + epsilon));
            }

            newX.Commit();
            newH.Commit();
        }
    }

    /// <summary>Adam of Kingma and Ba: the state is the averages of the gradients and of their squares.</summary>
    /// <param name="r">Learning rate.</param>
    /// <param name="t">Number of earlier steps.</param>
    /// <param name="inputs">Tensors, gradients, averages, averages of squares.</param>
    /// <param name="outputs">New tensors, new averages, new averages of squares.</param>
    /// <param name="alpha">How much of the average is kept.</param>
    /// <param name="beta">How much of the average of squares is kept.</param>
    /// <param name="epsilon">Added to the root of the average of squares.</param>
    /// <param name="normCoefficient">Weight of the tensors in their gradients.</param>
    /// <param name="normCoefficientPost">Weight of the tensors that is taken off after the step.</param>
    /// <exception cref="KernelException">The tensors do not come in fours of one shape.</exception>
    public static void Adam(
        TensorValue r, TensorValue t, ReadOnlySpan<TensorValue> inputs, [Output] ReadOnlySpan<TensorValue> outputs, float alpha = 0.9f, float beta = 0.999f, float epsilon = 1e-6f,
        float normCoefficient = 0, float normCoefficientPost = 0)
    {
        int count = Count(inputs, outputs, 4);
        double rate = RealNumbers.RealScalar(r, "The learning rate");
        long steps = RealNumbers.Scalar(t, "The number of steps");
        if (steps > 0)
        {
            rate *= Math.Sqrt(1 - Math.Pow(beta, steps)) / (1 - Math.Pow(alpha, steps));
        }

        for (int n = 0; n < count; n++)
        {
            using var x = new RealInput<double>(inputs[n]);
            using var g = new RealInput<double>(inputs[count + n]);
            using var v = new RealInput<double>(inputs[(2 * count) + n]);
            using var h = new RealInput<double>(inputs[(3 * count) + n]);
            using RealOutput<double> newX = Output(inputs[n], outputs[n]);
            using RealOutput<double> newV = Output(inputs[n], outputs[count + n]);
            using RealOutput<double> newH = Output(inputs[n], outputs[(2 * count) + n]);
            for (long i = 0; i < x.Length; i++)
            {
                double gradient = (normCoefficient * x.Pointer[i]) + g.Pointer[i];
                double average = (alpha * v.Pointer[i]) + ((1.0 - alpha) * gradient);
                double squares = (beta * h.Pointer[i]) + ((1.0 - beta) * gradient * gradient);
                newV.Pointer[i] = average;
                newH.Pointer[i] = squares;
                newX.Pointer[i] = (1.0 - normCoefficientPost) * (x.Pointer[i] - (rate * average / (Math.Sqrt(squares) + epsilon)));
            }

            newX.Commit();
            newV.Commit();
            newH.Commit();
        }
    }

    /// <summary>Gradient descent with momentum: the state is the running sum of the gradients.</summary>
    /// <param name="r">Learning rate.</param>
    /// <param name="t">Number of earlier steps.</param>
    /// <param name="inputs">Tensors, gradients, sums.</param>
    /// <param name="outputs">New tensors, new sums.</param>
    /// <param name="alpha">How much of the sum is kept.</param>
    /// <param name="beta">How much of a gradient enters it, from the second step on.</param>
    /// <param name="mode">"standard" or "nesterov".</param>
    /// <param name="normCoefficient">Weight of the tensors in their gradients.</param>
    /// <exception cref="KernelException">The tensors do not come in threes of one shape.</exception>
    public static void Momentum(
        TensorValue r, TensorValue t, ReadOnlySpan<TensorValue> inputs, [Output] ReadOnlySpan<TensorValue> outputs, float alpha, float beta, string mode, float normCoefficient)
    {
        int count = Count(inputs, outputs, 3);
        double rate = RealNumbers.RealScalar(r, "The learning rate");
        double weight = RealNumbers.Scalar(t, "The number of steps") > 0 ? beta : 1;
        bool nesterov = mode switch
        {
            "standard" => false,
            "nesterov" => true,
            _ => throw new KernelException($"Momentum has no mode '{mode}'."),
        };
        for (int n = 0; n < count; n++)
        {
            using var x = new RealInput<double>(inputs[n]);
            using var g = new RealInput<double>(inputs[count + n]);
            using var v = new RealInput<double>(inputs[(2 * count) + n]);
            using RealOutput<double> newX = Output(inputs[n], outputs[n]);
            using RealOutput<double> newV = Output(inputs[n], outputs[count + n]);
            for (long i = 0; i < x.Length; i++)
            {
                double gradient = (normCoefficient * x.Pointer[i]) + g.Pointer[i];
                double sum = (alpha * v.Pointer[i]) + (weight * gradient);
                newV.Pointer[i] = sum;
                newX.Pointer[i] = x.Pointer[i] - (rate * (nesterov ? gradient + (alpha * sum) : sum));
            }

            newX.Commit();
            newV.Commit();
        }
    }

    private static int Count(ReadOnlySpan<TensorValue> inputs, ReadOnlySpan<TensorValue> outputs, int parts)
    {
        int count = inputs.Length / parts;
        if (inputs.Length % parts != 0 || outputs.Length != count * (parts - 1))
        {
            throw new KernelException($"An optimizer of {parts} tensors each got {inputs.Length} and gives {outputs.Length}.");
        }

        for (int i = count; i < inputs.Length; i++)
        {
            if (!inputs[i].Shape.SequenceEqual(inputs[i % count].Shape))
            {
                throw new KernelException($"An optimizer can't change {inputs[i % count]} by {inputs[i]}.");
            }
        }

        return count;
    }

    private static RealOutput<double> Output(TensorValue like, TensorValue output)
    {
        output.Resize(like.ElementType, like.Shape);
        return new RealOutput<double>(output);
    }
}
