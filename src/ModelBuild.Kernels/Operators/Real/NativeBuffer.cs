using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>Memory outside the garbage collector's reach for the length of one operator's call; content undefined.</summary>
/// <typeparam name="T">Type of the elements.</typeparam>
internal unsafe ref struct NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private T* _pointer;

    /// <summary>Takes memory for <paramref name="length"/> elements.</summary>
    /// <exception cref="KernelException">There is not that much.</exception>
    public NativeBuffer(long length)
    {
        if (length < 0 || length > long.MaxValue / 2 / sizeof(T))
        {
            throw new KernelException($"A buffer can't have {length} elements.");
        }

        try
        {
            _pointer = (T*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, length * sizeof(T)), 64);
        }
        catch (OutOfMemoryException e)
        {
            throw new KernelException($"There is no memory for a buffer of {length} elements.", e);
        }

        Length = length;
    }

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <summary>First element, aligned to 64 bytes.</summary>
    public readonly T* Pointer => _pointer;

    /// <summary>The elements.</summary>
    public readonly Span<T> Span => new(_pointer, checked((int)Length));

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
    }
}
