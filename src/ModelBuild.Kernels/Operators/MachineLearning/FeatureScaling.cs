namespace ModelBuild.Kernels;

/// <summary>Scaler, Normalizer, Imputer, Binarizer and FeatureVectorizer of <c>ai.onnx.ml</c>.</summary>
public static unsafe class FeatureScaling
{
    /// <summary>Subtracts an offset and multiplies by a scale, one for each feature or one for all.</summary>
    /// <param name="x">Features, [N, C] or [C].</param>
    /// <param name="y">float32 of the same shape.</param>
    /// <param name="offset">What is subtracted.</param>
    /// <param name="scale">What the difference is multiplied with.</param>
    /// <exception cref="KernelException">The number of offsets or scales is neither 1 nor that of the features.</exception>
    public static void Scaler(TensorValue x, [Output] TensorValue y, ReadOnlySpan<float> offset = default, ReadOnlySpan<float> scale = default)
    {
        FeatureMatrix matrix = FeatureMatrix.Of(x, "Scaler");
        if ((offset.Length > 1 && offset.Length != matrix.Columns) || (scale.Length > 1 && scale.Length != matrix.Columns))
        {
            throw new KernelException($"Scaler of {matrix.Columns} features has {offset.Length} offsets and {scale.Length} scales.");
        }

        y.Resize(TensorElementType.Float32, x.Shape);
        using var source = new RealInput<double>(x);
        float* target = y.Pointer<float>();
        for (long n = 0; n < matrix.Rows; n++)
        {
            for (int c = 0; c < matrix.Columns; c++)
            {
                long at = (n * matrix.Columns) + c;
                target[at] = (float)((source.Pointer[at] - Pick(offset, c, 0)) * Pick(scale, c, 1));
            }
        }
    }

    /// <summary>Divides each example by its norm; one whose norm is 0 stays as it is.</summary>
    /// <param name="x">Features, [N, C] or [C]; of more dimensions the second is the features'.</param>
    /// <param name="y">float32 of the same shape.</param>
    /// <param name="norm">"MAX" (largest element), "L1" or "L2".</param>
    /// <exception cref="KernelException">There is no such norm.</exception>
    public static void Normalizer(TensorValue x, [Output] TensorValue y, string norm = "MAX")
    {
        if (norm is not ("MAX" or "L1" or "L2"))
        {
            throw new KernelException($"Normalizer has no norm '{norm}'.");
        }

        long rows = FeatureMatrix.Of(x, "Normalizer").Rows;
        long columns = x.Rank == 1 ? x.Shape[0] : x.Shape[1];
        long inner = rows * columns == 0 ? 0 : x.Length / rows / columns;
        y.Resize(TensorElementType.Float32, x.Shape);
        using var source = new RealInput<double>(x);
        for (long i = 0; i < rows * inner; i++)
        {
            long start = (i / inner * columns * inner) + (i % inner);
            double sum = norm == "MAX" ? double.NegativeInfinity : 0;
            for (long c = 0; c < columns; c++)
            {
                double value = source.Pointer[start + (c * inner)];
                sum = norm switch
                {
                    "MAX" => Math.Max(sum, value),
                    "L1" => sum + Math.Abs(value),
                    _ => sum + (value * value),
                };
            }

            sum = norm == "L2" ? Math.Sqrt(sum) : sum;
            for (long c = 0; c < columns; c++)
            {
                double value = source.Pointer[start + (c * inner)];
                y.Pointer<float>()[start + (c * inner)] = (float)(sum == 0 ? value : value / sum);
            }
        }
    }

