using System.Globalization;

namespace ModelBuild.Kernels;

/// <summary>ZipMap, DictVectorizer and CastMap of <c>ai.onnx.ml</c>.</summary>
public static unsafe class Dictionaries
{
    /// <summary>Makes a map from labels to scores of each example.</summary>
    /// <param name="x">Scores, [N, C] or [C].</param>
    /// <param name="z">One map for each example.</param>
    /// <param name="classlabelsInt64s">Labels that are integers.</param>
    /// <param name="classlabelsStrings">Labels that are texts.</param>
    /// <exception cref="KernelException">There are not as many labels as scores.</exception>
    public static void ZipMap(TensorValue x, [Output] SequenceValue z, ReadOnlySpan<long> classlabelsInt64s = default, ReadOnlySpan<string> classlabelsStrings = default)
    {
        FeatureMatrix matrix = FeatureMatrix.Of(x, "ZipMap");
        bool texts = classlabelsStrings.Length > 0;
        int count = texts ? classlabelsStrings.Length : classlabelsInt64s.Length;
        if (count != matrix.Columns || x.ElementType != TensorElementType.Float32)
        {
            throw new KernelException($"ZipMap can't give the scores {x} {count} labels.");
        }

        z.Release();
        for (long n = 0; n < matrix.Rows; n++)
        {
            var map = new MapValue();
            map.Keys.Resize(texts ? TensorElementType.String : TensorElementType.Int64, count);
            if (texts)
            {
                classlabelsStrings.CopyTo(map.Keys.Strings);
            }
            else
            {
                classlabelsInt64s.CopyTo(map.Keys.Span<long>());
            }

            map.Values.Resize(TensorElementType.Float32, count);
            new ReadOnlySpan<float>(x.Pointer<float>() + (n * count), count).CopyTo(map.Values.Span<float>());
            z.Items.Add(map);
        }
    }

    /// <summary>Puts a map's values in the order of a vocabulary; words that the map lacks get 0 or an empty text.</summary>
    /// <param name="x">The map.</param>
    /// <param name="y">[1, vocabulary] of the values' type.</param>
    /// <param name="int64Vocabulary">Keys that are integers.</param>
    /// <param name="stringVocabulary">Keys that are texts.</param>
    /// <exception cref="KernelException">The keys are of another type.</exception>
    public static void DictVectorizer(MapValue x, [Output] TensorValue y, ReadOnlySpan<long> int64Vocabulary = default, ReadOnlySpan<string> stringVocabulary = default)
    {
        bool texts = stringVocabulary.Length > 0;
        int count = texts ? stringVocabulary.Length : int64Vocabulary.Length;
        if (x.Keys.ElementType != (texts ? TensorElementType.String : TensorElementType.Int64))
        {
            throw new KernelException($"DictVectorizer has a vocabulary of {(texts ? "texts" : "integers")}, and its map has {x.Keys.ElementType}.");
        }

        y.Resize(x.Values.ElementType, 1, count);
        long size = TensorValue.ByteSize(y.ElementType, 1);
        for (int i = 0; i < count; i++)
        {
            int place = texts ? x.Keys.Strings.IndexOf(stringVocabulary[i]) : x.Keys.Span<long>().IndexOf(int64Vocabulary[i]);
            if (y.ElementType == TensorElementType.String)
            {
                y.Strings[i] = place < 0 ? "" : x.Values.Strings[place];
            }
            else if (place < 0)
            {
                new Span<byte>(y.Data + (i * size), (int)size).Clear();
            }
            else
            {
                Buffer.MemoryCopy(x.Values.Data + (place * size), y.Data + (i * size), size, size);
            }
        }
    }

    /// <summary>A map's values as a tensor, in the order of the keys.</summary>
    /// <param name="x">Map from integers to numbers or texts.</param>
    /// <param name="y">[1, values], or [1, size] where keys are places.</param>
    /// <param name="castTo">"TO_FLOAT", "TO_STRING" or "TO_INT64".</param>
    /// <param name="mapForm">"DENSE", or "SPARSE" where keys are places and what is between is 0.</param>
    /// <param name="maxMap">The size where keys are places.</param>
    /// <exception cref="KernelException">A text is no number, or a key lies beyond the size.</exception>
    public static void CastMap(MapValue x, [Output] TensorValue y, string castTo = "TO_FLOAT", string mapForm = "DENSE", long maxMap = 1)
    {
        bool sparse = mapForm == "SPARSE";
        TensorElementType type = castTo switch
        {
            "TO_FLOAT" => TensorElementType.Float32,
            "TO_STRING" => TensorElementType.String,
            "TO_INT64" => TensorElementType.Int64,
            _ => throw new KernelException($"CastMap can't cast to '{castTo}'."),
        };
        int count = checked((int)x.Keys.Length);
        if ((!sparse && mapForm != "DENSE") || x.Keys.ElementType != TensorElementType.Int64)
        {
            throw new KernelException($"CastMap can't make a map of {x.Keys} '{mapForm}'.");
        }

        int[] order = new int[count];
        long[] keys = x.Keys.Span<long>().ToArray();
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        Array.Sort(keys, order);
        y.Resize(type, 1, sparse ? maxMap : count);
        for (int i = 0; i < y.Length && sparse; i++)
        {
            Write(y, i, type == TensorElementType.String ? "0" : null, 0);
        }

        for (int i = 0; i < count; i++)
        {
            long place = sparse ? keys[i] : i;
            if (place < 0 || place >= y.Length)
            {
                throw new KernelException($"A map has the key {place}, and CastMap makes {y.Length} elements.");
            }

            bool text = x.Values.ElementType == TensorElementType.String;
            double number = 0;
            if (!text)
            {
                RealNumbers.Load(x.Values.ElementType, x.Values.Data + TensorValue.ByteSize(x.Values.ElementType, order[i]), 1, &number);
            }

            Write(y, (int)place, text ? x.Values.Strings[order[i]] : null, number);
        }
    }

    private static void Write(TensorValue y, int index, string? text, double number)
    {
        if (y.ElementType == TensorElementType.String)
        {
            y.Strings[index] = text ?? ((float)number).ToString(CultureInfo.InvariantCulture);
            return;
        }

        if (text is not null && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
        {
            throw new KernelException($"CastMap can't read the text '{text}' as a number.");
        }

        RealNumbers.Store(y.ElementType, &number, 1, y.Data + TensorValue.ByteSize(y.ElementType, index));
    }
}
