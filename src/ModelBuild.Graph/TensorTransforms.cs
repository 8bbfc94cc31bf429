using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelBuild.Graphs;

/// <summary>Tensors made from other tensors. Nothing is computed before the result's content is asked for, and no more than asked for.</summary>
public static class TensorTransforms
{
    /// <summary>The tensor with its axes in another order.</summary>
    /// <param name="data">The tensor; elements of a byte or more.</param>
    /// <param name="permutation">Axis of <paramref name="data"/> that each axis of the result is, as ONNX's Transpose has it.</param>
    /// <exception cref="ArgumentException">It is not a permutation of the tensor's axes, or the elements are narrower than a byte or text.</exception>
    public static TensorData Transpose(this TensorData data, params ReadOnlySpan<int> permutation)
    {
        int rank = data.Rank;
        int size = ByteSize(data);
        if (permutation.Length != rank)
        {
            throw new ArgumentException($"{data} has {rank} axes.", nameof(permutation));
        }

        var dimensions = new long[rank];
        var sourceStrides = new long[rank];
        var strides = new long[rank];
        long stride = 1;
        for (int i = rank - 1; i >= 0; i--)
        {
            sourceStrides[i] = stride;
            stride *= data.Dimensions[i];
        }

        var seen = new bool[rank];
        bool isIdentity = true;
        for (int i = 0; i < rank; i++)
        {
            int axis = permutation[i];
            if ((uint)axis >= (uint)rank || seen[axis])
            {
                throw new ArgumentException("Not a permutation.", nameof(permutation));
            }

            seen[axis] = true;
            isIdentity &= axis == i;
            dimensions[i] = data.Dimensions[axis];
            strides[i] = sourceStrides[axis];
        }

        return isIdentity ? data : Strided(data, dimensions, strides, 0, size);
    }

    /// <summary>A view of a tensor's elements in row-major order of the view.</summary>
    /// <param name="data">The tensor; elements of a byte or more.</param>
    /// <param name="dimensions">Sizes of the result.</param>
    /// <param name="strides">Distance in elements of <paramref name="data"/> between neighbours along each axis; may be 0 or negative.</param>
    /// <param name="start">Element of <paramref name="data"/> that is the result's first.</param>
    /// <exception cref="ArgumentException">An element lies outside the tensor.</exception>
    public static TensorData Strided(this TensorData data, ReadOnlySpan<long> dimensions, ReadOnlySpan<long> strides, long start = 0) =>
        Strided(data, dimensions.ToArray(), strides.ToArray(), start, ByteSize(data));

    /// <summary>Tensors of one type joined along an axis.</summary>
    /// <exception cref="ArgumentException">Types or the other dimensions differ.</exception>
    public static TensorData Concat(int axis, params IReadOnlyList<TensorData> parts)
    {
        TensorData first = parts[0];
        long[] dimensions = first.Dimensions.ToArray();
        dimensions[axis] = parts.Sum(p => p.Dimensions[axis]);
        foreach (TensorData part in parts)
        {
            for (int i = 0; i < dimensions.Length; i++)
            {
                if (part.Rank != first.Rank || part.ElementType != first.ElementType || (i != axis && part.Dimensions[i] != dimensions[i]))
                {
                    throw new ArgumentException($"{first} and {part} can't be joined along axis {axis}.", nameof(parts));
                }
            }
        }

        long size = ByteSize(first);
        for (int i = axis + 1; i < dimensions.Length; i++)
        {
            size *= dimensions[i];
        }

        // Each outer index holds a row of every part, one after the other.
        long[] rows = [.. parts.Select(p => p.Dimensions[axis] * size)];
        long row = rows.Sum();
        return new ComputedTensorData(first.ElementType, dimensions, (offset, destination) =>
        {
            while (destination.Length > 0)
            {
                (long outer, long within) = Math.DivRem(offset, row);
                int part = 0;
                while (within >= rows[part])
                {
                    within -= rows[part++];
                }

                int count = (int)Math.Min(destination.Length, rows[part] - within);
                parts[part].GetBytes((outer * rows[part]) + within, count).CopyTo(destination);
                destination = destination[count..];
                offset += count;
            }
        });
    }

