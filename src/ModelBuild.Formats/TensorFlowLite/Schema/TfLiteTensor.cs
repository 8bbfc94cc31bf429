using ModelBuild.Formats.FlatBuffers;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Schema;

/// <summary>A tensor of a subgraph.</summary>
/// <param name="table">The schema's <c>Tensor</c>.</param>
internal sealed class TfLiteTensor(FlatTable table)
{
    private const int DetailsBlockwise = 2;

    private readonly FlatTable _quantization = table.Table(4);

    /// <summary>Name; may be empty and need not be unique.</summary>
    public string Name { get; } = table.Text(3);

    /// <summary>Sizes at export; a free one is 1 here.</summary>
    public int[] Sizes { get; } = table.Int32s(0);

    /// <summary>Sizes with -1 for free ones; empty when none is free.</summary>
    public int[] Signature { get; } = table.Int32s(7);

    public TfLiteType Type { get; } = (TfLiteType)table.SByte(1);

    /// <summary>Index of the content; a buffer without bytes means that there is none.</summary>
    public uint Buffer { get; } = table.UInt32(2);

    /// <summary>Whether the tensor keeps its content from one call to the next.</summary>
    public bool IsVariable { get; } = table.Bool(5);

    /// <summary>Storage of a sparse constant; absent for a dense one.</summary>
    public FlatTable Sparsity => table.Table(6);

    /// <summary>Index of the content in a file beside the model; 0 for none.</summary>
    public uint ExternalBuffer { get; } = table.UInt32(10);

    /// <summary>Whether the rank is known; an old file doesn't say so for a scalar.</summary>
    public bool HasRank { get; } = table.Bool(8);

    public float[] Scales { get; } = table.Table(4).Floats(2);

    public long[] ZeroPoints { get; } = table.Table(4).Int64s(3);

    /// <summary>The axis that scales go along when there are several.</summary>
    public int QuantizedDimension { get; } = table.Table(4).Int32(6);

    /// <summary>Blockwise scales: index of the tensor that holds them, and the block's size along the last axis; null for none.</summary>
    public (int Scales, int ZeroPoints, int BlockSize)? Blocks => _quantization.Byte(4) == DetailsBlockwise && _quantization.Table(5) is { IsAbsent: false } b
        ? (b.Int32(0), b.Int32(1), b.Int32(2))
        : null;

    /// <summary>Whether the elements stand for real numbers.</summary>
    public bool IsQuantized => Type is TfLiteType.Int8 or TfLiteType.UInt8 or TfLiteType.Int16 or TfLiteType.Int4 or TfLiteType.UInt4 && (Scales.Length > 0 || Blocks is not null);

    /// <summary>The shape, free sizes unknown.</summary>
    public Shape Shape => new([.. (Signature.Length > 0 ? Signature : Sizes).Select(s => s < 0 ? Dimension.Unknown : s)]);
}
