using System.Buffers.Binary;
using System.Text.Json;
using ModelBuild.Formats.PyTorch;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Safetensors;

/// <summary>Files of named tensors with a JSON header, also several of them under one index.</summary>
public sealed class SafetensorsFormat : IWeightsFormat
{
    private const int MaxHeaderSize = 100_000_000;
    private const string MetadataKey = "__metadata__";

    private static readonly (string Name, ElementType Type)[] s_types =
    [
        ("F64", ElementType.Float64), ("I64", ElementType.Int64), ("U64", ElementType.UInt64), ("C64", ElementType.Complex64),
        ("F32", ElementType.Float32), ("I32", ElementType.Int32), ("U32", ElementType.UInt32),
        ("F16", ElementType.Float16), ("BF16", ElementType.BFloat16), ("I16", ElementType.Int16), ("U16", ElementType.UInt16),
        ("I8", ElementType.Int8), ("U8", ElementType.UInt8), ("BOOL", ElementType.Bool),
        ("F8_E5M2", ElementType.Float8E5M2), ("F8_E4M3", ElementType.Float8E4M3FN), ("F8_E8M0", ElementType.Float8E8M0),
        ("F8_E4M3FNUZ", ElementType.Float8E4M3FNUZ), ("F8_E5M2FNUZ", ElementType.Float8E5M2FNUZ), ("F4", ElementType.Float4E2M1),
    ];

    /// <inheritdoc/>
    public string Name => "safetensors";

    /// <inheritdoc/>
    public string Extension => ".safetensors";

    /// <inheritdoc/>
    public string ExportHint => "Export the model that the weights belong to, where it was made: optimum-cli export onnx --model NAME FOLDER";

    /// <inheritdoc/>
    public bool Recognizes(ReadOnlySpan<byte> head, string path)
    {
        if (head.Length > 9 && head[8] == (byte)'{')
        {
            long size = BinaryPrimitives.ReadInt64LittleEndian(head);

            // MindRecord data sets start with a length and JSON too.
            return !head[8..].StartsWith("{\"header_size\""u8) && size is >= 2 and <= MaxHeaderSize && (head[9] is (byte)'"' or (byte)'}' or (byte)' ' or (byte)'\n' or (byte)'\r');
        }

        return head.TrimStart(" \t\r\n"u8).StartsWith("{"u8) && head.IndexOf("\"weight_map\""u8) >= 0 && head.IndexOf(".safetensors"u8) >= 0;
    }

