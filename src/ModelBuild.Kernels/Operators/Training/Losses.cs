using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>ONNX's losses of classifications.</summary>
public static unsafe class Losses
{
    /// <summary>Stands for an absent <c>ignore_index</c>.</summary>
    public const long NoIndex = long.MinValue;

    private readonly record struct Sizes(long Batch, long Classes, long Inner);

    /// <summary>The negative log-likelihood of the right classes.</summary>
    /// <param name="input">Log-probabilities, [N, C, d1, ...].</param>
    /// <param name="target">Right classes, [N, d1, ...].</param>
    /// <param name="weight">A weight of each class, [C].</param>
    /// <param name="loss">One number, or [N, d1, ...] without reduction.</param>
    /// <param name="ignoreIndex">A class that does not count.</param>
    /// <param name="reduction">"mean" (by the weights), "sum" or "none".</param>
    /// <exception cref="KernelException">The shapes contradict each other, or a class does not exist.</exception>
    public static void NegativeLogLikelihoodLoss(TensorValue input, TensorValue target, TensorValue? weight, [Output] TensorValue loss, long ignoreIndex = NoIndex, string reduction = "mean")
    {
        Sizes sizes = Check(input, target, weight);
        if (RealNumbers.IsDouble(input))
        {
            using var x = new RealInput<double>(input);
            Choose(x.Pointer, input.ElementType, target, weight, loss, sizes, ignoreIndex, reduction);
        }
        else
        {
            using var x = new RealInput<float>(input);
            Choose(x.Pointer, input.ElementType, target, weight, loss, sizes, ignoreIndex, reduction);
        }
    }

    /// <summary>The negative log-likelihood of the right classes after a softmax.</summary>
    /// <param name="scores">Logits, [N, C, d1, ...].</param>
    /// <param name="labels">Right classes, [N, d1, ...].</param>
    /// <param name="weights">A weight of each class, [C].</param>
    /// <param name="output">One number, or [N, d1, ...] without reduction.</param>
    /// <param name="logProb">Logarithms of the probabilities, [N, C, d1, ...].</param>
    /// <param name="ignoreIndex">A class that does not count.</param>
    /// <param name="reduction">"mean" (by the weights), "sum" or "none".</param>
    /// <exception cref="KernelException">The shapes contradict each other, or a class does not exist.</exception>
    public static void SoftmaxCrossEntropyLoss(
        TensorValue scores, TensorValue labels, TensorValue? weights, [Output] TensorValue output, [Output] TensorValue? logProb, long ignoreIndex = NoIndex, string reduction = "mean")
    {
        Sizes sizes = Check(scores, labels, weights);
        logProb?.Resize(scores.ElementType, scores.Shape);
        if (RealNumbers.IsDouble(scores))
        {
            CrossEntropy<double>(scores, labels, weights, output, logProb, sizes, ignoreIndex, reduction);
        }
        else
        {
            CrossEntropy<float>(scores, labels, weights, output, logProb, sizes, ignoreIndex, reduction);
        }
    }

    private static void CrossEntropy<T>(
        TensorValue scores, TensorValue labels, TensorValue? weights, TensorValue output, TensorValue? logProb, Sizes sizes, long ignoreIndex, string reduction)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var x = new RealInput<T>(scores);
        using var logs = new NativeBuffer<T>(scores.Length);
        for (long i = 0; i < sizes.Batch * sizes.Inner; i++)
        {
            long start = (i / sizes.Inner * sizes.Classes * sizes.Inner) + (i % sizes.Inner);
            T largest = T.NegativeInfinity;
            for (long c = 0; c < sizes.Classes; c++)
            {
                largest = T.Max(largest, x.Pointer[start + (c * sizes.Inner)]);
            }

            double sum = 0;
            for (long c = 0; c < sizes.Classes; c++)
            {
                sum += Math.Exp(double.CreateTruncating(x.Pointer[start + (c * sizes.Inner)] - largest));
            }

            T log = T.CreateTruncating(Math.Log(sum));
            for (long c = 0; c < sizes.Classes; c++)
            {
                logs.Pointer[start + (c * sizes.Inner)] = x.Pointer[start + (c * sizes.Inner)] - largest - log;
            }
        }

        if (logProb is not null)
        {
            RealNumbers.Store(logProb.ElementType, logs.Pointer, logs.Length, logProb.Data);
        }

        Choose(logs.Pointer, scores.ElementType, labels, weights, output, sizes, ignoreIndex, reduction);
    }

    private static Sizes Check(TensorValue input, TensorValue target, TensorValue? weight)
    {
        int rank = input.Rank;
        if (rank < 2 || target.Rank != rank - 1 || target.Shape[0] != input.Shape[0] || !target.Shape[1..].SequenceEqual(input.Shape[2..]) ||
            (weight is not null && (weight.Rank != 1 || weight.Length != input.Shape[1])))
        {
            throw new KernelException($"A loss can't compare {input} with the classes {target} and the weights {weight?.ToString() ?? "none"}.");
        }

        long inner = 1;
        foreach (long size in input.Shape[2..])
        {
            inner *= size;
        }

        return new Sizes(input.Shape[0], input.Shape[1], inner);
    }

    private static void Choose<T>(T* logs, TensorElementType type, TensorValue target, TensorValue? weight, TensorValue loss, Sizes sizes, long ignoreIndex, string reduction)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool none = reduction == "none";
        loss.Resize(type, none ? target.Shape : []);
        using var weights = new RealInput<T>(weight);
        using var output = new RealOutput<T>(loss);
        double total = 0;
        double totalWeight = 0;
        for (long i = 0; i < target.Length; i++)
        {
            long label = RealNumbers.Integer(target, i);
            bool ignored = label == ignoreIndex && ignoreIndex != NoIndex;
            if (!ignored && (label < 0 || label >= sizes.Classes))
            {
                throw new KernelException($"Class {label} is not one of {sizes.Classes}.");
            }

            T factor = ignored ? T.Zero : weights.Pointer == null ? T.One : weights.Pointer[label];
            T value = ignored ? T.Zero : -logs[((((i / sizes.Inner) * sizes.Classes) + label) * sizes.Inner) + (i % sizes.Inner)] * factor;
            if (none)
            {
                output.Pointer[i] = value;
            }

            total += double.CreateTruncating(value);
            totalWeight += double.CreateTruncating(factor);
        }

        if (!none)
        {
            output.Pointer[0] = T.CreateTruncating(reduction switch
            {
                "mean" => total / totalWeight,
                "sum" => total,
                _ => throw new KernelException($"A loss has no reduction '{reduction}'."),
            });
        }

        output.Commit();
    }
}