    /// <summary>A part of a tensor along one axis.</summary>
    /// <exception cref="ArgumentException">It lies outside the tensor.</exception>
    public static TensorData Slice(this TensorData data, int axis, long start, long length)
    {
        if (start < 0 || length < 0 || start + length > data.Dimensions[axis])
        {
            throw new ArgumentException($"{start}..{start + length} is outside axis {axis} of {data}.", nameof(start));
        }

        long[] dimensions = data.Dimensions.ToArray();
        var strides = new long[dimensions.Length];
        long stride = 1;
        for (int i = dimensions.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= dimensions[i];
        }

        dimensions[axis] = length;
        return Strided(data, dimensions, strides, start * strides[axis], ByteSize(data));
    }

    /// <summary>Equal blocks along an axis in another order: gates of recurrent layers.</summary>
    /// <param name="data">The tensor.</param>
    /// <param name="axis">The axis, whose size the number of blocks divides.</param>
    /// <param name="order">Which block of <paramref name="data"/> each block of the result is.</param>
    public static TensorData ReorderBlocks(this TensorData data, int axis, params ReadOnlySpan<int> order)
    {
        long block = data.Dimensions[axis] / order.Length;
        if (block * order.Length != data.Dimensions[axis])
        {
            throw new ArgumentException($"Axis {axis} of {data} has no {order.Length} blocks.", nameof(order));
        }

        var parts = new TensorData[order.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = data.Slice(axis, order[i] * block, block);
        }

        return Concat(axis, parts);
    }

    /// <summary>Floats of any width, integers or booleans as 32-bit floats.</summary>
    /// <exception cref="ArgumentException">The type has no such conversion.</exception>
    public static TensorData ToFloat32(this TensorData data) => data.ElementType switch
    {
        ElementType.Float32 => data,
        ElementType.Float64 => Map<double, float>(data, ElementType.Float32, v => (float)v),
        ElementType.Float16 => Map<Half, float>(data, ElementType.Float32, v => (float)v),
        ElementType.BFloat16 => Map<ushort, float>(data, ElementType.Float32, v => BitConverter.Int32BitsToSingle(v << 16)),
        ElementType.Int64 => Map<long, float>(data, ElementType.Float32, v => v),
        ElementType.Int32 => Map<int, float>(data, ElementType.Float32, v => v),
        ElementType.Int16 => Map<short, float>(data, ElementType.Float32, v => v),
        ElementType.Int8 => Map<sbyte, float>(data, ElementType.Float32, v => v),
        ElementType.UInt8 or ElementType.Bool => Map<byte, float>(data, ElementType.Float32, v => v),
        ElementType.UInt16 => Map<ushort, float>(data, ElementType.Float32, v => v),
        _ => throw new ArgumentException($"{data} can't be converted to float32.", nameof(data)),
    };

    /// <summary>Integers of any width as 64-bit integers.</summary>
    /// <exception cref="ArgumentException">The type has no such conversion.</exception>
    public static TensorData ToInt64(this TensorData data) => data.ElementType switch
    {
        ElementType.Int64 => data,
        ElementType.Int32 => Map<int, long>(data, ElementType.Int64, v => v),
        ElementType.Int16 => Map<short, long>(data, ElementType.Int64, v => v),
        ElementType.Int8 => Map<sbyte, long>(data, ElementType.Int64, v => v),
        ElementType.UInt8 or ElementType.Bool => Map<byte, long>(data, ElementType.Int64, v => v),
        ElementType.UInt16 => Map<ushort, long>(data, ElementType.Int64, v => v),
        ElementType.UInt32 => Map<uint, long>(data, ElementType.Int64, v => v),
        _ => throw new ArgumentException($"{data} can't be converted to int64.", nameof(data)),
    };

