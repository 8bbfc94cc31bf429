using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>ONNX's Einsum: pairs of operands become batched matrix products, from the left to the right.</summary>
public static unsafe class Einsums
{
    /// <summary>Sums products of elements over the labels that the result lacks.</summary>
    /// <remarks>Integers wrap; 16-bit floats are summed in float32 and rounded once.</remarks>
    /// <exception cref="KernelException">The equation is damaged or contradicts the shapes.</exception>
    public static void Einsum(ReadOnlySpan<TensorValue> inputs, [Output] TensorValue output, string equation)
    {
        if (inputs.Length == 0)
        {
            throw new KernelException("Einsum needs a tensor.");
        }

        switch (inputs[0].ElementType)
        {
            case TensorElementType.Float32 or TensorElementType.Float16 or TensorElementType.BFloat16:
                Run<float>(inputs, output, equation);
                break;
            case TensorElementType.Float64:
                Run<double>(inputs, output, equation);
                break;
            default:
                Run<long>(inputs, output, equation);
                break;
        }
    }

    private static void Run<T>(ReadOnlySpan<TensorValue> inputs, TensorValue output, string equation)
        where T : unmanaged, INumber<T>
    {
        Span<long> sizes = stackalloc long[EinsumEquation.MaxLabels];
        Span<int> uses = stackalloc int[EinsumEquation.MaxLabels];
        Measure(inputs, equation, sizes, uses);
        Span<byte> result = stackalloc byte[EinsumEquation.MaxLabels];
        result = result[..EinsumEquation.Result(equation, uses, result)];
        Span<long> shape = stackalloc long[result.Length];
        for (int i = 0; i < result.Length; i++)
        {
            shape[i] = sizes[result[i]];
        }

        output.Resize(inputs[0].ElementType, shape);
        using var target = new RealOutput<T>(output);
        if (output.Length > 0)
        {
            Reduce(inputs, equation, sizes, result, target.Pointer);
        }

        target.Commit();
    }

    private static void Measure(ReadOnlySpan<TensorValue> inputs, string equation, Span<long> sizes, Span<int> uses)
    {
        sizes.Fill(1);
        uses.Clear();
        Span<byte> labels = stackalloc byte[EinsumEquation.MaxLabels];
        for (int n = 0; n < inputs.Length; n++)
        {
            TensorValue x = inputs[n];
            if (x.ElementType != inputs[0].ElementType)
            {
                throw new KernelException($"Einsum can't multiply {inputs[0]} and {x}.");
            }

            int count = EinsumEquation.Labels(equation, EinsumEquation.Term(equation, n, inputs.Length), x.Rank, labels);
            for (int i = 0; i < count; i++)
            {
                uses[labels[i]]++;
                ref long size = ref sizes[labels[i]];
                size = size == 1 ? x.Shape[i] : x.Shape[i] == size || x.Shape[i] == 1 ? size : throw new KernelException($"A label of Einsum '{equation}' has the sizes {size} and {x.Shape[i]}.");
            }
        }
    }

    private static void Reduce<T>(ReadOnlySpan<TensorValue> inputs, string equation, ReadOnlySpan<long> sizes, ReadOnlySpan<byte> result, T* target)
        where T : unmanaged, INumber<T>
    {
        // The product so far lives in one of two buffers.
        NativeBuffer<T> held = default;
        try
        {
            EinsumOperand<T> product = default;
            Span<bool> needed = stackalloc bool[EinsumEquation.MaxLabels];
            for (int n = 0; n < inputs.Length; n++)
            {
                using var source = new RealInput<T>(inputs[n]);
                EinsumOperand<T> operand = Operand(inputs, n, equation, sizes, source.Pointer);
                if (n > 0)
                {
                    Needed(inputs, n + 1, equation, result, needed);
                    NativeBuffer<T> next = EinsumProduct.Multiply(product, operand, sizes, needed, out EinsumOperand<T> multiplied);
                    held.Dispose();
                    held = next;
                    product = multiplied;
                    continue;
                }

                // The first one may be a converted copy that ends with this turn.
                product = operand;
                if (inputs.Length == 1)
                {
                    EinsumProduct.Arrange(product, result, sizes, target);
                    return;
                }

                if (!RealOutput<T>.IsNative(inputs[0].ElementType))
                {
                    held = new NativeBuffer<T>(inputs[0].Length);
                    long bytes = inputs[0].Length * sizeof(T);
                    Buffer.MemoryCopy(source.Pointer, held.Pointer, bytes, bytes);
                    product.Data = held.Pointer;
                }
            }

            EinsumProduct.Arrange(product, result, sizes, target);
        }
        finally
        {
            held.Dispose();
        }
    }

    private static EinsumOperand<T> Operand<T>(ReadOnlySpan<TensorValue> inputs, int index, string equation, ReadOnlySpan<long> sizes, T* data)
        where T : unmanaged
    {
        TensorValue x = inputs[index];
        Span<byte> labels = stackalloc byte[EinsumEquation.MaxLabels];
        int count = EinsumEquation.Labels(equation, EinsumEquation.Term(equation, index, inputs.Length), x.Rank, labels);
        EinsumOperand<T> operand = default;
        operand.Data = data;
        long stride = x.Length;
        for (int i = 0; i < count && x.Length > 0; i++)
        {
            stride /= x.Shape[i];

            // A dimension of one element that is stretched is as good as none.
            if (x.Shape[i] == sizes[labels[i]])
            {
                operand.Add(labels[i], stride);
            }
        }

        for (int i = 0; i < count && x.Length == 0; i++)
        {
            operand.Add(labels[i], 0);
        }

        return operand;
    }

    private static void Needed(ReadOnlySpan<TensorValue> inputs, int from, string equation, ReadOnlySpan<byte> result, Span<bool> needed)
    {
        needed.Clear();
        foreach (byte label in result)
        {
            needed[label] = true;
        }

        Span<byte> labels = stackalloc byte[EinsumEquation.MaxLabels];
        for (int n = from; n < inputs.Length; n++)
        {
            int count = EinsumEquation.Labels(equation, EinsumEquation.Term(equation, n, inputs.Length), inputs[n].Rank, labels);
            for (int i = 0; i < count; i++)
            {
                needed[labels[i]] = true;
            }
        }
    }
}
