namespace ModelBuild.Kernels;

/// <summary>LabelEncoder and CategoryMapper of <c>ai.onnx.ml</c>.</summary>
public static unsafe class LabelEncoding
{
    // Below that many comparisons a table of the keys is not worth its making.
    private const long FewComparisons = 2048;

    /// <summary>Replaces each element by the value that belongs to the equal key, or by a default.</summary>
    /// <remarks>Keys that are not a number are equal to one another.</remarks>
    /// <param name="x">Elements of the keys' type.</param>
    /// <param name="y">Elements of the values' type, in the same shape.</param>
    /// <param name="classesStrings">Version 1: texts; they are the keys for texts, and the values for their places.</param>
    /// <param name="defaultFloat">The default where values are float32.</param>
    /// <param name="defaultInt64">The default where values are integers.</param>
    /// <param name="defaultString">The default where values are texts.</param>
    /// <param name="defaultTensor">The default where values are a tensor.</param>
    /// <param name="keysFloats">Keys.</param>
    /// <param name="keysInt64s">Keys.</param>
    /// <param name="keysStrings">Keys.</param>
    /// <param name="keysTensor">Keys.</param>
    /// <param name="valuesFloats">Values.</param>
    /// <param name="valuesInt64s">Values.</param>
    /// <param name="valuesStrings">Values.</param>
    /// <param name="valuesTensor">Values.</param>
    /// <exception cref="KernelException">There are not as many values as keys, or the elements are not of the keys' type.</exception>
    public static void LabelEncoder(
        TensorValue x, [Output] TensorValue y, ReadOnlySpan<string> classesStrings = default, float defaultFloat = -0f, long defaultInt64 = -1, string defaultString = "_Unused",
        [TensorAttribute] TensorValue? defaultTensor = null, ReadOnlySpan<float> keysFloats = default, ReadOnlySpan<long> keysInt64s = default, ReadOnlySpan<string> keysStrings = default,
        [TensorAttribute] TensorValue? keysTensor = null, ReadOnlySpan<float> valuesFloats = default, ReadOnlySpan<long> valuesInt64s = default, ReadOnlySpan<string> valuesStrings = default,
        [TensorAttribute] TensorValue? valuesTensor = null)
    {
        if (classesStrings.Length > 0)
        {
            EncodePlaces(x, y, classesStrings, defaultInt64, defaultString);
            return;
        }

        var keys = new LabelList(keysInt64s, keysFloats, keysStrings, keysTensor);
        var values = new LabelList(valuesInt64s, valuesFloats, valuesStrings, valuesTensor);
        Encode(x, y, keys, values, defaultFloat, defaultInt64, defaultString, defaultTensor);
    }

    /// <summary>Replaces texts by integers, or integers by texts.</summary>
    /// <param name="x">Texts or 64-bit integers.</param>
    /// <param name="y">64-bit integers or texts, in the same shape.</param>
    /// <param name="catsInt64s">The integers.</param>
    /// <param name="catsStrings">The texts, as many.</param>
    /// <param name="defaultInt64">Where a text is not among them.</param>
    /// <param name="defaultString">Where an integer is not among them.</param>
    /// <exception cref="KernelException">There are not as many texts as integers, or the elements are neither.</exception>
    public static void CategoryMapper(
        TensorValue x, [Output] TensorValue y, ReadOnlySpan<long> catsInt64s = default, ReadOnlySpan<string> catsStrings = default, long defaultInt64 = -1, string defaultString = "_Unused")
    {
        var integers = new LabelList(catsInt64s, [], [], null);
        var texts = new LabelList([], [], catsStrings, null);
        bool fromTexts = x.ElementType == TensorElementType.String;
        Encode(x, y, fromTexts ? texts : integers, fromTexts ? integers : texts, 0, defaultInt64, defaultString, null);
    }

