using System.IO.MemoryMappedFiles;

namespace ModelBuild.Graphs;

/// <summary>A read-only file, mapped into memory when first read. Thread-safe.</summary>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly Lock _lock = new();
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;
    private byte* _start;
    private bool _disposed;

    /// <summary>Notes the file and its length; opens nothing.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public MappedFile(string path)
    {
        Path = path;

        // The length of a link is not that of what it leads to.
        var info = new FileInfo(path);
        Length = (info.LinkTarget is null ? info : (FileInfo)info.ResolveLinkTarget(returnFinalTarget: true)!).Length;
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The file's length in bytes when it was noted.</summary>
    public long Length { get; }

    /// <summary>A part of the file; valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="ModelException">The file can't be opened, or became shorter.</exception>
    public ReadOnlySpan<byte> GetBytes(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        return length == 0 ? [] : new ReadOnlySpan<byte>(Start() + offset, length);
    }

    private byte* Start()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_start == null)
            {
                try
                {
                    var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
                    long now = stream.Length;
                    if (now < Length)
                    {
                        stream.Dispose();
                        throw new IOException($"it was {Length} bytes long and is {now} now");
                    }

                    _map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
                    _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
                    byte* pointer = null;
                    _view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
                    _start = pointer + _view.PointerOffset;
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new ModelException("MB1002", $"The file can't be read: {e.Message}", Path, e);
                }
            }

            return _start;
        }
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            if (_start != null)
            {
                _view!.SafeMemoryMappedViewHandle.ReleasePointer();
                _start = null;
            }

            _view?.Dispose();
            _map?.Dispose();
        }
    }
}
