namespace ModelBuild.Kernels;

/// <summary>Operators on lists of tensors.</summary>
public static unsafe class SequenceOperators
{
    /// <summary>A list of tensors.</summary>
    /// <param name="inputs">Its entries, one type.</param>
    /// <param name="outputSequence">Result.</param>
    public static void SequenceConstruct(ReadOnlySpan<TensorValue> inputs, [Output] SequenceValue outputSequence)
    {
        outputSequence.Release();
        outputSequence.ElementType = inputs.IsEmpty ? TensorElementType.Undefined : inputs[0].ElementType;
        foreach (TensorValue input in inputs)
        {
            CheckType(outputSequence, input);
            outputSequence.Insert(outputSequence.Items.Count, input);
        }
    }

    /// <summary>A list without entries.</summary>
    /// <param name="output">Result.</param>
    /// <param name="dtype">Type of the entries' elements, a number of <see cref="TensorElementType"/>.</param>
    public static void SequenceEmpty([Output] SequenceValue output, long dtype = 1)
    {
        output.Release();
        output.ElementType = (TensorElementType)dtype;
    }

    /// <summary>One entry.</summary>
    /// <param name="inputSequence">The list.</param>
    /// <param name="position">Its number; negative ones count from the end.</param>
    /// <param name="tensor">Result.</param>
    public static void SequenceAt(SequenceValue inputSequence, TensorValue position, [Output] PlanValue tensor)
    {
        long at = Integers.Position(Integers.Scalar(position), inputSequence.Items.Count);
        tensor.CopyFrom(inputSequence.Items[(int)at]);
    }

    /// <summary>A list with one entry more.</summary>
    /// <param name="inputSequence">The list.</param>
    /// <param name="tensor">The entry.</param>
    /// <param name="position">Number that it will have, from minus the length to the length; absent for behind the last.</param>
    /// <param name="outputSequence">Result.</param>
    public static void SequenceInsert(SequenceValue inputSequence, TensorValue tensor, TensorValue? position, [Output] SequenceValue outputSequence)
    {
        int count = inputSequence.Items.Count;
        long at = position is null ? count : Integers.Scalar(position);
        at = at < 0 ? at + count : at;
        if (at < 0 || at > count)
        {
            throw new KernelException($"Position {Integers.Scalar(position!)} is outside a sequence of {count}.");
        }

        CheckType(inputSequence, tensor);
        outputSequence.CopyFrom(inputSequence);
        outputSequence.ElementType = tensor.ElementType;
        outputSequence.Insert((int)at, tensor);
    }

    /// <summary>A list with one entry less.</summary>
    /// <param name="inputSequence">The list.</param>
    /// <param name="position">Number of the entry; negative ones count from the end; absent for the last.</param>
    /// <param name="outputSequence">Result.</param>
    public static void SequenceErase(SequenceValue inputSequence, TensorValue? position, [Output] SequenceValue outputSequence)
    {
        long at = Integers.Position(position is null ? -1 : Integers.Scalar(position), inputSequence.Items.Count);
        outputSequence.Release();
        outputSequence.ElementType = inputSequence.ElementType;
        for (int i = 0; i < inputSequence.Items.Count; i++)
        {
            if (i != at)
            {
                outputSequence.Insert(outputSequence.Items.Count, inputSequence.Items[i]);
            }
        }
    }

    /// <summary>The number of entries.</summary>
    /// <param name="inputSequence">The list.</param>
    /// <param name="length">64-bit integer, scalar.</param>
    public static void SequenceLength(SequenceValue inputSequence, [Output] TensorValue length)
    {
        length.Resize(TensorElementType.Int64);
        *length.Pointer<long>() = inputSequence.Items.Count;
    }

    /// <summary>Parts of a tensor as a list.</summary>
    /// <param name="input">Any type.</param>
    /// <param name="split">Scalar: size of every part, the last one smaller where it doesn't go into the dimension; list: size of each; absent for parts of 1.</param>
    /// <param name="outputSequence">Result.</param>
    /// <param name="axis">The dimension.</param>
    /// <param name="keepdims">Whether parts of 1 keep the dimension; without effect where <paramref name="split"/> is given.</param>
    public static void SplitToSequence(TensorValue input, TensorValue? split, [Output] SequenceValue outputSequence, long axis = 0, long keepdims = 1)
    {
        int dimension = Strides.Axis(axis, input.Rank);
        long size = input.Shape[dimension];
        bool isList = split is { Rank: 1 };
        long equal = split is null ? 1 : isList ? 0 : Integers.Scalar(split);
        if (!isList && equal <= 0)
        {
            throw new KernelException($"Parts of {input} can't have the size {equal}.");
        }

        long count = isList ? split!.Length : (size / equal) + (size % equal != 0 ? 1 : 0);
        long outer = Strides.Product(input.Shape[..dimension]);
        long inner = Strides.Product(input.Shape[(dimension + 1)..]);
        long[] shape = input.Shape.ToArray();
        outputSequence.Release();
        outputSequence.ElementType = input.ElementType;
        long start = 0;
        for (long i = 0; i < count; i++)
        {
            long part = isList ? Integers.At(split!, i) : Math.Min(equal, size - start);
            if (part < 0 || part > size - start)
            {
                throw new KernelException($"Part {i} of dimension {axis} of {input} would have {part} of the remaining {size - start}.");
            }

            shape[dimension] = part;
            var item = new TensorValue();
            if (split is null && keepdims == 0)
            {
                item.Resize(input.ElementType, [.. shape[..dimension], .. shape[(dimension + 1)..]]);
            }
            else
            {
                item.Resize(input.ElementType, shape);
            }

            Blocks.Copy(input, start * inner, size * inner, item, 0, part * inner, part * inner, outer);
            outputSequence.Items.Add(item);
            start += part;
        }

        if (start != size)
        {
            throw new KernelException($"The parts have {start} of dimension {axis} of {input}.");
        }
    }

    /// <summary>The entries of a list joined.</summary>
    /// <param name="inputSequence">The list, not empty.</param>
    /// <param name="concatResult">Result.</param>
    /// <param name="axis">The dimension along which they are joined.</param>
    /// <param name="newAxis">Whether that dimension is a new one.</param>
    public static void ConcatFromSequence(SequenceValue inputSequence, [Output] TensorValue concatResult, long axis, long newAxis = 0)
    {
        var items = new TensorValue[inputSequence.Items.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = inputSequence.Items[i] as TensorValue ?? throw new KernelException($"Entry {i} of a sequence is no tensor.");
        }

        if (newAxis != 0 && items.Length > 0)
        {
            int dimension = Strides.Axis(axis, items[0].Rank + 1);
            for (int i = 0; i < items.Length; i++)
            {
                var item = new TensorValue();
                item.CopyFrom(items[i]);
                item.Reshape([.. items[i].Shape[..Math.Min(dimension, items[i].Rank)], 1, .. items[i].Shape[Math.Min(dimension, items[i].Rank)..]]);
                items[i] = item;
            }
        }

        Joining.Concat(items, concatResult, axis);
    }

    private static void CheckType(SequenceValue sequence, TensorValue item)
    {
        TensorElementType type = sequence.Items is [TensorValue first, ..] ? first.ElementType : TensorElementType.Undefined;
        if (type != TensorElementType.Undefined && type != item.ElementType)
        {
            throw new KernelException($"{item} can't join a sequence of {type}.");
        }
    }
}
