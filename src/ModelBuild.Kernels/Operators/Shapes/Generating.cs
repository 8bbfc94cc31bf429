using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>Operators that make tensors out of sizes.</summary>
public static unsafe class Generating
{
    /// <summary>One value everywhere.</summary>
    /// <param name="input">The sizes.</param>
    /// <param name="output">Result.</param>
    /// <param name="value">The value, one element of any type; absent for the float 0.</param>
    public static void ConstantOfShape(TensorValue input, [Output] TensorValue output, [TensorAttribute] TensorValue? value = null)
    {
        int rank = Integers.Count(input);
        Span<long> shape = rank <= Strides.StackRank ? stackalloc long[rank] : new long[rank];
        Integers.Read(input, shape);
        TensorElementType type = value?.ElementType ?? TensorElementType.Float32;
        output.Resize(type, shape);
        if (value is null || !Elements.IsPacked(type))
        {
            Fills.Fill(output, value);
            return;
        }

        int bits = Elements.Bits(type);
        int element = value.Length == 1 ? Elements.GetPacked(value.Data, 0, bits) : throw new KernelException($"{value} can't fill {output}.");
        int all = bits == 4 ? element * 0x11 : element * 0x55;
        new Span<byte>(output.Data, checked((int)output.ByteLength)).Fill((byte)all);
    }

    /// <summary>Numbers at equal distances.</summary>
    /// <param name="start">First number, scalar.</param>
    /// <param name="limit">Number that is not reached any more, scalar.</param>
    /// <param name="delta">The distance, scalar, not 0.</param>
    /// <param name="output"><c>[max(0, ceil((limit - start) / delta))]</c>, element i being <c>start + i * delta</c>.</param>
    public static void Range(TensorValue start, TensorValue limit, TensorValue delta, [Output] TensorValue output)
    {
        if (start.Length != 1 || limit.Length != 1 || delta.Length != 1 || limit.ElementType != start.ElementType || delta.ElementType != start.ElementType)
        {
            throw new KernelException($"A range needs three numbers of one type, not {start}, {limit} and {delta}.");
        }

        switch (start.ElementType)
        {
            case TensorElementType.Float32:
                Reals<float>(start, limit, delta, output);
                break;
            case TensorElementType.Float64:
                Reals<double>(start, limit, delta, output);
                break;
            case TensorElementType.Float16:
                Reals<Half>(start, limit, delta, output);
                break;
            case TensorElementType.BFloat16:
                BrainFloats(start, limit, delta, output);
                break;
            case TensorElementType.Int16:
                Whole<short>(start, limit, delta, output);
                break;
            case TensorElementType.Int32:
                Whole<int>(start, limit, delta, output);
                break;
            case TensorElementType.Int64:
                Whole<long>(start, limit, delta, output);
                break;
            default:
                throw new KernelException($"There is no range of {start.ElementType}.");
        }
    }

    /// <summary>A matrix with ones on one diagonal.</summary>
    /// <param name="input">Gives the shape, two dimensions.</param>
    /// <param name="output">Result.</param>
    /// <param name="dtype">Type of the result, a number of <see cref="TensorElementType"/>; 0 for the input's.</param>
    /// <param name="k">Which diagonal: 0 the main one, positive ones above it.</param>
    public static void EyeLike(TensorValue input, [Output] TensorValue output, long dtype = 0, long k = 0)
    {
        if (input.Rank != 2)
        {
            throw new KernelException($"A matrix is expected, not {input}.");
        }

        TensorElementType type = dtype == 0 ? input.ElementType : (TensorElementType)dtype;
        output.Resize(type, input.Shape);
        Fills.Fill(output, null);
        long rows = input.Shape[0], columns = input.Shape[1];
        if (k <= -rows || k >= columns)
        {
            return;
        }

        for (long i = Math.Max(0, -k); i < rows && i + k < columns; i++)
        {
            Kernels.Reals.Write(output, (i * columns) + i + k, 1);
        }
    }

    private static void Reals<T>(TensorValue start, TensorValue limit, TensorValue delta, TensorValue output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T first = *start.Pointer<T>();
        T step = *delta.Pointer<T>();
        long count = Count(double.CreateChecked(*limit.Pointer<T>()) - double.CreateChecked(first), double.CreateChecked(step));
        output.Resize(start.ElementType, count);
        for (long i = 0; i < count; i++)
        {
            output.Pointer<T>()[i] = first + (T.CreateChecked(i) * step);
        }
    }

    private static void BrainFloats(TensorValue start, TensorValue limit, TensorValue delta, TensorValue output)
    {
        double first = Kernels.Reals.Read(start, 0);
        double step = Kernels.Reals.Read(delta, 0);
        long count = Count(Kernels.Reals.Read(limit, 0) - first, step);
        output.Resize(start.ElementType, count);
        for (long i = 0; i < count; i++)
        {
            Kernels.Reals.Write(output, i, first + (i * step));
        }
    }

    private static void Whole<T>(TensorValue start, TensorValue limit, TensorValue delta, TensorValue output)
        where T : unmanaged, IBinaryInteger<T>
    {
        T first = *start.Pointer<T>();
        T step = *delta.Pointer<T>();
        Int128 distance = Int128.CreateChecked(*limit.Pointer<T>()) - Int128.CreateChecked(first);
        Int128 wide = Int128.CreateChecked(step);
        if (wide == 0)
        {
            throw new KernelException("A range can't have a distance of 0.");
        }

        Int128 count = Int128.Sign(distance) != Int128.Sign(wide) ? 0 : (distance / wide) + (distance % wide != 0 ? 1 : 0);
        output.Resize(start.ElementType, count <= long.MaxValue ? (long)count : throw new KernelException("A range is too long."));
        T value = first;
        for (long i = 0; i < (long)count; i++)
        {
            output.Pointer<T>()[i] = value;
            value += step;
        }
    }

    private static long Count(double distance, double step)
    {
        double count = Math.Ceiling(distance / step);
        return count < long.MaxValue / 16 ? (long)Math.Max(0, count) : throw new KernelException($"A range over {distance} can't have a distance of {step}.");
    }
}
