using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ModelBuild.Runtime;

/// <summary>Finds and checks sizes of symbolic dimensions for generated code.</summary>
public static class ModelShapes
{
    /// <summary>Checks the number of elements against a shape.</summary>
    /// <exception cref="TensorShapeException">They differ.</exception>
    public static void CheckLength(TensorInfo tensor, bool isInput, int length, scoped ReadOnlySpan<long> shape)
    {
        long expected = 1;
        bool overflow = false;
        bool empty = false;
        foreach (long size in shape)
        {
            if (size < 0)
            {
                ThrowNegative(tensor, isInput, shape);
            }

            empty |= size == 0;
            overflow |= Math.BigMul(expected, size, out expected) != 0 || expected < 0;
        }

        if (empty ? length != 0 : overflow || expected != length)
        {
            ThrowLength(tensor, isInput, overflow && !empty ? "too many elements" : Elements(empty ? 0 : expected), length, shape);
        }
    }

    /// <summary>Size of the one symbolic dimension that an input's length leaves open.</summary>
    /// <param name="tensor">The input.</param>
    /// <param name="length">Number of its elements.</param>
    /// <param name="known">Product of its other dimensions.</param>
    /// <param name="symbol">Name of the dimension, for the message.</param>
    /// <exception cref="TensorShapeException"><paramref name="length"/> is not a multiple of <paramref name="known"/>.</exception>
    public static long Deduce(TensorInfo tensor, int length, long known, string symbol)
    {
        if (known > 0 && length % known == 0)
        {
            return length / known;
        }

        if (known == 0 && length == 0)
        {
            return 0;
        }

        string expected = $"a multiple of {known.ToString(CultureInfo.InvariantCulture)} elements [{string.Join(',', tensor.Dimensions)}]";
        throw new TensorShapeException(tensor.Name, expected, Elements(length),
            $"MB5001: input '{tensor.Name}' needs {expected}, so that '{symbol}' can be deduced, but {Elements(length)} came.");
    }