    /// <summary>Replaces a value, or what is not a number, by another, one for each feature or one for all.</summary>
    /// <param name="x">Features, [N, C] or [C].</param>
    /// <param name="y">The same type and shape.</param>
    /// <param name="imputedValueFloats">What it is replaced with in floating-point tensors.</param>
    /// <param name="imputedValueInt64s">What it is replaced with in tensors of integers.</param>
    /// <param name="replacedValueFloat">What is replaced in floating-point tensors.</param>
    /// <param name="replacedValueInt64">What is replaced in tensors of integers.</param>
    /// <exception cref="KernelException">The number of values is neither 1 nor that of the features.</exception>
    public static void Imputer(
        TensorValue x, [Output] TensorValue y, ReadOnlySpan<float> imputedValueFloats = default, ReadOnlySpan<long> imputedValueInt64s = default, float replacedValueFloat = 0,
        long replacedValueInt64 = 0)
    {
        long columns = FeatureMatrix.Of(x, "Imputer").Columns;
        bool integers = x.ElementType is TensorElementType.Int32 or TensorElementType.Int64;
        int count = integers ? imputedValueInt64s.Length : imputedValueFloats.Length;
        if (count != 1 && count != columns)
        {
            throw new KernelException($"Imputer of {columns} features of {x.ElementType} has {count} values.");
        }

        y.CopyFrom(x);
        for (long i = 0; i < x.Length; i++)
        {
            int at = count == 1 ? 0 : (int)(i % columns);
            switch (x.ElementType)
            {
                case TensorElementType.Float32:
                    y.Pointer<float>()[i] = IsReplaced(x.Pointer<float>()[i], replacedValueFloat) ? imputedValueFloats[at] : x.Pointer<float>()[i];
                    break;
                case TensorElementType.Float64:
                    y.Pointer<double>()[i] = IsReplaced(x.Pointer<double>()[i], replacedValueFloat) ? imputedValueFloats[at] : x.Pointer<double>()[i];
                    break;
                case TensorElementType.Int32:
                    y.Pointer<int>()[i] = x.Pointer<int>()[i] == replacedValueInt64 ? (int)imputedValueInt64s[at] : x.Pointer<int>()[i];
                    break;
                case TensorElementType.Int64:
                    y.Pointer<long>()[i] = x.Pointer<long>()[i] == replacedValueInt64 ? imputedValueInt64s[at] : x.Pointer<long>()[i];
                    break;
                default:
                    throw new KernelException($"Imputer can't take {x}.");
            }
        }
    }

    /// <summary>1 where an element is above a threshold, otherwise 0.</summary>
    /// <exception cref="KernelException">The elements are not real numbers.</exception>
    public static void Binarizer(TensorValue x, [Output] TensorValue y, float threshold = 0)
    {
        y.Resize(x.ElementType, x.Shape);
        using var source = new RealInput<double>(x);
        using var target = new RealOutput<double>(y);
        for (long i = 0; i < x.Length; i++)
        {
            target.Pointer[i] = source.Pointer[i] > threshold ? 1 : 0;
        }

        target.Commit();
    }

    /// <summary>Puts tensors of features side by side. Each is cut or filled with zeros to its stated number of features.</summary>
    /// <param name="inputs">Features, [N, C] or [C] each.</param>
    /// <param name="y">float32 [N, sum].</param>
    /// <param name="inputdimensions">Number of features of each, by default what it has.</param>
    /// <exception cref="KernelException">The tensors have different numbers of examples.</exception>
    public static void FeatureVectorizer(ReadOnlySpan<TensorValue> inputs, [Output] TensorValue y, ReadOnlySpan<long> inputdimensions = default)
    {
        if (inputs.Length == 0 || (inputdimensions.Length > 0 && inputdimensions.Length != inputs.Length))
        {
            throw new KernelException($"FeatureVectorizer got {inputs.Length} tensors and {inputdimensions.Length} sizes.");
        }

        long rows = FeatureMatrix.Of(inputs[0], "FeatureVectorizer").Rows;
        long total = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            FeatureMatrix matrix = FeatureMatrix.Of(inputs[i], "FeatureVectorizer");
            long columns = inputdimensions.Length > 0 ? inputdimensions[i] : matrix.Columns;
            if (matrix.Rows != rows || columns < 0 || columns > int.MaxValue)
            {
                throw new KernelException($"FeatureVectorizer can't put {columns} features of {inputs[i]} beside {inputs[0]}.");
            }

            total += columns;
        }

        y.Resize(TensorElementType.Float32, rows, total);
        long start = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            long available = FeatureMatrix.Of(inputs[i], "FeatureVectorizer").Columns;
            long columns = inputdimensions.Length > 0 ? inputdimensions[i] : available;
            using var source = new RealInput<float>(inputs[i]);
            for (long n = 0; n < rows; n++)
            {
                for (long c = 0; c < columns; c++)
                {
                    y.Pointer<float>()[(n * total) + start + c] = c < available ? source.Pointer[(n * available) + c] : 0;
                }
            }

            start += columns;
        }
    }

    private static double Pick(ReadOnlySpan<float> values, int index, float absent) => values.Length switch
    {
        0 => absent,
        1 => values[0],
        _ => values[index],
    };

    private static bool IsReplaced(double value, float replaced) => float.IsNaN(replaced) ? double.IsNaN(value) : value == replaced;
}
