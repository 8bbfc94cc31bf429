using System.Runtime.InteropServices;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tensors;

/// <summary>NumPy array files, <c>.npy</c>.</summary>
public static class NpyFile
{
    /// <summary>Empty texts take no room in the file but some in memory.</summary>
    private const long MaximumEmptyTexts = 1 << 20;

    /// <summary>Reads an array. Numbers are loaded when first asked for; text at once.</summary>
    /// <remarks>Either byte order and either dimension order. <c>V2</c> is read as bfloat16, which is how NumPy writes it.</remarks>
    /// <exception cref="ModelException">MB3001: the file is missing, truncated, no array, or an array of something else than numbers or text.</exception>
    public static TensorData Read(string path)
    {
        try
        {
            using FileStream stream = Open(path);
            return Read(stream, stream.Length, () => Open(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw DataProblem.Unreadable(path, e);
        }
    }

    /// <summary>Writes an array, all of it or nothing.</summary>
    /// <remarks>
    /// bfloat16 is written as <c>V2</c>, as NumPy does. NumPy lacks the other types of eight bits and less: 2- and 4-bit integers are widened to 8 bits, floats to float32.
    /// </remarks>
    /// <exception cref="ModelException">MB1011: the file can't be written.</exception>
    public static void Write(string path, TensorData data)
    {
        using var files = new AtomicFiles(CancellationToken.None);
        files.Add(Path.GetFullPath(path), stream => Write(stream, data));
        files.Commit();
    }

    internal static TensorData Read(Stream stream, long available, Func<Stream> open, string path)
    {
        NpyHeader header = NpyHeader.Read(stream, path);
        long needed = header.DataOffset + header.StoredLength;
        if (needed > available)
        {
            throw DataProblem.Of(path, $"an array of shape ({string.Join(", ", header.Dimensions)}) takes {needed} bytes with its header, but there are {available}");
        }

        if (header.ItemSize == 0 && header.ElementCount > MaximumEmptyTexts)
        {
            throw DataProblem.Of(path, $"it claims {header.ElementCount} empty texts");
        }

        return header.ElementType == ElementType.String ? NpyTensorData.ReadTexts(header, stream, path) : new NpyTensorData(header, open, path);
    }

    internal static void Write(Stream stream, TensorData data)
    {
        if (data.Strings is { } texts)
        {
            WriteTexts(stream, data, texts);
            return;
        }

        string? descr = Descr(data.ElementType);
        TensorData stored = descr is null ? NarrowElements.Widen(data) : data;
        stream.Write(NpyHeader.Write(descr ?? Descr(stored.ElementType)!, data.Dimensions));
        stored.CopyTo(stream);
    }

    private static void WriteTexts(Stream stream, TensorData data, IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        int[][] codes = [.. texts.Select(t => Encoding.UTF8.GetString(t.Span).EnumerateRunes().Select(r => r.Value).ToArray())];
        int width = Math.Max(1, codes.Select(c => c.Length).DefaultIfEmpty().Max());
        stream.Write(NpyHeader.Write($"<U{width}", data.Dimensions));
        var padded = new int[width];
        foreach (int[] text in codes)
        {
            padded.AsSpan().Clear();
            text.CopyTo(padded, 0);
            stream.Write(MemoryMarshal.AsBytes<int>(padded));
        }
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    private static string? Descr(ElementType type) => type switch
    {
        ElementType.Bool => "|b1",
        ElementType.Int8 => "|i1",
        ElementType.Int16 => "<i2",
        ElementType.Int32 => "<i4",
        ElementType.Int64 => "<i8",
        ElementType.UInt8 => "|u1",
        ElementType.UInt16 => "<u2",
        ElementType.UInt32 => "<u4",
        ElementType.UInt64 => "<u8",
        ElementType.Float16 => "<f2",
        ElementType.Float32 => "<f4",
        ElementType.Float64 => "<f8",
        ElementType.Complex64 => "<c8",
        ElementType.Complex128 => "<c16",
        ElementType.BFloat16 => "<V2",
        _ => null,
    };
}