    /// <summary>Checks a size that the caller states.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static long CheckSize(long size, string symbol)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size, symbol);
        return size;
    }

    /// <summary>Checks the shape of a tensor, sizes that are not fixed excepted.</summary>
    /// <exception cref="TensorShapeException">The rank or a fixed size differs.</exception>
    public static void CheckShape(TensorInfo tensor, bool isInput, scoped ReadOnlySpan<nint> lengths)
    {
        // A tensor of System.Numerics can't have rank 0.
        bool same = tensor.Shape.Count == 0 ? lengths.Length == 1 && lengths[0] == 1 : lengths.Length == tensor.Shape.Count;
        for (int i = 0; same && i < tensor.Shape.Count; i++)
        {
            same = tensor.Shape[i] < 0 || tensor.Shape[i] == lengths[i];
        }

        if (!same)
        {
            string expected = $"shape [{string.Join(',', tensor.Dimensions)}]";
            string actual = $"shape [{Join(lengths)}]";
            throw new TensorShapeException(tensor.Name, expected, actual, $"MB5001: {Role(isInput)} '{tensor.Name}' needs {expected}, but {actual} came.");
        }
    }

    /// <summary>Checks that a size which a tensor states agrees with what is known of the dimension.</summary>
    /// <exception cref="TensorShapeException">They differ.</exception>
    public static void CheckSame(TensorInfo tensor, string symbol, long expected, long actual)
    {
        if (expected != actual)
        {
            throw new TensorShapeException(tensor.Name, $"'{symbol}' = {expected.ToString(CultureInfo.InvariantCulture)}", actual.ToString(CultureInfo.InvariantCulture),
                $"MB5001: dimension '{symbol}' of '{tensor.Name}' must be {expected.ToString(CultureInfo.InvariantCulture)} as in the other inputs, but {actual.ToString(CultureInfo.InvariantCulture)} came.");
        }
    }

    /// <summary>Number of elements of a shape as an array length.</summary>
    /// <exception cref="OverflowException">There are more than an array holds.</exception>
    /// <exception cref="TensorShapeException">A size is negative.</exception>
    public static int Length(TensorInfo tensor, scoped ReadOnlySpan<long> shape)
    {
        UInt128 length = 1;
        foreach (long size in shape)
        {
            if (size < 0)
            {
                ThrowNegative(tensor, isInput: false, shape);
            }

            // Saturates far above what an array holds, so that a later zero still gives zero.
            length = UInt128.Min(length * (ulong)size, (UInt128)1 << 63);
        }

        return length <= (UInt128)Array.MaxLength ? (int)length : throw new OverflowException($"'{tensor.Name}' of shape [{Join(shape)}] has more elements than an array holds.");
    }

    /// <summary>Number of elements of each of several equal parts.</summary>
    /// <exception cref="TensorShapeException"><paramref name="length"/> is not a multiple of <paramref name="count"/>.</exception>
    public static int ItemLength(TensorInfo tensor, bool isInput, int length, int count)
    {
        if (count > 0 && length % count == 0)
        {
            return length / count;
        }

        if (count == 0 && length == 0)
        {
            return 0;
        }

        string expected = $"a length that is a multiple of {count.ToString(CultureInfo.InvariantCulture)}";
        throw new TensorShapeException(tensor.Name, expected, Elements(length), $"MB5001: {Role(isInput)} '{tensor.Name}' of a batch of {count.ToString(CultureInfo.InvariantCulture)} needs {expected}, but {Elements(length)} came.");
    }

    /// <summary>Quotient rounded towards negative infinity, as dimension formulas mean it.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="divisor"/> is zero.</exception>
    public static long FloorDivide(long dividend, long divisor)
    {
        long quotient = dividend / divisor;
        return (dividend % divisor != 0 && (dividend < 0) != (divisor < 0)) ? quotient - 1 : quotient;
    }

    [DoesNotReturn]
    private static void ThrowLength(TensorInfo tensor, bool isInput, string expectedElements, int length, scoped ReadOnlySpan<long> shape)
    {
        string expected = $"{expectedElements} [{Join(shape)}]";
        throw new TensorShapeException(tensor.Name, expected, Elements(length),
            $"MB5001: {Role(isInput)} '{tensor.Name}' ({tensor.ElementType}[{string.Join(',', tensor.Dimensions)}]) needs {expected}, but {Elements(length)} came.");
    }

    [DoesNotReturn]
    private static void ThrowNegative(TensorInfo tensor, bool isInput, scoped ReadOnlySpan<long> shape) =>
        throw new TensorShapeException(tensor.Name, "sizes of at least 0", $"shape [{Join(shape)}]",
            $"MB5001: {Role(isInput)} '{tensor.Name}' ({tensor.ElementType}[{string.Join(',', tensor.Dimensions)}]) would have shape [{Join(shape)}]; sizes must be at least 0.");

    [DoesNotReturn]
    internal static void ThrowShape(TensorInfo output, scoped ReadOnlySpan<long> shape, scoped ReadOnlySpan<nint> lengths)
    {
        string expected = $"shape [{Join(shape)}]";
        string actual = $"shape [{Join(lengths)}]";
        throw new TensorShapeException(output.Name, expected, actual, $"MB5001: output '{output.Name}' needs {expected}, but {actual} came.");
    }

    private static string Role(bool isInput) => isInput ? "input" : "output";

    internal static string Elements(long count) => count == 1 ? "1 element" : $"{count.ToString(CultureInfo.InvariantCulture)} elements";

    private static string Join<T>(scoped ReadOnlySpan<T> sizes)
        where T : IFormattable
    {
        var text = new string[sizes.Length];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = sizes[i].ToString(null, CultureInfo.InvariantCulture);
        }

        return string.Join(',', text);
    }
}
