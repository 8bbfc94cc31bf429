using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>Where an operator writes its result in the type that it computes in: the tensor's own memory where that is its type, a buffer that <see cref="Commit"/> converts otherwise.</summary>
/// <typeparam name="T">Type to compute in.</typeparam>
internal unsafe ref struct RealOutput<T> : IDisposable
    where T : unmanaged, INumber<T>
{
    private readonly TensorValue? _tensor;
    private NativeBuffer<T> _copy;

    /// <summary>Takes an output whose type and shape are set; an absent one has no elements.</summary>
    public RealOutput(TensorValue? y)
    {
        if (y is null)
        {
            return;
        }

        Length = y.Length;
        if (IsNative(y.ElementType))
        {
            Pointer = y.Pointer<T>();
            return;
        }

        _tensor = y;
        _copy = new NativeBuffer<T>(y.Length);
        Pointer = _copy.Pointer;
    }

    /// <summary>First element; null when the tensor is absent.</summary>
    public T* Pointer { get; }

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <summary>Whether tensors of this type hold <typeparamref name="T"/>.</summary>
    public static bool IsNative(TensorElementType type) =>
        (typeof(T) == typeof(float) && type == TensorElementType.Float32) ||
        (typeof(T) == typeof(double) && type == TensorElementType.Float64) ||
        (typeof(T) == typeof(long) && type == TensorElementType.Int64) ||
        (typeof(T) == typeof(int) && type == TensorElementType.Int32);

    /// <summary>Rounds the result once into the tensor's type.</summary>
    public readonly void Commit()
    {
        if (_tensor is not null)
        {
            RealNumbers.Store(_tensor.ElementType, _copy.Pointer, Length, _tensor.Data);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _copy.Dispose();
}
