using ModelBuild.Formats.FlatBuffers;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.TensorFlowLite.Schema;

/// <summary>A .tflite file's structure; weights stay where they are.</summary>
internal sealed class TfLiteFile
{
    public const string Identifier = "TFL3";

    private readonly FlatTable _root;
    private readonly FlatTables _buffers;
    private readonly string[] _operatorNames;
    private readonly TfLiteSubgraph?[] _subgraphs;

    private TfLiteFile(MappedFile file)
    {
        Buffer = new FlatBuffer(file);
        _root = Buffer.Root;
        _buffers = _root.Tables(4);
        FlatTables codes = _root.Tables(1);
        Buffer.Charge(16L * codes.Count, codes.Count);
        _operatorNames = new string[codes.Count];
        for (int i = 0; i < codes.Count; i++)
        {
            int number = Math.Max(codes[i].SByte(0), codes[i].Int32(3));
            _operatorNames[i] = number == BuiltinOperators.Custom ? TfLiteOperator.CustomPrefix + codes[i].Text(1) : BuiltinOperators.Name(number);
        }

        FlatTables subgraphs = _root.Tables(2);
        if (subgraphs.Count == 0)
        {
            throw FileProblem.Damaged(file.Path, "it has no graph");
        }

        Buffer.Charge(16L * subgraphs.Count, _root.Position);
        _subgraphs = new TfLiteSubgraph?[subgraphs.Count];
        Signatures = ReadSignatures();
    }

    public FlatBuffer Buffer { get; }

    public string Path => Buffer.File.Path;

    public uint Version => _root.UInt32(0);

    public string Description => _root.Text(3);

    public int SubgraphCount => _subgraphs.Length;

    /// <summary>Entry points by key, in the file's order.</summary>
    public IReadOnlyList<(string Key, int Subgraph)> Signatures { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ModelException">It can't be read, or is damaged.</exception>
    public static TfLiteFile Open(MappedFile file) =>
        FlatBuffer.HasIdentifier(file.GetBytes(0, (int)Math.Min(8, file.Length)), Identifier)
            ? new TfLiteFile(file)
            : throw FileProblem.Damaged(file.Path, $"'{Identifier}' does not stand at byte 4");

    /// <summary>A subgraph; read when first asked for.</summary>
    /// <exception cref="ModelException">There is none of that number, or it is damaged.</exception>
    public TfLiteSubgraph Subgraph(int index) => (uint)index < (uint)_subgraphs.Length
        ? _subgraphs[index] ??= new TfLiteSubgraph(this, _root.Tables(2)[index], _operatorNames)
        : throw FileProblem.Damaged(Path, $"graph {index} of {_subgraphs.Length} is asked for");

    /// <summary>Names of metadata entries, such as <c>TFLITE_METADATA</c>.</summary>
    public IEnumerable<string> MetadataNames
    {
        get
        {
            FlatTables all = _root.Tables(6);
            for (int i = 0; i < all.Count; i++)
            {
                yield return all[i].Text(0);
            }
        }
    }

    /// <summary>Where a buffer's content lies.</summary>
    /// <exception cref="ModelException">It lies outside the file.</exception>
    public (long Start, long Length) Content(uint index)
    {
        if (index >= _buffers.Count)
        {
            return index == 0 ? (0, 0) : throw FileProblem.Damaged(Path, $"buffer {index} of {_buffers.Count} is asked for");
        }

        FlatTable buffer = _buffers[(int)index];
        ulong offset = buffer.UInt64(1);
        ulong size = buffer.UInt64(2);
        if (offset > 1 && size > 0)
        {
            return offset <= (ulong)Buffer.Length && size <= (ulong)Buffer.Length - offset
                ? ((long)offset, (long)size)
                : throw FileProblem.Damaged(Path, $"buffer {index} lies at byte {offset}, outside the file");
        }

        return buffer.Extent(0);
    }

    private List<(string, int)> ReadSignatures()
    {
        FlatTables all = _root.Tables(7);
        var signatures = new List<(string, int)>();
        for (int i = 0; i < all.Count; i++)
        {
            signatures.Add((all[i].Text(2), all[i].UInt32(4) is var subgraph && subgraph < _subgraphs.Length ? (int)subgraph : throw FileProblem.Damaged(Path, $"signature {i} names graph {subgraph}")));
        }

        return signatures;
    }
}
