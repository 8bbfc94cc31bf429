using System.Text;
using ModelBuild.Graphs;
using ModelBuild.Kernels;

namespace ModelBuild.Lowering.Interpreter;

/// <summary>Between tensors of graphs and files and those of running plans; both ways copy.</summary>
internal static class TensorValues
{
    /// <summary>A tensor with memory of its own.</summary>
    public static TensorValue ToValue(this TensorData data)
    {
        var tensor = new TensorValue((TensorElementType)data.ElementType, data.Dimensions);
        if (data.Strings is { } texts)
        {
            for (int i = 0; i < texts.Count; i++)
            {
                tensor.Strings[i] = Encoding.UTF8.GetString(texts[i].Span);
            }
        }
        else
        {
            data.Bytes.CopyTo(tensor.Bytes);
        }

        return tensor;
    }

    /// <summary>The content.</summary>
    public static TensorData ToData(this TensorValue tensor) => tensor.ElementType == TensorElementType.String
        ? new StringTensorData(tensor.Shape, [.. tensor.Strings.ToArray().Select(s => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(s))])
        : new MemoryTensorData((ElementType)tensor.ElementType, tensor.Shape, tensor.Bytes.ToArray());
}
