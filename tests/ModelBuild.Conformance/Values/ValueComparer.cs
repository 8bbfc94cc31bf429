using ModelBuild.Conformance.Suite;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Values;

/// <summary>Compares what an engine gave with what a file holds, as ONNX's own runner does: same type, same shape, numbers within a tolerance, text equal.</summary>
internal static class ValueComparer
{
    /// <summary>Compares.</summary>
    /// <returns>The first difference, or null.</returns>
    public static string? Compare(OnnxValue expected, OrtValue actual, Tolerance tolerance) => expected switch
    {
        OnnxOptionalValue { Value: null } => actual.Kind == OrtKind.None ? null : $"has a value, but none is expected",
        OnnxOptionalValue { Value: { } value } => Compare(value, actual, tolerance),
        OnnxSequenceValue sequence => CompareItems(sequence.Items, actual, tolerance),
        OnnxTensorValue tensor => CompareTensor(tensor.Data, actual, tolerance),
        _ => throw new NotSupportedException($"Values of kind {expected.GetType().Name} can't be compared."),
    };

    /// <summary>Compares two engines' values.</summary>
    /// <returns>The first difference, or null.</returns>
    public static string? Compare(OrtValue expected, OrtValue actual, Tolerance tolerance)
    {
        if (expected.Kind == OrtKind.Tensor)
        {
            return CompareTensor(ToData(expected), actual, tolerance);
        }

        if (expected.Kind != actual.Kind || expected.Kind == OrtKind.None)
        {
            return expected.Kind == actual.Kind ? null : $"is {actual.Kind}, not {expected.Kind}";
        }

        var expectedItems = expected.GetItems();
        var actualItems = actual.GetItems();
        try
        {
            return expectedItems.Length != actualItems.Length
                ? $"has {actualItems.Length} items, not {expectedItems.Length}"
                : expectedItems.Select((e, i) => Compare(e, actualItems[i], tolerance)).FirstOrDefault(d => d is not null);
        }
        finally
        {
            Array.ForEach(expectedItems, i => i.Dispose());
            Array.ForEach(actualItems, i => i.Dispose());
        }
    }

    private static TensorData ToData(OrtValue value) => value.ElementType == TensorElementType.String
        ? new StringTensorData(value.Dimensions, value.GetUtf8Strings())
        : new MemoryTensorData((ElementType)value.ElementType, value.Dimensions, value.Bytes.ToArray());

    private static string? CompareItems(IReadOnlyList<OnnxValue> expected, OrtValue actual, Tolerance tolerance)
    {
        if (actual.Kind != OrtKind.Sequence)
        {
            return $"is {actual.Kind}, not a sequence";
        }

        var items = actual.GetItems();
        try
        {
            if (items.Length != expected.Count)
            {
                return $"has {items.Length} items, not {expected.Count}";
            }

            for (int i = 0; i < items.Length; i++)
            {
                if (Compare(expected[i], items[i], tolerance) is { } difference)
                {
                    return $"item {i} {difference}";
                }
            }

            return null;
        }
        finally
        {
            Array.ForEach(items, i => i.Dispose());
        }
    }

    private static string? CompareTensor(TensorData expected, OrtValue actual, Tolerance tolerance)
    {
        if (actual.Kind != OrtKind.Tensor || (ElementType)actual.ElementType != expected.ElementType)
        {
            return $"is {actual.Kind} of {((ElementType)actual.ElementType).Name()}, not a tensor of {expected.ElementType.Name()}";
        }

        if (!actual.Dimensions.SequenceEqual(expected.Dimensions))
        {
            return $"has shape [{string.Join(',', actual.Dimensions.ToArray())}], not [{string.Join(',', expected.Dimensions.ToArray())}]";
        }

        if (tolerance.IsRandom)
        {
            return null;
        }

        if (expected.Strings is { } texts)
        {
            var given = actual.GetUtf8Strings();
            for (int i = 0; i < texts.Count; i++)
            {
                if (!texts[i].Span.SequenceEqual(given[i].Span))
                {
                    return $"differs at {i} of {texts.Count}: '{System.Text.Encoding.UTF8.GetString(given[i].Span)}', not '{System.Text.Encoding.UTF8.GetString(texts[i].Span)}'";
                }
            }

            return null;
        }

        return CompareNumbers(expected, actual.Bytes, tolerance);
    }

    private static string? CompareNumbers(TensorData expected, ReadOnlySpan<byte> actual, Tolerance tolerance)
    {
        var bytes = expected.Bytes;
        int count = checked((int)expected.ElementCount);
        int different = 0, first = 0;
        for (int i = 0; i < count; i++)
        {
            var e = ElementDecoder.Read(expected.ElementType, bytes, i);
            var a = ElementDecoder.Read(expected.ElementType, actual, i);
            if (!IsClose(e.Real, a.Real, tolerance) || !IsClose(e.Imaginary, a.Imaginary, tolerance))
            {
                first = different++ == 0 ? i : first;
            }
        }

        return different == 0 ? null
            : $"differs in {different} of {count} elements, first at {first}: {ElementDecoder.Read(expected.ElementType, actual, first).Real:G9}, not {ElementDecoder.Read(expected.ElementType, bytes, first).Real:G9}";
    }

    private static bool IsClose(double expected, double actual, Tolerance tolerance) =>
        expected == actual
        || (double.IsNaN(expected) && double.IsNaN(actual))
        || (double.IsFinite(expected) && Math.Abs(actual - expected) <= tolerance.Absolute + (tolerance.Relative * Math.Abs(expected)));
}
