using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;

namespace ModelBuild.Formats.TensorFlowLite.Reading;

/// <summary>Quantized tensors as QuantizeLinear and DequantizeLinear: real = scale * (stored - zero point).</summary>
internal static class Quantization
{
    /// <summary>The numbers that a stored tensor stands for.</summary>
    /// <param name="reader">The graph.</param>
    /// <param name="value">The stored form.</param>
    /// <param name="tensor">Its scales.</param>
    /// <param name="axis">The axis that several scales go along, in <paramref name="value"/>.</param>
    public static Value Dequantize(SubgraphReader reader, Value value, TfLiteTensor tensor, int axis)
    {
        GraphBuilder b = reader.Builder;
        if (tensor.Blocks is { } blocks)
        {
            return DequantizeBlocks(reader, value, tensor, blocks);
        }

        Value scale = Scale(reader, tensor, b.ShapeOf(value), axis);
        Value? zeroPoint = ZeroPoint(reader, tensor, b.ElementOf(value));
        return tensor.Scales.Length == 1
            ? b.Add("DequantizeLinear", [value, scale, zeroPoint])
            : b.Add("DequantizeLinear", [value, scale, zeroPoint], ("axis", (long)axis));
    }

    /// <summary>The stored form of real numbers.</summary>
    public static Value Quantize(SubgraphReader reader, Value value, TfLiteTensor tensor)
    {
        GraphBuilder b = reader.Builder;
        if (tensor.Blocks is not null)
        {
            throw new Importing.UnsupportedOperatorException("its result is quantized in blocks; only constants may be");
        }

        ElementType type = tensor.Type.ToElementType();
        if (type is not (ElementType.Int8 or ElementType.UInt8 or ElementType.Int16))
        {
            throw new Importing.UnsupportedOperatorException($"its result is quantized to {tensor.Type.Name()}; int8, uint8 and int16 can be read");
        }

        Value scale = Scale(reader, tensor, b.ShapeOf(value), tensor.QuantizedDimension);
        Value zeroPoint = ZeroPoint(reader, tensor, type)!;
        return tensor.Scales.Length == 1
            ? b.Add("QuantizeLinear", [value, scale, zeroPoint])
            : b.Add("QuantizeLinear", [value, scale, zeroPoint], ("axis", (long)tensor.QuantizedDimension));
    }

    private static Value Scale(SubgraphReader reader, TfLiteTensor tensor, Shape? shape, int axis)
    {
        float[] scales = tensor.Scales;
        if (Array.Exists(scales, s => !float.IsFinite(s) || s < 0))
        {
            throw ConstantReader.Damaged(reader.State.File, tensor, "has a scale that is no positive number");
        }

        if (scales.Length > 1 && shape is not null && ((uint)axis >= (uint)shape.Rank || (shape[axis].IsFixed && shape[axis].Value != scales.Length)))
        {
            throw ConstantReader.Damaged(reader.State.File, tensor, $"has {scales.Length} scales along axis {axis} of shape {shape}");
        }

        // A channel of zeros may have scale 0, by which nothing can be divided.
        return reader.Builder.Constant(TensorData.Create<float>(ElementType.Float32, scales.Length == 1 ? [] : [scales.Length], Array.ConvertAll(scales, s => s == 0 ? float.Epsilon : s)));
    }

    private static Value? ZeroPoint(SubgraphReader reader, TfLiteTensor tensor, ElementType type)
    {
        int count = tensor.Scales.Length;
        long[] points = tensor.ZeroPoints;
        if (points.Length > 1 && points.Length != count)
        {
            throw ConstantReader.Damaged(reader.State.File, tensor, $"has {count} scales and {points.Length} zero points");
        }

        long At(int i) => points.Length == 0 ? 0 : points[points.Length == 1 ? 0 : i];
        (long least, long most) = type switch
        {
            ElementType.UInt8 => (0L, 255L),
            ElementType.Int16 => (short.MinValue, short.MaxValue),
            _ => (sbyte.MinValue, sbyte.MaxValue),
        };
        if (points.Any(p => p < least || p > most))
        {
            throw ConstantReader.Damaged(reader.State.File, tensor, $"has a zero point outside {tensor.Type.Name()}");
        }

        ReadOnlySpan<long> dimensions = count == 1 ? [] : [count];
        IEnumerable<int> all = Enumerable.Range(0, count);
        return type switch
        {
            ElementType.Int8 => reader.Builder.Constant(TensorData.Create<sbyte>(type, dimensions, [.. all.Select(i => (sbyte)At(i))])),
            ElementType.UInt8 => reader.Builder.Constant(TensorData.Create<byte>(type, dimensions, [.. all.Select(i => (byte)At(i))])),
            ElementType.Int16 => reader.Builder.Constant(TensorData.Create<short>(type, dimensions, [.. all.Select(i => (short)At(i))])),
            _ => null,
        };
    }

    private static Value DequantizeBlocks(SubgraphReader reader, Value value, TfLiteTensor tensor, (int Scales, int ZeroPoints, int BlockSize) blocks)
    {
        GraphBuilder b = reader.Builder;
        int count = reader.Subgraph.Tensors.Count;
        if ((uint)blocks.Scales >= (uint)count || blocks.ZeroPoints >= count || blocks.BlockSize <= 0)
        {
            throw ConstantReader.Damaged(reader.State.File, tensor, "has block scales that are no tensor");
        }

        Value scale = b.ConstantOf(reader.Stored(blocks.Scales)) is { } data ? b.Constant(data.ToFloat32()) : b.Cast(reader.Stored(blocks.Scales), ElementType.Float32);
        Value? zeroPoint = blocks.ZeroPoints < 0 ? null : b.Cast(reader.Stored(blocks.ZeroPoints), b.ElementOf(value));
        return b.Add("DequantizeLinear", [value, scale, zeroPoint], ("axis", tensor.Sizes.Length - 1L), ("block_size", (long)blocks.BlockSize));
    }
}
