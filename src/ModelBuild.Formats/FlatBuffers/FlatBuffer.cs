using System.Buffers.Binary;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.FlatBuffers;

/// <summary>
/// A FlatBuffer in a file. Every access is checked against the file's end, offsets have 64 bits, and what is copied out of it is limited,
/// because tables of a hostile file may all point to one large vector.
/// </summary>
/// <remarks>Binary format: https://flatbuffers.dev/internals (32-bit offsets, vtables, little-endian).</remarks>
internal sealed class FlatBuffer
{
    private const long FreeCopies = 32L << 20;

    private readonly MappedFile _file;
    private long _copiesLeft;

    /// <summary>Takes a file.</summary>
    public FlatBuffer(MappedFile file)
    {
        _file = file;
        _copiesLeft = FreeCopies + file.Length;
    }

    /// <summary>The file.</summary>
    public MappedFile File => _file;

    /// <summary>Length in bytes.</summary>
    public long Length => _file.Length;

    /// <summary>The root table.</summary>
    /// <exception cref="ModelException">MB1001.</exception>
    public FlatTable Root => new(this, Follow(0));

    /// <summary>Whether a file begins like a FlatBuffer of a kind.</summary>
    /// <param name="head">The first bytes.</param>
    /// <param name="identifier">Four ASCII characters, such as <c>TFL3</c>.</param>
    public static bool HasIdentifier(ReadOnlySpan<byte> head, string identifier) =>
        head.Length >= 8 && Encoding.ASCII.GetString(head.Slice(4, 4)) == identifier;

    /// <summary>The error for a damaged place.</summary>
    public ModelException Damaged(long offset, string what) => FileProblem.Damaged(_file.Path, $"{what} at byte {offset}");

    internal ReadOnlySpan<byte> Read(long offset, int length)
    {
        if (offset < 0 || offset > Length - length)
        {
            throw Damaged(offset, $"{length} bytes are expected where the file ends,");
        }

        return _file.GetBytes(offset, length);
    }

    internal uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(Read(offset, 4));

    internal long Follow(long position)
    {
        uint distance = UInt32(position);
        return distance == 0 || position + distance > Length - 4 ? throw Damaged(position, $"an offset of {distance} leads nowhere") : position + distance;
    }

    /// <summary>A vector's first element and its number of elements, checked to lie in the file.</summary>
    internal (long Start, long Count) Vector(long position, int elementSize)
    {
        long count = UInt32(position);
        return count * elementSize > Length - position - 4
            ? throw Damaged(position, $"a list of {count} elements does not fit the file")
            : (position + 4, count);
    }

    /// <summary>Counts memory that a copy takes.</summary>
    internal void Charge(long bytes, long offset)
    {
        _copiesLeft -= bytes;
        if (_copiesLeft < 0 || bytes > int.MaxValue)
        {
            throw Damaged(offset, "lists that share their content unfold to more than the file could hold");
        }
    }
}
