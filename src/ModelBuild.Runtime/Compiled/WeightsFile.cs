using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ModelBuild.Runtime;

/// <summary>
/// A weights file, <c>models/&lt;Class&gt;.mbw</c>: a header of 64 bytes and the weights of a plan as they lie in memory. The header is the text
/// <c>MBWEIGHT</c>, the version as a 32-bit integer, 4 zeros, the number of bytes of the weights as a 64-bit integer, their SHA-256, 8 zeros;
/// integers are little-endian.
/// </summary>
internal static class WeightsFile
{
    /// <summary>Bytes before the weights: as many as their alignment.</summary>
    public const int HeaderBytes = 64;

    /// <summary>The layout of the file and of what kernels find in packed weights; a reader takes no other.</summary>
    public const int Version = 1;

    /// <summary>Extension of the files.</summary>
    public const string Extension = ".mbw";

    private const int VersionOffset = 8;
    private const int LengthOffset = 16;
    private const int HashOffset = 24;

    private static ReadOnlySpan<byte> Magic => "MBWEIGHT"u8;

    /// <summary>Writes the header.</summary>
    /// <param name="header">Receives <see cref="HeaderBytes"/> bytes.</param>
    /// <param name="length">Bytes of the weights.</param>
    /// <param name="sha256">Their hash.</param>
    public static void WriteHeader(Span<byte> header, long length, ReadOnlySpan<byte> sha256)
    {
        header = header[..HeaderBytes];
        header.Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[VersionOffset..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(header[LengthOffset..], length);
        sha256[..SHA256.HashSizeInBytes].CopyTo(header[HashOffset..]);
    }

    /// <summary>Whether a file holds the weights of a plan: their hash is that of the header, which is compared and not computed.</summary>
    /// <param name="header">The first bytes of the file, up to <see cref="HeaderBytes"/>.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <param name="plan">The plan.</param>
    /// <returns>What is wrong as the rest of a sentence, or null.</returns>
    public static string? Check(ReadOnlySpan<byte> header, long fileLength, CompiledPlan plan)
    {
        if (header.Length < HeaderBytes || !header.StartsWith(Magic))
        {
            return "is no weights file";
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(header[VersionOffset..]);
        if (version != Version)
        {
            return $"has version {version} where {Version} is needed";
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(header[LengthOffset..]);
        if (length != fileLength - HeaderBytes)
        {
            return $"is cut off: it has {fileLength} bytes where {length + HeaderBytes} are needed";
        }

        ReadOnlySpan<byte> hash = plan.WeightsHash;
        return length != plan.WeightsBytes || (!hash.IsEmpty && !header.Slice(HashOffset, hash.Length).SequenceEqual(hash)) ? "holds the weights of another version of the model" : null;
    }
}
