using System.Runtime.InteropServices;
using ModelBuild.Formats.MindSpore.Files;
using ModelBuild.Formats.MindSpore.Proto;
using ModelBuild.Formats.Onnx.Reading;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Reading;

/// <summary>Turns <c>TensorProto</c> into contents, wherever they lie.</summary>
internal sealed class TensorReader(ByteSource source, ModelReadOptions options, Action<IDisposable> own)
{
    private readonly ExternalDataFolder _folder = new(source.Path, own);
    private readonly Dictionary<string, ByteSource> _external = new(StringComparer.Ordinal);

    /// <summary>The content of a tensor.</summary>
    /// <exception cref="ModelException">It does not fit type and dimensions, or can't be found.</exception>
    public TensorData Read(TensorProto proto)
    {
        ElementType type = MindTypes.OfData(proto.DataType);
        long[] dimensions = [.. proto.Dims];
        if (proto.CompressionType != 0)
        {
            throw new ModelException("MB1005", $"Tensor '{proto.Name}' is compressed (method {proto.CompressionType}), which is not supported. Export the model without compression.", source.Path);
        }

        long size = TensorSizes.Of(type, dimensions, proto.Name, source.Path);
        if (type == ElementType.String)
        {
            long count = dimensions.Aggregate(1L, (product, d) => product * d);
            return proto.StringData.Count == count ? new StringTensorData(dimensions, [.. proto.StringData.Select(s => s.Memory)]) : throw Mismatch(proto, size, proto.StringData.Count);
        }

        if (proto.ExternalData is { } external)
        {
            return ReadExternal(proto, type, dimensions, size, external);
        }

        if (proto.HasSliceLength)
        {
            return proto.SliceLength == size ? source.Tensor(type, dimensions, proto.SliceOffset) : throw Mismatch(proto, size, proto.SliceLength);
        }

        byte[] bytes = proto.HasRawData ? proto.RawData.ToByteArray()
            : proto.FloatData.Count > 0 && type == ElementType.Float32 ? MemoryMarshal.AsBytes<float>(proto.FloatData.ToArray()).ToArray()
            : proto.DoubleData.Count > 0 && type == ElementType.Float64 ? MemoryMarshal.AsBytes<double>(proto.DoubleData.ToArray()).ToArray()
            : proto.Int64Data.Count > 0 && type == ElementType.Int64 ? MemoryMarshal.AsBytes<long>(proto.Int64Data.ToArray()).ToArray()
            : proto.Int32Data.Count > 0 && type == ElementType.Int32 ? MemoryMarshal.AsBytes<int>(proto.Int32Data.ToArray()).ToArray()
            : [];
        return bytes.Length == size ? new MemoryTensorData(type, dimensions, bytes) : throw Mismatch(proto, size, bytes.Length);
    }

    private TensorData ReadExternal(TensorProto proto, ElementType type, long[] dimensions, long size, TensorProto.Types.ExternalDataProto external)
    {
        if (!_external.TryGetValue(external.Location, out ByteSource? data))
        {
            MappedFile file = _folder.Resolve(proto.Name, external.Location);
            data = file.Length >= 4 && EncryptedFile.Recognizes(file.GetBytes(0, 4)) ? EncryptedFile.Open(file.Path, options, own) : new MappedSource(file);
            _external.Add(external.Location, data);
        }

        if (external.HasLength && external.Length != size)
        {
            throw Mismatch(proto, size, external.Length);
        }

        return external.Offset >= 0 && size <= data.Length && external.Offset <= data.Length - size
            ? data.Tensor(type, dimensions, external.Offset)
            : throw new ModelException("MB1007", $"Tensor '{proto.Name}' lies at byte {external.Offset} of '{external.Location}', which is {data.Length} bytes long. Get the data file again.", source.Path);
    }

    private ModelException Mismatch(TensorProto proto, long needed, long present) => new(
        "MB1008",
        $"Tensor '{proto.Name}' of shape [{string.Join(',', proto.Dims)}] takes {needed} bytes, but has {present}. The file is damaged or was written by a faulty program.",
        source.Path);
}
