using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tensors;

/// <summary>The header of a NumPy array (format versions 1 to 3) and how its elements are stored.</summary>
/// <param name="ElementType">Type of the elements.</param>
/// <param name="Kind">NumPy's letter of the type: <c>b i u f c V S U</c>.</param>
/// <param name="ItemSize">Bytes of one stored element.</param>
/// <param name="IsBigEndian">Whether the highest byte comes first.</param>
/// <param name="IsFortranOrder">Whether the first dimension varies fastest.</param>
/// <param name="Dimensions">Sizes, outermost first.</param>
/// <param name="DataOffset">Where the elements start.</param>
internal sealed record NpyHeader(ElementType ElementType, char Kind, int ItemSize, bool IsBigEndian, bool IsFortranOrder, long[] Dimensions, long DataOffset)
{
    private const int MaximumLength = 64 * 1024;
    private const int MaximumTextLength = 1 << 20;

    /// <summary>Number of elements.</summary>
    public long ElementCount => Dimensions.Aggregate(1L, (product, d) => product * d);

    /// <summary>Bytes of the stored elements.</summary>
    public long StoredLength => ElementCount * ItemSize;

    /// <summary>Reads a header and leaves the stream at the first element.</summary>
    /// <exception cref="ModelException">MB3001: it is not an array, or not one of numbers or text.</exception>
    public static NpyHeader Read(Stream stream, string path)
    {
        Span<byte> start = stackalloc byte[12];
        if (stream.ReadAtLeast(start[..10], 10, throwOnEndOfStream: false) < 10 || start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
        {
            throw DataProblem.Of(path, "it is not a NumPy array");
        }

        long length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        int headerStart = 10;
        if (start[6] is 2 or 3)
        {
            stream.ReadExactly(start[10..]);
            length = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
            headerStart = 12;
        }
        else if (start[6] != 1)
        {
            throw DataProblem.Of(path, $"version {start[6]} of NumPy's array format is not known");
        }

        if (length > MaximumLength)
        {
            throw DataProblem.Of(path, $"its header claims {length} bytes; at most {MaximumLength} are supported");
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        Dictionary<string, string> fields = new NpyHeaderParser(Encoding.UTF8.GetString(bytes), path).Parse();
        if (!fields.TryGetValue("descr", out string? descr) || !fields.TryGetValue("shape", out string? shape) || !fields.TryGetValue("fortran_order", out string? order))
        {
            throw DataProblem.Of(path, "its header lacks descr, shape or fortran_order");
        }

        (ElementType type, char kind, int size, bool isBig) = ParseType(descr, path);
        return new NpyHeader(type, kind, size, isBig, order == "True", ParseShape(shape, type, path), headerStart + length);
    }

    /// <summary>A header for elements in native (little-endian, row-major) form.</summary>
    public static byte[] Write(string descr, ReadOnlySpan<long> dimensions)
    {
        string shape = string.Join(", ", dimensions.ToArray().Select(d => d.ToString(CultureInfo.InvariantCulture))) + (dimensions.Length == 1 ? "," : "");
        string text = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}";
        int total = (10 + text.Length + 1 + 63) / 64 * 64;
        var bytes = new byte[total];
        bytes.AsSpan().Fill((byte)' ');
        bytes[0] = 0x93;
        "NUMPY\x01\x00"u8.CopyTo(bytes.AsSpan(1));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(total - 10));
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    private static (ElementType Type, char Kind, int Size, bool IsBigEndian) ParseType(string descr, string path)
    {
        if (descr.Length < 3 || descr[0] is not ('<' or '>' or '|' or '=') || !int.TryParse(descr.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int size))
        {
            throw Unsupported();
        }

        char kind = descr[1];
        ElementType type = (kind, size) switch
        {
            ('b', 1) => ElementType.Bool,
            ('i', 1) => ElementType.Int8,
            ('i', 2) => ElementType.Int16,
            ('i', 4) => ElementType.Int32,
            ('i', 8) => ElementType.Int64,
            ('u', 1) => ElementType.UInt8,
            ('u', 2) => ElementType.UInt16,
            ('u', 4) => ElementType.UInt32,
            ('u', 8) => ElementType.UInt64,
            ('f', 2) => ElementType.Float16,
            ('f', 4) => ElementType.Float32,
            ('f', 8) => ElementType.Float64,
            ('c', 8) => ElementType.Complex64,
            ('c', 16) => ElementType.Complex128,

            // What NumPy writes for the bfloat16 of ml_dtypes.
            ('V', 2) => ElementType.BFloat16,
            ('S' or 'U', >= 0 and <= MaximumTextLength) => ElementType.String,
            _ => throw Unsupported(),
        };
        return (type, kind, kind == 'U' ? size * 4 : size, descr[0] == '>');

        ModelException Unsupported() => descr.Contains('O', StringComparison.Ordinal)
            ? DataProblem.Of(path, "it holds Python objects; save an array of numbers or text")
            : DataProblem.Of(path, $"elements of type {descr} are not supported");
    }

    private static long[] ParseShape(string shape, ElementType type, string path)
    {
        string[] parts = shape.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var dimensions = new long[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!long.TryParse(parts[i].TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out dimensions[i]))
            {
                throw DataProblem.Of(path, $"its shape is ({shape})");
            }
        }

        try
        {
            TensorSizes.Of(type, dimensions, "", path);
        }
        catch (ModelException)
        {
            throw DataProblem.Of(path, $"its shape ({shape}) is larger than memory can hold");
        }

        return dimensions;
    }
}

/// <summary>Reads the header's text: a Python dictionary whose values are a string, a truth value or a tuple of numbers.</summary>
internal ref struct NpyHeaderParser(string text, string path)
{
    private int _position;

    /// <summary>Values by key; strings and tuples without their delimiters.</summary>
    public Dictionary<string, string> Parse()
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        Expect('{');
        while (Peek() != '}')
        {
            string key = Quoted();
            Expect(':');
            fields[key] = Peek() switch
            {
                '\'' or '"' => Quoted(),
                '(' => Enclosed(),
                '[' => throw DataProblem.Of(path, "it holds records; save each field as an array of its own"),
                _ => Word(),
            };
            if (Peek() != '}')
            {
                Expect(',');
            }
        }

        return fields;
    }

    private char Peek()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position]))
        {
            _position++;
        }

        return _position < text.Length ? text[_position] : throw Malformed();
    }

    private void Expect(char c)
    {
        if (Peek() != c)
        {
            throw Malformed();
        }

        _position++;
    }

    private string Quoted()
    {
        char quote = Peek();
        return quote is '\'' or '"' ? Until(quote) : throw Malformed();
    }

    private string Enclosed() => Until(')');

    private string Until(char end)
    {
        int close = text.IndexOf(end, _position + 1);
        if (close < 0)
        {
            throw Malformed();
        }

        string inner = text[(_position + 1)..close];
        _position = close + 1;
        return inner;
    }

    private string Word()
    {
        int start = _position;
        while (_position < text.Length && char.IsAsciiLetterOrDigit(text[_position]))
        {
            _position++;
        }

        return _position > start ? text[start.._position] : throw Malformed();
    }

    private readonly ModelException Malformed() => DataProblem.Of(path, "its header is malformed");
}
