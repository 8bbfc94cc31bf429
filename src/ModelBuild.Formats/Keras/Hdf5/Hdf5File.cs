using ModelBuild.Graphs;
using PureHDF;

namespace ModelBuild.Formats.Keras.Hdf5;

/// <summary>An HDF5 file that is not trusted: whatever is wrong with it is MB1001, and sizes are checked before anything is read.</summary>
internal sealed class Hdf5File : IDisposable
{
    // Deflate can't do better than 1 : 1032.
    private const long BestCompression = 1100;

    private readonly Lock _lock = new();
    private readonly GuardedStream _stream;
    private readonly string _path;
    private readonly long _maxSize;
    private readonly PureHDF.VOL.Native.NativeFile _file;

    private Hdf5File(Stream stream, string path, long maxSize)
    {
        _path = path;
        _maxSize = maxSize;
        _stream = new GuardedStream(stream);
        try
        {
            _file = Guard(() => H5File.Open(_stream, leaveOpen: true));
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>The root group.</summary>
    public Hdf5Group Root => new(this, _file, "");

    /// <summary>Whether a file starts as HDF5 files do.</summary>
    public static bool IsHdf5(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F', 0x0d, 0x0a, 0x1a, 0x0a]);

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxSize">Most bytes that a compressed data set may unfold to.</param>
    /// <exception cref="ModelException">MB1001 or MB1002.</exception>
    public static Hdf5File Open(string path, long maxSize)
    {
        try
        {
            return new Hdf5File(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete), path, maxSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileProblem.CannotRead(path, e);
        }
    }

    /// <summary>Opens a stream, and owns it.</summary>
    /// <param name="stream">The content.</param>
    /// <param name="path">The file that messages name.</param>
    /// <param name="maxSize">Most bytes that a compressed data set may unfold to.</param>
    /// <exception cref="ModelException">MB1001.</exception>
    public static Hdf5File Open(Stream stream, string path, long maxSize) => new(stream, path, maxSize);

    /// <summary>Runs something of the HDF5 library; one thing at a time, since it is not thread-safe.</summary>
    /// <exception cref="ModelException">MB1001: it failed, however.</exception>
    internal T Guard<T>(Func<T> action)
    {
        lock (_lock)
        {
            try
            {
                return action();
            }
            catch (ModelException)
            {
                throw;
            }
            catch (Exception e) when (e is not ObjectDisposedException)
            {
                // The library reports damage by whatever exception its code runs into.
                throw new ModelException("MB1001", $"The file is damaged or not of this format: HDF5 can't be read near byte {Position()}: {FirstLine(e.Message)}", _path, e);
            }
        }
    }

    internal ModelException Damaged(string detail) => FileProblem.Damaged(_path, detail);

    /// <summary>Reads a data set's bytes, and makes sure that they come from this file.</summary>
    internal byte[] ReadBytes(IH5Dataset dataset, string name, long byteLength) => Guard(() =>
    {
        var bytes = new byte[byteLength];
        long before = _stream.BytesRead;
        ((PureHDF.VOL.Native.NativeDataset)dataset).Read(bytes.AsSpan());
        long read = _stream.BytesRead - before;

        // What is compact stands in the description, which was read before.
        long least = dataset.Layout.Class switch { H5DataLayoutClass.Contiguous => byteLength, H5DataLayoutClass.Compact => 0, _ => Math.Min(byteLength, 1) };
        return read >= least
            ? bytes
            : throw Damaged($"the content of data set '{name}' is not in this file");
    });

    /// <summary>Checks a size that the file claims.</summary>
    internal void CheckSize(string name, long byteLength, bool isStoredAsIs)
    {
        if (byteLength < 0 || byteLength > Array.MaxLength || (isStoredAsIs ? byteLength > _stream.Length : byteLength / BestCompression > _stream.Length))
        {
            throw Damaged($"'{name}' claims {byteLength} bytes, more than the file can hold");
        }

        if (byteLength > _maxSize)
        {
            throw new ModelException("MB1019", $"'{name}' unfolds to {byteLength} bytes, over the limit of {_maxSize}. Raise the limit if the file can be trusted.", _path);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
            _stream.Dispose();
        }
    }

    private long Position()
    {
        try
        {
            return _stream.Position;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    private static string FirstLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
