using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.MindSpore.Files;

/// <summary>
/// The container in which MindSpore encrypts model and checkpoint files: blocks that each start with a number for the cipher, with the
/// initialization vector and the cipher text after it.
/// </summary>
internal static class EncryptedFile
{
    private const uint Gcm = 0x7F3A5ED8;
    private const uint Cbc = 0x7F3A5ED9;
    private const uint Sm4 = 0x7F3A5EDA;
    private const int VectorLength = 16;

    // The file stores 16 bytes of initialization vector; the cipher is run with the first 12.
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Whether a file starts with a number of this container.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> head) => head.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(head) is Gcm or Cbc or Sm4;

    /// <summary>Opens a file, decrypted when it is encrypted.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Names the key and bounds the memory.</param>
    /// <param name="own">Takes the mapped file of a plain one.</param>
    /// <exception cref="ModelException">MB1002, MB1003: the file can't be read. MB1018: there is no key, or it doesn't fit.</exception>
    public static ByteSource Open(string path, ModelReadOptions options, Action<IDisposable> own)
    {
        MappedFile file = SourceFile.Map(path);
        bool isEncrypted;
        try
        {
            isEncrypted = Recognizes(file.GetBytes(0, (int)Math.Min(4, file.Length)));
        }
        catch
        {
            file.Dispose();
            throw;
        }

        if (!isEncrypted)
        {
            own(file);
            return new MappedSource(file);
        }

        using (file)
        {
            return new MemorySource(path, Decrypt(file, options));
        }
    }

    /// <summary>The key's bytes: the content of an environment variable, or of a file without the line break at its end.</summary>
    /// <exception cref="ModelException">MB1018: there is no key, or its length is none of AES's.</exception>
    public static byte[] ReadKey(string path, ModelReadOptions options)
    {
        if (string.IsNullOrEmpty(options.EncryptionKey))
        {
            throw new ModelException("MB1018", "The file is encrypted. Name an environment variable or a file that holds the key: EncryptionKey=\"NAME\".", path);
        }

        string? text = Environment.GetEnvironmentVariable(options.EncryptionKey);
        if (text is null)
        {
            try
            {
                // A key is 32 bytes at most; a large file is not one.
                text = new FileInfo(options.EncryptionKey) is { Exists: true, Length: <= 1024 } ? File.ReadAllText(options.EncryptionKey) : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
            {
                text = null;
            }
        }

        byte[] key = Encoding.ASCII.GetBytes(text?.TrimEnd('\r', '\n') ?? throw new ModelException("MB1018", $"The file is encrypted, and '{options.EncryptionKey}' is neither an environment variable nor a file that holds the key.", path));
        return key.Length is 16 or 24 or 32 ? key
            : throw new ModelException("MB1018", $"The key that '{options.EncryptionKey}' holds has {key.Length} characters; an AES key has 16, 24 or 32.", path);
    }

    private static byte[] Decrypt(MappedFile file, ModelReadOptions options)
    {
        byte[] key = ReadKey(file.Path, options);
        if (file.Length > Math.Min(options.MaxUnpackedSize, Array.MaxLength))
        {
            throw new ModelException("MB1019", $"Decrypted the file would take up to {file.Length} bytes, more than the limit of {Math.Min(options.MaxUnpackedSize, Array.MaxLength)}. Raise the limit, or decrypt the file first.", file.Path);
        }

        var plain = new byte[file.Length];
        int length = 0;
        long position = 0;
        while (position < file.Length)
        {
            position = DecryptBlock(file, position, key, plain, ref length);
        }

        return plain[..length];
    }

    private static long DecryptBlock(MappedFile file, long position, byte[] key, byte[] plain, ref int length)
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(Take(file, position, 4));
        if (magic == Sm4)
        {
            throw new ModelException("MB1018", "The file is encrypted with SM4-CBC, which can't be decrypted here. Export it again with enc_mode=\"AES-GCM\" or \"AES-CBC\".", file.Path);
        }

        if (magic is not (Gcm or Cbc))
        {
            throw FileProblem.Damaged(file.Path, $"byte {position} starts no encrypted block");
        }

        long at = position + 4;
        ReadOnlySpan<byte> tag = magic == Gcm ? Take(file, at, TagLength) : [];
        at += tag.Length;
        int blockLength = BinaryPrimitives.ReadInt32LittleEndian(Take(file, at, 4));
        int vectorLength = BinaryPrimitives.ReadInt32LittleEndian(Take(file, at + 4, 4));
        if (vectorLength != VectorLength)
        {
            throw FileProblem.Damaged(file.Path, $"the initialization vector at byte {at + 4} is said to have {vectorLength} bytes instead of {VectorLength}");
        }

        ReadOnlySpan<byte> vector = Take(file, at + 8, VectorLength);
        int cipherLength = BinaryPrimitives.ReadInt32LittleEndian(Take(file, at + 8 + VectorLength, 4));
        if (cipherLength < 0 || blockLength != 4 + VectorLength + 4 + (long)cipherLength)
        {
            throw FileProblem.Damaged(file.Path, $"the lengths of the encrypted block at byte {position} contradict each other");
        }

        ReadOnlySpan<byte> cipher = Take(file, at + 12 + VectorLength, cipherLength);
        try
        {
            if (magic == Gcm)
            {
                using var gcm = new AesGcm(key, TagLength);
                gcm.Decrypt(vector[..NonceLength], cipher, tag, plain.AsSpan(length, cipherLength));
                length += cipherLength;
            }
            else
            {
                using var aes = Aes.Create();
                aes.Key = key;
                length += aes.DecryptCbc(cipher, vector, plain.AsSpan(length));
            }
        }
        catch (CryptographicException)
        {
            throw new ModelException("MB1018", "The file can't be decrypted: the key is wrong, or the file is damaged.", file.Path);
        }

        return at + 12 + VectorLength + cipherLength;
    }

    private static ReadOnlySpan<byte> Take(MappedFile file, long offset, int count) => count >= 0 && offset <= file.Length - count
        ? file.GetBytes(offset, count)
        : throw new ModelException("MB1004", $"The file ends at byte {file.Length} in the middle of an encrypted block. It is truncated; get it again.", file.Path);
}
