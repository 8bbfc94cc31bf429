using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Compression.Compare;

/// <summary>Between our tensors and ONNX Runtime's.</summary>
internal static class OrtTensors
{
    private const int Piece = 1 << 24;

    /// <summary>Copies a tensor to ONNX Runtime's memory.</summary>
    public static OrtValue ToOrt(TensorData tensor)
    {
        var type = (TensorElementType)(int)tensor.ElementType;
        if (tensor.Strings is { } texts)
        {
            return OrtValue.FromStrings(tensor.Dimensions, texts);
        }

        var value = OrtValue.Allocate(type, tensor.Dimensions);
        for (long offset = 0; offset < tensor.ByteLength; offset += Piece)
        {
            int length = (int)Math.Min(Piece, tensor.ByteLength - offset);
            tensor.GetBytes(offset, length).CopyTo(value.GetBytes(offset, length));
        }

        return value;
    }

    /// <summary>A view of a tensor in ONNX Runtime's memory; valid until the value is disposed. Null for what is not a tensor.</summary>
    public static TensorData? View(OrtValue value) => value.Kind != OrtKind.Tensor ? null
        : value.ElementType == TensorElementType.String ? new StringTensorData(value.Dimensions, value.GetUtf8Strings())
        : new OrtTensorData(value);

    private sealed class OrtTensorData(OrtValue value) : TensorData((ElementType)(int)value.ElementType, value.Dimensions)
    {
        public override ReadOnlySpan<byte> GetBytes(long offset, int length) => value.GetBytes(offset, length);
    }
}