    private static void EncodePlaces(TensorValue x, TensorValue y, ReadOnlySpan<string> classes, long defaultInteger, string defaultText)
    {
        if (x.ElementType == TensorElementType.String)
        {
            y.Resize(TensorElementType.Int64, x.Shape);
            for (int i = 0; i < x.Length; i++)
            {
                int place = classes.IndexOf(x.Strings[i]);
                y.Pointer<long>()[i] = place < 0 ? defaultInteger : place;
            }

            return;
        }

        y.Resize(TensorElementType.String, x.Shape);
        for (int i = 0; i < x.Length; i++)
        {
            long place = RealNumbers.Integer(x, i);
            y.Strings[i] = place >= 0 && place < classes.Length ? classes[(int)place] : defaultText;
        }
    }

    private static void Encode(
        TensorValue x, TensorValue y, LabelList keys, LabelList values, float defaultNumber, long defaultInteger, string defaultText, TensorValue? defaultTensor)
    {
        if (keys.Count != values.Count || keys.ElementType != x.ElementType || (defaultTensor is not null && (defaultTensor.ElementType != values.ElementType || defaultTensor.Length != 1)))
        {
            throw new KernelException($"An encoder of {x} can't have {keys.Count} keys of {keys.ElementType}, {values.Count} values of {values.ElementType} and the default {defaultTensor?.ToString() ?? "as usual"}.");
        }

        y.Resize(values.ElementType, x.Shape);
        var fallback = values.ElementType switch
        {
            _ when defaultTensor is not null => new LabelList([], [], [], defaultTensor),
            TensorElementType.String => new LabelList([], [], new ReadOnlySpan<string>(in defaultText), null),
            TensorElementType.Float32 => new LabelList([], new ReadOnlySpan<float>(in defaultNumber), [], null),
            _ => new LabelList(new ReadOnlySpan<long>(in defaultInteger), [], [], null),
        };
        if (defaultTensor is null && values.ElementType is not (TensorElementType.String or TensorElementType.Float32 or TensorElementType.Int64))
        {
            WriteDefaults(y, values.ElementType == TensorElementType.Float64 ? defaultNumber : defaultInteger);
            Replace(x, y, keys, values, fallback, keep: true);
            return;
        }

        Replace(x, y, keys, values, fallback, keep: false);
    }

    private static void WriteDefaults(TensorValue y, double value)
    {
        using var target = new RealOutput<double>(y);
        for (long i = 0; i < target.Length; i++)
        {
            target.Pointer[i] = value;
        }

        target.Commit();
    }

    private static void Replace(TensorValue x, TensorValue y, LabelList keys, LabelList values, LabelList fallback, bool keep)
    {
        bool texts = keys.ElementType == TensorElementType.String;
        bool few = x.Length * keys.Count <= FewComparisons;
        Dictionary<string, long>? byText = few || !texts ? null : new Dictionary<string, long>(StringComparer.Ordinal);
        Dictionary<long, long>? byBits = few || texts ? null : [];
        for (long k = keys.Count - 1; k >= 0 && !few; k--)
        {
            // From the end: the first of equal keys counts.
            if (texts)
            {
                byText![keys.Text(k)] = k;
            }
            else
            {
                byBits![keys.Bits(k)] = k;
            }
        }

        for (long i = 0; i < x.Length; i++)
        {
            long found = few
                ? Find(x, i, keys, texts)
                : texts ? (byText!.TryGetValue(x.Strings[(int)i], out long t) ? t : -1) : (byBits!.TryGetValue(LabelList.Bits(x, i), out long b) ? b : -1);
            if (found >= 0)
            {
                values.Write(found, y, i);
            }
            else if (!keep)
            {
                fallback.Write(0, y, i);
            }
        }
    }

    private static long Find(TensorValue x, long index, LabelList keys, bool texts)
    {
        long bits = texts ? 0 : LabelList.Bits(x, index);
        for (long k = 0; k < keys.Count; k++)
        {
            if (texts ? keys.Text(k) == x.Strings[(int)index] : keys.Bits(k) == bits)
            {
                return k;
            }
        }

        return -1;
    }
}
