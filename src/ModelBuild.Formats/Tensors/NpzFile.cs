using System.IO.Compression;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tensors;

/// <summary>NumPy archives of named arrays, <c>.npz</c>.</summary>
public static class NpzFile
{
    /// <summary>No compression method that ZIP uses here expands by more.</summary>
    private const long MaximumExpansion = 1032;

    /// <summary>Reads the headers of all arrays, in the archive's order. The content of each is loaded when first asked for.</summary>
    /// <exception cref="ModelException">MB3001: the file is missing, no archive, or has an entry that is not an array of numbers or text.</exception>
    public static OrderedDictionary<string, TensorData> Read(string path)
    {
        try
        {
            using ZipArchive archive = Open(path);
            var arrays = new OrderedDictionary<string, TensorData>(StringComparer.Ordinal);
            for (int i = 0; i < archive.Entries.Count; i++)
            {
                ZipArchiveEntry entry = archive.Entries[i];
                if (entry.FullName.EndsWith('/'))
                {
                    continue;
                }

                string name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
                long available = Math.Min(entry.Length, entry.CompressedLength * MaximumExpansion);
                int index = i;
                using Stream stream = entry.Open();
                if (!arrays.TryAdd(name, NpyFile.Read(stream, available, () => new EntryStream(Open(path), index), path)))
                {
                    throw DataProblem.Of(path, $"it has two arrays named '{name}'");
                }
            }

            return arrays;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)
        {
            throw DataProblem.Unreadable(path, e);
        }
    }

    /// <summary>Writes arrays in the given order without compression, as <c>numpy.savez</c> does; all of it or nothing. The same arrays give the same bytes.</summary>
    /// <exception cref="ModelException">MB1011: the file can't be written.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, TensorData>> arrays)
    {
        using var files = new AtomicFiles(CancellationToken.None);
        files.Add(Path.GetFullPath(path), stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach ((string name, TensorData data) in arrays)
            {
                ZipArchiveEntry entry = archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression);
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream content = entry.Open();
                NpyFile.Write(content, data);
            }
        });
        files.Commit();
    }

    private static ZipArchive Open(string path) => new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete), ZipArchiveMode.Read);

    /// <summary>One entry, which closes its archive.</summary>
    private sealed class EntryStream : Stream
    {
        private readonly ZipArchive _archive;
        private readonly Stream _inner;

        public EntryStream(ZipArchive archive, int index)
        {
            _archive = archive;
            _inner = archive.Entries[index].Open();
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => _inner.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => _inner.Read(buffer);

        public override void Flush() => _inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
                _archive.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