    /// <summary>Applies a function to each element.</summary>
    /// <typeparam name="TFrom">A type of the element's size.</typeparam>
    /// <typeparam name="TTo">A type of the result's element size.</typeparam>
    public static TensorData Map<TFrom, TTo>(this TensorData data, ElementType type, Func<TFrom, TTo> function)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        int from = Unsafe.SizeOf<TFrom>();
        return new ComputedTensorData(type, data.Dimensions, (offset, destination) =>
        {
            const int Piece = 4096;
            Span<TTo> results = MemoryMarshal.Cast<byte, TTo>(destination);
            long first = offset / (type.BitSize() / 8);
            for (int done = 0; done < results.Length; done += Piece)
            {
                int count = Math.Min(Piece, results.Length - done);
                ReadOnlySpan<TFrom> elements = MemoryMarshal.Cast<byte, TFrom>(data.GetBytes((first + done) * from, count * from));
                for (int i = 0; i < count; i++)
                {
                    results[done + i] = function(elements[i]);
                }
            }
        });
    }

    private static ComputedTensorData Strided(TensorData data, long[] dimensions, long[] strides, long start, int size)
    {
        long first = start;
        long last = start;
        bool isEmpty = false;
        for (int i = 0; i < dimensions.Length; i++)
        {
            isEmpty |= dimensions[i] == 0;
            long reach = checked((dimensions[i] - 1) * strides[i]);
            first += Math.Min(0, reach);
            last += Math.Max(0, reach);
        }

        if (!isEmpty && (first < 0 || last >= data.ElementCount))
        {
            throw new ArgumentException($"A view reaches elements {first} to {last} of {data}.", nameof(strides));
        }

        return new ComputedTensorData(data.ElementType, dimensions, (offset, destination) => Gather(data, dimensions, strides, start, size, offset / size, destination));
    }

    private static void Gather(TensorData data, long[] dimensions, long[] strides, long start, int size, long element, Span<byte> destination)
    {
        int rank = dimensions.Length;
        if (rank == 0)
        {
            data.GetBytes(start * size, size).CopyTo(destination);
            return;
        }

        // The whole source as one span where it fits: elements are picked all over it.
        bool fits = data.ByteLength <= int.MaxValue;
        ReadOnlySpan<byte> source = fits ? data.Bytes : default;
        var at = new long[rank];
        long from = start;
        for (int axis = rank - 1; axis >= 0; axis--)
        {
            at[axis] = element % dimensions[axis];
            element /= dimensions[axis];
            from += at[axis] * strides[axis];
        }

        for (int to = 0; to < destination.Length;)
        {
            long run = Math.Min(dimensions[rank - 1] - at[rank - 1], (destination.Length - to) / size);
            long stride = strides[rank - 1];
            if (fits && stride == 1)
            {
                source.Slice((int)(from * size), (int)(run * size)).CopyTo(destination[to..]);
            }
            else if (fits && size == 4)
            {
                ReadOnlySpan<int> words = MemoryMarshal.Cast<byte, int>(source);
                Span<int> results = MemoryMarshal.Cast<byte, int>(destination[to..]);
                for (int i = 0; i < run; i++)
                {
                    results[i] = words[(int)(from + (i * stride))];
                }
            }
            else
            {
                for (int i = 0; i < run; i++)
                {
                    long position = (from + (i * stride)) * size;
                    (fits ? source.Slice((int)position, size) : data.GetBytes(position, size)).CopyTo(destination[(to + (i * size))..]);
                }
            }

            to += (int)run * size;
            from += run * stride;
            at[rank - 1] += run;
            for (int axis = rank - 1; axis > 0 && at[axis] == dimensions[axis]; axis--)
            {
                from += strides[axis - 1] - (dimensions[axis] * strides[axis]);
                at[axis] = 0;
                at[axis - 1]++;
            }
        }
    }

    private static int ByteSize(TensorData data) => data.ElementType.BitSize() is >= 8 and var bits
        ? bits / 8
        : throw new ArgumentException($"The elements of {data} can't be addressed one by one.", nameof(data));
}
