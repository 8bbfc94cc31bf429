namespace ModelBuild.Kernels;

/// <summary>The operator QEmbedLayerNormalization of ONNX Runtime's own set.</summary>
public static unsafe class QuantizedEmbedding
{
    /// <summary>Sum of word, position and segment embeddings from quantized tables, normalized.</summary>
    /// <param name="inputIds">Words, <c>[batch, sequence]</c>.</param>
    /// <param name="segmentIds">Segments, <c>[batch, sequence]</c>.</param>
    /// <param name="word">Table of words, 8-bit integers.</param>
    /// <param name="position">Table of positions.</param>
    /// <param name="segment">Table of segments.</param>
    /// <param name="gamma">Factors, <c>[hidden]</c>.</param>
    /// <param name="beta">Addends, <c>[hidden]</c>.</param>
    /// <param name="mask">Which tokens count, <c>[batch, sequence]</c>.</param>
    /// <param name="wordScale">Scale of <paramref name="word"/>.</param>
    /// <param name="positionScale">Scale of <paramref name="position"/>.</param>
    /// <param name="segmentScale">Scale of <paramref name="segment"/>.</param>
    /// <param name="gammaScale">Scale of <paramref name="gamma"/>.</param>
    /// <param name="betaScale">Scale of <paramref name="beta"/>.</param>
    /// <param name="wordZeroPoint">Zero point of <paramref name="word"/>.</param>
    /// <param name="positionZeroPoint">Zero point of <paramref name="position"/>.</param>
    /// <param name="segmentZeroPoint">Zero point of <paramref name="segment"/>.</param>
    /// <param name="gammaZeroPoint">Zero point of <paramref name="gamma"/>.</param>
    /// <param name="betaZeroPoint">Zero point of <paramref name="beta"/>.</param>
    /// <param name="output">Result, <c>[batch, sequence, hidden]</c>, float32.</param>
    /// <param name="maskIndex">Number of tokens that count, <c>[batch]</c>.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="KernelException">Shapes or types contradict each other, or an index is outside.</exception>
    public static void QEmbedLayerNormalization(
        TensorValue inputIds,
        TensorValue? segmentIds,
        TensorValue word,
        TensorValue position,
        TensorValue? segment,
        TensorValue gamma,
        TensorValue beta,
        TensorValue? mask,
        TensorValue wordScale,
        TensorValue positionScale,
        TensorValue? segmentScale,
        TensorValue gammaScale,
        TensorValue betaScale,
        TensorValue? wordZeroPoint,
        TensorValue? positionZeroPoint,
        TensorValue? segmentZeroPoint,
        TensorValue? gammaZeroPoint,
        TensorValue? betaZeroPoint,
        [Output] TensorValue output,
        [Output] TensorValue maskIndex,
        float epsilon = 1e-12f)
    {
        long hidden = word.Rank == 2 ? word.Shape[1] : -1;
        bool fits = inputIds.Rank == 2 && hidden >= 0 && position.Rank == 2 && position.Shape[1] == hidden && gamma.Length == hidden && beta.Length == hidden
            && (segmentIds is null) == (segment is null) && (segment is null || (segment.Rank == 2 && segment.Shape[1] == hidden && segmentIds!.Length == inputIds.Length))
            && (mask is null || mask.Length == inputIds.Length);
        if (!fits)
        {
            throw new KernelException($"Embeddings of {inputIds} and {segmentIds} from {word}, {position} and {segment} with {gamma} and {beta}.");
        }

        (long batch, long sequence) = (inputIds.Shape[0], inputIds.Shape[1]);
        output.Resize(TensorElementType.Float32, batch, sequence, hidden);
        maskIndex.Resize(TensorElementType.Int32, batch);
        var words = new Table(word, wordScale, wordZeroPoint);
        var positions = new Table(position, positionScale, positionZeroPoint);
        Table segments = segment is null ? default : new Table(segment, segmentScale, segmentZeroPoint);
        var factors = new Table(gamma, gammaScale, gammaZeroPoint);
        var addends = new Table(beta, betaScale, betaZeroPoint);
        float* target = output.Pointer<float>();
        for (long i = 0; i < batch * sequence; i++, target += hidden)
        {
            long wordRow = words.Row(Integers.At(inputIds, i), hidden);
            long positionRow = positions.Row(i % sequence, hidden);
            long segmentRow = segment is null ? 0 : segments.Row(Integers.At(segmentIds!, i), hidden);
            float sum = 0;
            for (long j = 0; j < hidden; j++)
            {
                float value = words[wordRow + j] + positions[positionRow + j];
                target[j] = segment is null ? value : value + segments[segmentRow + j];
                sum += target[j];
            }

            float mean = sum / hidden;
            float squares = 0;
            for (long j = 0; j < hidden; j++)
            {
                target[j] -= mean;
                squares += target[j] * target[j];
            }

            float deviation = MathF.Sqrt((squares / hidden) + epsilon);
            for (long j = 0; j < hidden; j++)
            {
                target[j] = (target[j] / deviation * factors[j]) + addends[j];
            }
        }

        for (long b = 0; b < batch; b++)
        {
            int count = 0;
            for (long i = 0; mask is not null && i < sequence; i++)
            {
                count += Integers.At(mask, (b * sequence) + i) == 1 ? 1 : 0;
            }

            maskIndex.Pointer<int>()[b] = count;
        }
    }

    // 8-bit integers with one scale.
    private readonly ref struct Table
    {
        private readonly TensorValue _tensor;
        private readonly float _scale;
        private readonly int _zeroPoint;

        public Table(TensorValue tensor, TensorValue? scale, TensorValue? zeroPoint)
        {
            if (tensor.ElementType is not (TensorElementType.UInt8 or TensorElementType.Int8))
            {
                throw new KernelException($"A table of 8-bit integers is expected, not {tensor}.");
            }

            _tensor = tensor;
            _scale = QuantizedElements.Scalar(scale, "scale", 1);
            _zeroPoint = (int)QuantizedElements.Scalar(zeroPoint, "zero point");
        }

        public float this[long index] => ((_tensor.ElementType == TensorElementType.UInt8 ? _tensor.Data[index] : ((sbyte*)_tensor.Data)[index]) - _zeroPoint) * _scale;

        public long Row(long row, long hidden) => (ulong)row < (ulong)_tensor.Shape[0] ? row * hidden : throw new KernelException($"Row {row} is not in {_tensor}.");
    }
}
