using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Runtime;

namespace ModelBuild.OnnxRuntime;

/// <summary>An output in ONNX Runtime's memory.</summary>
internal sealed class OnnxRuntimeTensor(OrtValue value) : NativeTensor
{
    /// <inheritdoc/>
    public override ReadOnlySpan<long> Shape => value.Dimensions;

    /// <inheritdoc/>
    public override ReadOnlySpan<T> GetSpan<T>()
    {
        if (Unsafe.SizeOf<T>() * 8 != OrtElementTypes.BitSize(value.ElementType))
        {
            throw new InvalidOperationException($"A tensor of {value.ElementType} can't be read as {typeof(T).Name}.");
        }

        return MemoryMarshal.Cast<byte, T>(value.Bytes);
    }

    /// <inheritdoc/>
    public override string[] GetStrings() =>
        value.ElementType == TensorElementType.String ? value.GetStrings() : throw new InvalidOperationException($"A tensor of {value.ElementType} has no texts.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            value.Dispose();
        }
    }
}
