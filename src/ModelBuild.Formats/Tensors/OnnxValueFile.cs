using Google.Protobuf;
using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Formats.Onnx.Reading;
using ModelBuild.Formats.Onnx.Writing;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tensors;

/// <summary>Values in files of their own, as ONNX's conformance tests store them: a serialized TensorProto, SequenceProto, OptionalProto or MapProto.</summary>
public static class OnnxValueFile
{
    /// <summary>Reads a value into memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="type">Type of the value; null means a tensor.</param>
    /// <exception cref="ModelException">MB3001: the file is missing, damaged, or not a value of that type.</exception>
    public static OnnxValue Read(string path, GraphType? type)
    {
        try
        {
            using var mapped = new Disposables();
            using var file = new WireFile(path);
            return type switch
            {
                SequenceType => ReadAs(SequenceProto.Parser, MessageKind.Sequence, file, mapped, (p, r) => r.Read(p)),
                OptionalType => ReadAs(OptionalProto.Parser, MessageKind.Optional, file, mapped, (p, r) => r.Read(p)),
                MapType => ReadAs(MapProto.Parser, MessageKind.Map, file, mapped, (p, r) => r.Read(p)),
                SparseTensorType => ReadAs(SparseTensorProto.Parser, MessageKind.SparseTensor, file, mapped, (p, r) => r.Read(p)),
                _ => ReadAs(TensorProto.Parser, MessageKind.Tensor, file, mapped, (p, r) => r.Read(p)),
            };
        }
        catch (ModelException e) when (e.Code != "MB3001")
        {
            throw DataProblem.From(e, path);
        }
    }

    private static OnnxValue ReadAs<T>(MessageParser<T> parser, MessageKind kind, WireFile file, Disposables mapped, Func<T, ValueReader, OnnxValue> read)
        where T : IMessage<T>
    {
        OnnxSkeleton skeleton = OnnxSkeleton.Read(file, kind);
        T proto = OnnxReader.Parse(parser, skeleton, file.Path);
        var content = new MappedFile(file.Path);
        mapped.Add(content);
        return read(proto, new ValueReader(new OnnxTensorReader(content, skeleton.Slices, new ExternalDataFolder(file.Path, mapped.Add)), file.Path));
    }

    private sealed class Disposables : IDisposable
    {
        private readonly List<IDisposable> _items = [];

        public void Add(IDisposable item) => _items.Add(item);

        public void Dispose() => _items.ForEach(i => i.Dispose());
    }

    /// <summary>Copies into memory, because the mapped file is closed at the end. Nesting is bounded by the parser.</summary>
    private sealed class ValueReader(OnnxTensorReader tensors, string path)
    {
        public OnnxTensorValue Read(TensorProto proto) => new(Copy(tensors.Read(proto)));

        public OnnxSparseTensorValue Read(SparseTensorProto proto)
        {
            SparseTensor sparse = tensors.ReadSparse(proto);
            return new(sparse with { Values = Copy(sparse.Values), Indices = Copy(sparse.Indices) });
        }

        public OnnxSequenceValue Read(SequenceProto proto) => new(proto.ElemType switch
        {
            1 => [.. proto.TensorValues.Select(Read)],
            2 => [.. proto.SparseTensorValues.Select(Read)],
            3 => [.. proto.SequenceValues.Select(Read)],
            4 => [.. proto.MapValues.Select(Read)],
            5 => [.. proto.OptionalValues.Select(Read)],
            _ => proto.CalculateSize() == 0 || proto.TensorValues.Count == 0 ? Array.Empty<OnnxValue>() : throw DataProblem.Of(path, $"a sequence has entries of kind {proto.ElemType}"),
        });

        public OnnxMapValue Read(MapProto proto)
        {
            bool isText = (ElementType)proto.KeyType == ElementType.String;
            TensorData keys = isText
                ? new StringTensorData([proto.StringKeys.Count], [.. proto.StringKeys.Select(k => k.Memory)])
                : TensorData.Int64s([.. proto.Keys]);
            IReadOnlyList<OnnxValue> values = proto.Values is null ? [] : Read(proto.Values).Items;
            return keys.ElementCount == values.Count ? new(keys, values) : throw DataProblem.Of(path, $"a map has {keys.ElementCount} keys and {values.Count} values");
        }

        public OnnxOptionalValue Read(OptionalProto proto) => new(
            proto.TensorValue is not null ? Read(proto.TensorValue)
            : proto.SparseTensorValue is not null ? Read(proto.SparseTensorValue)
            : proto.SequenceValue is not null ? Read(proto.SequenceValue)
            : proto.MapValue is not null ? Read(proto.MapValue)
            : proto.OptionalValue is not null ? Read(proto.OptionalValue)
            : null);

        private TensorData Copy(TensorData data)
        {
            if (data is MemoryTensorData or StringTensorData)
            {
                return data;
            }

            return data.ByteLength <= Array.MaxLength
                ? new MemoryTensorData(data.ElementType, data.Dimensions, data.Bytes.ToArray()) { DocString = data.DocString }
                : throw DataProblem.Of(path, $"a tensor of {data.ByteLength} bytes is too large");
        }
    }
}

/// <summary>Tensors in files of their own: a serialized TensorProto, usually <c>.pb</c>.</summary>
public static class OnnxTensorFile
{
    /// <summary>Reads a tensor into memory.</summary>
    /// <exception cref="ModelException">MB3001: the file is missing, damaged, or not a tensor.</exception>
    public static TensorData Read(string path) => ((OnnxTensorValue)OnnxValueFile.Read(path, null)).Data;

    /// <summary>Writes a tensor, all of it or nothing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="data">The content.</param>
    /// <param name="name">Name stored with it; may be empty.</param>
    /// <exception cref="ModelException">MB1011: the file can't be written.</exception>
    public static void Write(string path, TensorData data, string name = "")
    {
        using var files = new AtomicFiles(CancellationToken.None);
        files.Add(Path.GetFullPath(path), stream => OnnxTensorWriter.Write(data, name).CopyTo(stream, CancellationToken.None));
        files.Commit();
    }
}
