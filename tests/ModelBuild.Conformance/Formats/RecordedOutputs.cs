using ModelBuild.Conformance.Values;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Formats;

/// <summary>
/// Compares outputs with recorded ones: floats within <c>1e-5 + 1e-4 max|b|</c>; quantized ones of a few operators within one step, of
/// whole networks 99 of 100 elements within one step and the largest element the same.
/// </summary>
internal static class RecordedOutputs
{
    /// <summary>Networks have more nodes than this.</summary>
    private const int FewNodes = 12;

    /// <summary>Compares one output.</summary>
    /// <param name="expected">The recording.</param>
    /// <param name="actual">What ran.</param>
    /// <param name="nodes">Number of nodes of the model.</param>
    /// <param name="isQuantized">Whether the model computes with quantized numbers inside, so that floats carry their steps.</param>
    /// <returns>The difference, or null.</returns>
    public static string? Difference(TensorData expected, OrtValue actual, int nodes, bool isQuantized)
    {
        if (!actual.Dimensions.SequenceEqual(expected.Dimensions) && actual.ElementCount() != expected.ElementCount)
        {
            return $"has shape [{string.Join(',', actual.Dimensions.ToArray())}], not [{string.Join(',', expected.Dimensions.ToArray())}]";
        }

        if (expected.Strings is { } texts)
        {
            var given = actual.GetUtf8Strings();
            return texts.Zip(given).All(p => p.First.Span.SequenceEqual(p.Second.Span)) ? null : "has other texts";
        }

        double[] a = Numbers((ElementType)actual.ElementType, actual.Bytes);
        double[] b = Numbers(expected.ElementType, expected.Bytes);
        bool isInteger = expected.ElementType.IsInteger() && expected.ElementType is not (ElementType.Int32 or ElementType.Int64);
        return isInteger ? Steps(a, b, 1, nodes) : isQuantized ? Steps(a, b, Step(b), nodes) : Floats(a, b);
    }

    /// <summary>Whether a recording proves nothing: all elements are the same.</summary>
    public static bool IsConstant(TensorData expected)
    {
        if (expected.Strings is not null || expected.ElementCount < 2)
        {
            return false;
        }

        double[] b = Numbers(expected.ElementType, expected.Bytes);
        return b.All(v => v.Equals(b[0]));
    }

    // The smallest difference between two recorded values is the quantization step of the output.
    private static double Step(double[] b)
    {
        double[] sorted = [.. b.Distinct().Order()];
        double step = sorted.Zip(sorted.Skip(1), (x, y) => y - x).Where(d => d > 1e-6 * Math.Abs(sorted[^1] - sorted[0])).DefaultIfEmpty(0).Min();
        return Math.Max(step, 1e-5 + (b.Length == 0 ? 0 : 1e-4 * b.Max(Math.Abs)));
    }

    private static string? Floats(double[] a, double[] b)
    {
        double largest = b.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        double limit = 1e-5 + (1e-4 * largest);
        int worst = -1;
        double worstDifference = limit;
        for (int i = 0; i < b.Length; i++)
        {
            double difference = a[i].Equals(b[i]) ? 0 : Math.Abs(a[i] - b[i]);
            if (!(difference <= worstDifference))
            {
                worst = i;
                worstDifference = difference;
            }
        }

        return worst < 0 ? null : $"differs by {worstDifference:g3} at {worst} of {b.Length}: {a[worst]:g6}, not {b[worst]:g6} (largest {largest:g3})";
    }

    private static string? Steps(double[] a, double[] b, double step, int nodes)
    {
        int off = 0;
        int first = -1;
        for (int i = 0; i < b.Length; i++)
        {
            if (!(Math.Abs(a[i] - b[i]) <= step * 1.001))
            {
                off++;
                first = first < 0 ? i : first;
            }
        }

        if (off == 0)
        {
            return null;
        }

        string what = $"differs by more than a step in {off} of {b.Length} elements, first at {first}: {a[first]:g6}, not {b[first]:g6}";
        return nodes > FewNodes && off <= b.Length / 100 && Array.IndexOf(a, a.Max()) is var top && b[top] == b.Max() ? null : what;
    }

    private static long ElementCount(this OrtValue value)
    {
        long count = 1;
        foreach (long d in value.Dimensions)
        {
            count *= d;
        }

        return count;
    }

    private static double[] Numbers(ElementType type, ReadOnlySpan<byte> bytes)
    {
        var numbers = new double[bytes.Length * 8L / type.BitSize()];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = ElementDecoder.Read(type, bytes, i).Real;
        }

        return numbers;
    }
}