    /// <inheritdoc/>
    public TensorFile Read(string path, ModelReadOptions options)
    {
        var result = new TensorFile();
        try
        {
            MappedFile file = SourceFile.Map(path);
            if (file.GetBytes(0, (int)Math.Min(file.Length, 9)).TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            {
                ReadIndex(file, result);
                file.Dispose();
            }
            else
            {
                result.Own(file);
                ReadFile(file, result, null);
            }

            return result;
        }
        catch (JsonException e)
        {
            result.Dispose();
            throw FileProblem.Damaged(path, $"its header is not valid JSON at byte {e.BytePositionInLine}");
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Write(IReadOnlyList<NamedTensor> tensors, string path, ModelWriteOptions options)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(options);
        path = Path.GetFullPath(path);
        NamedTensor[] ordered = [.. tensors.OrderByDescending(t => t.Data.ElementType.BitSize()).ThenBy(t => t.Name, StringComparer.Ordinal)];
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            long offset = 0;
            foreach (NamedTensor tensor in ordered)
            {
                string type = s_types.FirstOrDefault(t => t.Type == tensor.Data.ElementType).Name
                    ?? throw new ModelException("MB1011", $"Tensor '{tensor.Name}' is of type {tensor.Data.ElementType.Name()}, which safetensors can't hold.", path);
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (long size in tensor.Data.Dimensions)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Data.ByteLength);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (header.Length % 8 != 0)
        {
            header.WriteByte((byte)' ');
        }

        using var files = new AtomicFiles(options.Cancellation);
        files.Add(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            header.Position = 0;
            header.CopyTo(stream);
            foreach (NamedTensor tensor in ordered)
            {
                options.Cancellation.ThrowIfCancellationRequested();
                tensor.Data.CopyTo(stream);
            }
        });
        return files.Commit();
    }

    private static void ReadIndex(MappedFile index, TensorFile result)
    {
        if (index.Length > MaxHeaderSize)
        {
            throw FileProblem.Damaged(index.Path, "an index of this size is not plausible");
        }

        using JsonDocument json = JsonDocument.Parse(index.GetBytes(0, (int)index.Length).ToArray());
        if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
        {
            throw FileProblem.Damaged(index.Path, "it has no weight_map");
        }

        var files = new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (JsonProperty entry in map.EnumerateObject())
        {
            string file = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : "";
            if (file.Length == 0 || file != Path.GetFileName(file) || file.Contains('\\', StringComparison.Ordinal) || file is "." or "..")
            {
                throw FileProblem.Damaged(index.Path, $"'{entry.Name}' lies in '{file}', which is not a file beside the index");
            }

            if (!files.TryGetValue(file, out HashSet<string>? names))
            {
                files.Add(file, names = new HashSet<string>(StringComparer.Ordinal));
            }

            names.Add(entry.Name);
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(index.Path))!;
        foreach ((string name, HashSet<string> tensors) in files)
        {
            MappedFile file = SourceFile.Map(Path.Combine(folder, name));
            result.Own(file);
            ReadFile(file, result, tensors);
        }
    }

    private static void ReadFile(MappedFile file, TensorFile result, HashSet<string>? wanted)
    {
        long size = file.Length >= 8 ? BinaryPrimitives.ReadInt64LittleEndian(file.GetBytes(0, 8)) : -1;
        if (size < 2 || size > MaxHeaderSize || size > file.Length - 8)
        {
            throw FileProblem.Damaged(file.Path, $"the header of {size} bytes does not fit a file of {file.Length}");
        }

        using JsonDocument json = JsonDocument.Parse(file.GetBytes(8, (int)size).ToArray());
        if (json.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw FileProblem.Damaged(file.Path, "its header is not an object");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var places = new List<(long Begin, long End, NamedTensor Tensor)>();
        foreach (JsonProperty entry in json.RootElement.EnumerateObject())
        {
            if (!seen.Add(entry.Name))
            {
                throw FileProblem.Damaged(file.Path, $"it has two tensors '{entry.Name}'");
            }

            if (entry.Name == MetadataKey)
            {
                foreach (JsonProperty text in entry.Value.ValueKind == JsonValueKind.Object ? entry.Value.EnumerateObject() : default)
                {
                    result.Metadata[text.Name] = text.Value.ToString();
                }
            }
            else
            {
                places.Add(ReadTensor(file, 8 + size, entry));
            }
        }

        long expected = 0;
        foreach ((long begin, long end, NamedTensor tensor) in places.OrderBy(p => p.Begin).ThenBy(p => p.End))
        {
            if (begin != expected)
            {
                throw FileProblem.Damaged(file.Path, $"the content of '{tensor.Name}' starts at byte {begin} of the data, where {expected} is the next");
            }

            expected = end;
        }

        if (expected != file.Length - 8 - size)
        {
            throw FileProblem.Damaged(file.Path, $"its tensors take {expected} bytes, and {file.Length - 8 - size} are there");
        }

        result.Tensors.AddRange(places.Select(p => p.Tensor).Where(t => wanted is null || wanted.Contains(t.Name)));
        if (wanted is not null && wanted.FirstOrDefault(w => !seen.Contains(w)) is { } missing)
        {
            throw FileProblem.Damaged(file.Path, $"the index says that '{missing}' lies here, but it does not");
        }
    }

    private static (long Begin, long End, NamedTensor Tensor) ReadTensor(MappedFile file, long start, JsonProperty entry)
    {
        try
        {
            JsonElement offsets = entry.Value.GetProperty("data_offsets");
            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
            string name = entry.Value.GetProperty("dtype").GetString() ?? "";
            ElementType type = s_types.FirstOrDefault(t => t.Name == name).Type;
            if (type == ElementType.Undefined)
            {
                throw FileProblem.Damaged(file.Path, $"'{entry.Name}' has elements of type '{name}', which are not supported");
            }

            long begin = offsets[0].GetInt64();
            long end = offsets[1].GetInt64();
            if (offsets.GetArrayLength() != 2 || begin < 0 || end < begin || end > file.Length - start)
            {
                throw FileProblem.Damaged(file.Path, $"'{entry.Name}' does not lie within the file");
            }

            var data = new FileTensorData(type, shape, file, start + begin);
            return data.ByteLength == end - begin
                ? (begin, end, new NamedTensor(entry.Name, data))
                : throw FileProblem.Damaged(file.Path, $"'{entry.Name}' has {end - begin} bytes, where {data} takes {data.ByteLength}");
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            throw FileProblem.Damaged(file.Path, $"'{entry.Name}' is not described as a tensor is");
        }
    }
}
