using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelBuild.Kernels;

namespace ModelBuild.Runtime;

/// <summary>A copy of an output that a compiled model allocated.</summary>
internal sealed unsafe class CompiledTensor : NativeTensor
{
    private readonly TensorValue _value;
    private bool _disposed;

    public CompiledTensor(TensorValue output)
    {
        _value = new TensorValue(output.ElementType, output.Shape);
        _value.CopyFrom(output);
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<long> Shape => _value.Shape;

    /// <inheritdoc/>
    public override ReadOnlySpan<T> GetSpan<T>()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_value.ElementType == TensorElementType.String || Unsafe.SizeOf<T>() * _value.Length != _value.ByteLength)
        {
            throw new InvalidOperationException($"A tensor of {_value.ElementType} can't be read as {typeof(T).Name}.");
        }

        return MemoryMarshal.Cast<byte, T>(_value.Bytes);
    }

    /// <inheritdoc/>
    public override string[] GetStrings()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _value.ElementType == TensorElementType.String ? _value.Strings.ToArray() : throw new InvalidOperationException($"A tensor of {_value.ElementType} has no texts.");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        if (disposing)
        {
            _value.Release();
        }
    }
}
