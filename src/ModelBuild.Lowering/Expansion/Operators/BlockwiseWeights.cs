using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Expansion.Operators;

/// <summary>Products with weights that are stored in blocks of four or eight bits, each with a scale.</summary>
internal sealed class BlockwiseWeights : IExpansion
{
    /// <inheritdoc/>
    public IEnumerable<string> OpTypes => ["MatMulNBits"];

    /// <inheritdoc/>
    public string? Expand(ExpansionContext context)
    {
        Node node = context.Node;
        long k = node.GetInt("K");
        long n = node.GetInt("N");
        long bits = node.GetInt("bits", 4);
        long block = node.GetInt("block_size");
        if (node.Input(1)?.Initializer is not { } weights || k <= 0 || n <= 0 || block <= 0 || bits is not (4 or 8) || node.Input(4) is not null)
        {
            return "its weights are not constant, or are ordered by groups.";
        }

        long blocks = ((k - 1) / block) + 1;
        long padded = blocks * block;
        ElementType packed = bits == 4 ? ElementType.UInt4 : ElementType.UInt8;
        if (weights.ByteLength != n * padded * bits / 8)
        {
            return "its weights have another size.";
        }

        Value? zero = Zero(context, node.Input(3), n, blocks, bits, packed);
        if (zero is null)
        {
            return "its zero points are not constant integers.";
        }

        // A column's blocks lie side by side, the first of two elements in the low half, as ONNX stores four-bit integers.
        Value stored = context.Constant(new MemoryTensorData(packed, [n, padded], weights.Bytes.ToArray()));
        Value scales = context.Add("Reshape", [node.Input(2), context.Integers(n, blocks)]);
        Value dense = context.Add("DequantizeLinear", [stored, scales, zero], ("axis", new IntAttribute(1)), ("block_size", new IntAttribute(block)));
        if (padded != k)
        {
            dense = context.Add("Slice", [dense, context.Integers(0), context.Integers(k), context.Integers(1)]);
        }

        Value product = context.Add("MatMul", [node.Input(0), context.Add("Transpose", [dense], ("perm", new IntsAttribute([1, 0])))]);
        context.Give(0, context.Plus(product, node.Input(5)));
        return null;
    }

    // Zero points of a column fill whole bytes, so with an odd number of blocks half a byte is left over.
    private static Value? Zero(ExpansionContext context, Value? given, long n, long blocks, long bits, ElementType packed)
    {
        byte[] unpacked = new byte[checked(n * blocks)];
        if (given is null)
        {
            Array.Fill(unpacked, (byte)(1 << (int)(bits - 1)));
        }
        else
        {
            long row = ((blocks * bits) + 7) / 8;
            if (given.Initializer is not { ElementType: ElementType.UInt8 } data || data.ByteLength != n * row)
            {
                return null;
            }

            ReadOnlySpan<byte> bytes = data.Bytes;
            for (int i = 0; i < unpacked.Length; i++)
            {
                int at = (int)((i / blocks * row) + (i % blocks * bits / 8));
                unpacked[i] = bits == 8 ? bytes[at] : (byte)(i % blocks % 2 == 0 ? bytes[at] & 15 : bytes[at] >> 4);
            }
        }

        if (bits == 8)
        {
            return context.Constant(new MemoryTensorData(packed, [n, blocks], unpacked));
        }

        byte[] pairs = new byte[(unpacked.Length + 1) / 2];
        for (int i = 0; i < unpacked.Length; i++)
        {
            pairs[i / 2] |= (byte)(unpacked[i] << (4 * (i % 2)));
        }

        return context.Constant(new MemoryTensorData(packed, [n, blocks], pairs));
    }
}
