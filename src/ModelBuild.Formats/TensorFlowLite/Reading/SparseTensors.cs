using ModelBuild.Formats.FlatBuffers;
using ModelBuild.Formats.TensorFlowLite.Schema;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Reading;

/// <summary>Dense form of sparse constants: dimensions in traversal order, each dense or compressed (CSR), blocks behind the tensor's own axes.</summary>
internal static class SparseTensors
{
    private const long MaxDense = 1L << 30;

    /// <summary>Places every stored element.</summary>
    public static TensorData Unfold(TfLiteFile file, TfLiteTensor tensor, long[] sizes, long start, long length)
    {
        FlatTable sparsity = tensor.Sparsity;
        int[] order = sparsity.Int32s(0);
        int[] blockMap = sparsity.Int32s(1);
        FlatTables metadata = sparsity.Tables(2);
        ElementType type = tensor.Type.ToElementType();
        int size = type.BitSize() / 8;
        long total = ConstantReader.Count(file, tensor, sizes);
        if (size == 0 || total > MaxDense || total * size > int.MaxValue || length > int.MaxValue)
        {
            throw ConstantReader.Damaged(file, tensor, "is sparse and can't be unfolded");
        }

        int rank = sizes.Length;
        if (order.Length != metadata.Count || order.Length != rank + blockMap.Length || rank == 0
            || order.Any(o => (uint)o >= (uint)order.Length) || order.Distinct().Count() != order.Length || blockMap.Any(b => (uint)b >= (uint)rank))
        {
            throw ConstantReader.Damaged(file, tensor, "is sparse, and its order of dimensions is none");
        }

        var levels = new Level[order.Length];
        for (int i = 0; i < levels.Length; i++)
        {
            FlatTable m = metadata[i];
            levels[i] = new Level(m.SByte(0) != 0, m.Int32(1), Indices(m, 2), Indices(m, 4));
        }

        // Block sizes by axis of the tensor.
        var blocks = new long[rank];
        Array.Fill(blocks, 1);
        for (int i = 0; i < order.Length; i++)
        {
            if (order[i] >= rank)
            {
                blocks[blockMap[order[i] - rank]] = levels[i].IsCompressed ? throw ConstantReader.Damaged(file, tensor, "has compressed blocks") : levels[i].Size;
            }
        }

        // Distance in the dense tensor that one step along each level makes.
        var strides = new long[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            int axis = order[i] < rank ? order[i] : blockMap[order[i] - rank];
            long stride = sizes[(axis + 1)..].Aggregate(1L, (a, b) => a * b);
            strides[i] = order[i] < rank ? stride * blocks[axis] : stride;
        }

        var dense = new byte[total * size];
        file.Buffer.Charge(dense.Length / 16, start);
        long next = 0;
        ReadOnlySpan<byte> stored = file.Buffer.Read(start, (int)length);
        Walk(0, 0, 0, stored, ref next);
        return new MemoryTensorData(type, sizes, dense);

        void Walk(int level, long parent, long target, ReadOnlySpan<byte> values, ref long read)
        {
            if (level == levels.Length)
            {
                if (target >= total || (read + 1) * size > values.Length)
                {
                    throw ConstantReader.Damaged(file, tensor, "is sparse and names an element outside it");
                }

                values.Slice((int)(read * size), size).CopyTo(dense.AsSpan((int)(target * size)));
                read++;
                return;
            }

            Level l = levels[level];
            if (!l.IsCompressed)
            {
                for (int i = 0; i < l.Size; i++)
                {
                    Walk(level + 1, (parent * l.Size) + i, target + (i * strides[level]), values, ref read);
                }

                return;
            }

            if (parent + 1 >= l.Segments.Length)
            {
                throw ConstantReader.Damaged(file, tensor, "is sparse and lacks a segment");
            }

            for (int i = l.Segments[parent]; i < l.Segments[parent + 1]; i++)
            {
                if ((uint)i >= (uint)l.Indices.Length || l.Indices[i] < 0)
                {
                    throw ConstantReader.Damaged(file, tensor, "is sparse and lacks an index");
                }

                Walk(level + 1, i, target + (l.Indices[i] * strides[level]), values, ref read);
            }
        }
    }

    private static int[] Indices(FlatTable metadata, int slot) => (metadata.Byte(slot), metadata.Table(slot + 1)) switch
    {
        (1, var t) => t.Int32s(0),
        (2, var t) => Array.ConvertAll(t.UInt16s(0), v => (int)v),
        (3, var t) => Array.ConvertAll(t.Bytes(0), v => (int)v),
        _ => [],
    };

    private readonly record struct Level(bool IsCompressed, int Size, int[] Segments, int[] Indices);
}
