using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>Elements of a tensor in the type that an operator computes in: the tensor's own memory where that is its type, a converted copy otherwise.</summary>
/// <typeparam name="T">Type to compute in.</typeparam>
internal unsafe ref struct RealInput<T> : IDisposable
    where T : unmanaged, INumber<T>
{
    private NativeBuffer<T> _copy;

    /// <summary>Reads a tensor; an absent one has no elements.</summary>
    public RealInput(TensorValue? x)
    {
        if (x is null)
        {
            return;
        }

        Length = x.Length;
        if (RealOutput<T>.IsNative(x.ElementType))
        {
            Pointer = x.Pointer<T>();
            return;
        }

        _copy = new NativeBuffer<T>(x.Length);
        Pointer = _copy.Pointer;
        RealNumbers.Load(x.ElementType, x.Data, x.Length, Pointer);
    }

    /// <summary>First element; null when the tensor is absent.</summary>
    public T* Pointer { get; }

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <inheritdoc/>
    public void Dispose() => _copy.Dispose();
}
