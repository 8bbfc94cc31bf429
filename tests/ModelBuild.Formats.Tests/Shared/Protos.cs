using Google.Protobuf;
using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests;

/// <summary>Small ONNX files, encoded by protobuf's own library.</summary>
internal static class Protos
{
    public const int Float = 1;

    public static ModelProto Model(GraphProto graph, long irVersion = 8, long opset = 17) =>
        new() { IrVersion = irVersion, ProducerName = "test", Graph = graph, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = opset } } };

    public static ValueInfoProto Info(string name, int elementType = Float, params long[] dims)
    {
        var shape = new TensorShapeProto();
        shape.Dim.AddRange(dims.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = elementType, Shape = shape } } };
    }

    public static NodeProto Node(string op, string[] inputs, string[] outputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes);
        return node;
    }

    public static TensorProto Tensor(string name, int elementType, long[] dims, byte[]? raw = null)
    {
        var tensor = new TensorProto { Name = name, DataType = elementType };
        tensor.Dims.AddRange(dims);
        if (raw is not null)
        {
            tensor.RawData = ByteString.CopyFrom(raw);
        }

        return tensor;
    }

    /// <summary>A model whose only purpose is an initializer named <c>w</c>.</summary>
    public static ModelProto WithInitializer(TensorProto tensor)
    {
        var graph = new GraphProto { Name = "g", Node = { Node("Identity", ["w"], ["y"]) }, Output = { new ValueInfoProto { Name = "y" } }, Initializer = { tensor } };
        return Model(graph);
    }

    public static Model Read(this TempFolder folder, ModelProto proto) => new Formats.Onnx.OnnxFormat().Read(folder.Write("model.onnx", proto.ToByteArray()));

    public static string CodeOf(Action action) => Assert.ThrowsExactly<ModelException>(action).Code;
}
