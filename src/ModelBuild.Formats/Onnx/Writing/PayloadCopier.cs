using System.Buffers;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Onnx.Writing;

/// <summary>Copies the contents of tensors to a stream.</summary>
internal static class PayloadCopier
{
    // Below the size from which arrays go to the large object heap: computed tensors make one per piece.
    private const int Piece = 1 << 16;

    /// <summary>
    /// Copies in pieces. What lies in a file is read through the file and not through its mapping, whose pages would all count as this process's memory.
    /// </summary>
    /// <exception cref="ModelException">The source can't be read.</exception>
    /// <exception cref="OperationCanceledException">The copy was cancelled.</exception>
    public static void Copy(TensorData data, Stream destination, CancellationToken cancellation)
    {
        if (data is FileTensorData file && data.ByteLength > Piece)
        {
            Copy(file, destination, cancellation);
            return;
        }

        for (long offset = 0; offset < data.ByteLength; offset += Piece)
        {
            cancellation.ThrowIfCancellationRequested();
            destination.Write(data.GetBytes(offset, (int)Math.Min(Piece, data.ByteLength - offset)));
        }
    }

    private static void Copy(FileTensorData data, Stream destination, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            using FileStream source = Open(data.File.Path);
            source.Position = data.FileOffset;
            for (long left = data.ByteLength; left > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                int read = source.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
                if (read == 0)
                {
                    throw new ModelException("MB1002", "The file became shorter while it was read.", data.File.Path);
                }

                destination.Write(buffer, 0, read);
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileProblem.CannotRead(path, e);
        }
    }
}
