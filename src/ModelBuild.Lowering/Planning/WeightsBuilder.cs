using System.Buffers.Binary;
using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Planning;

/// <summary>The weights of a plan: contents one after the other, each at a multiple of 64 bytes.</summary>
internal sealed class WeightsBuilder
{
    private const int Alignment = 64;

    private readonly List<(long Offset, TensorData Data)> _entries = [];
    private readonly Dictionary<object, long> _places = new(ReferenceEqualityComparer.Instance);

    /// <summary>Bytes of all.</summary>
    public long Length { get; private set; }

    /// <summary>Adds a content, once.</summary>
    /// <returns>Its offset.</returns>
    public long Add(TensorData data)
    {
        if (!_places.TryGetValue(data, out long offset))
        {
            offset = checked((Length + Alignment - 1) / Alignment * Alignment);
            _places.Add(data, offset);
            _entries.Add((offset, data));
            Length = checked(offset + (data.Strings is { } texts ? texts.Sum(t => 4L + t.Length) : data.ByteLength));
        }

        return offset;
    }

    /// <summary>Writes the whole block.</summary>
    public void CopyTo(Stream destination)
    {
        long position = 0;
        Span<byte> zeros = stackalloc byte[Alignment];
        zeros.Clear();
        foreach ((long offset, TensorData data) in _entries)
        {
            destination.Write(zeros[..(int)(offset - position)]);
            position = offset;
            if (data.Strings is { } texts)
            {
                position += WriteTexts(destination, texts);
                continue;
            }

            data.CopyTo(destination);
            position += data.ByteLength;
        }
    }

    /// <summary>Copies the whole block to memory of <see cref="Length"/> bytes.</summary>
    public unsafe void CopyTo(byte* destination)
    {
        using var stream = new UnmanagedMemoryStream(destination, Length, Length, FileAccess.Write);
        CopyTo(stream);
    }

    // As the run time's frame reads them: length in bytes and UTF-8.
    private static long WriteTexts(Stream destination, IReadOnlyList<ReadOnlyMemory<byte>> texts)
    {
        Span<byte> length = stackalloc byte[4];
        long written = 0;
        foreach (ReadOnlyMemory<byte> text in texts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
            destination.Write(length);
            destination.Write(text.Span);
            written += 4 + text.Length;
        }

        return written;
    }
}
