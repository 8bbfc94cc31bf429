using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelBuild.Formats.MindSpore.Proto;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;
using static ModelBuild.Formats.MindSpore.Proto.AttributeProto.Types;

namespace ModelBuild.Formats.Tests.MindSpore;

/// <summary>Graphs made here: calls, choices, tuples, pads, and what can't be read.</summary>
[TestClass]
public sealed class MindIrGraphTests
{
    [TestMethod]
    [DataRow(3f, 1f, 6f)]
    [DataRow(1f, 3f, -2f)]
    public void A_choice_between_graphs_and_a_call(float x, float y, float expected)
    {
        ModelProto model = NewModel([1], [1]);
        Node(model.Graph, "Greater", "c", ["m:x", "m:y"]);
        Node(model.Graph, "Switch", "s", ["c", "yes", "no"]);
        Node(model.Graph, "REF::s", "r", ["m:x", "m:y"]);
        Output(model.Graph, "r");
        GraphProto yes = Function(model, "yes", 2);
        Node(yes, "REF::twice", "yes:r", ["yes:0"]);
        Output(yes, "yes:r");
        GraphProto no = Function(model, "no", 2);
        Node(no, "Sub", "no:r", ["no:0", "no:1"]);
        Output(no, "no:r");
        GraphProto twice = Function(model, "twice", 1);
        Node(twice, "Add", "twice:r", ["twice:0", "twice:0"]);
        Output(twice, "twice:r");
        CollectionAssert.AreEqual(new[] { expected }, Run(model, ([1], [x]), ([1], [y])));
    }

    [TestMethod]
    public void Pads_of_a_convolution_are_top_bottom_left_right()
    {
        ModelProto model = NewModel([1, 1, 2, 2]);
        model.Graph.Parameter.Add(new TensorProto { Name = "m:w", DataType = 1, Dims = { 1, 1, 1, 1 }, RawData = ByteString.CopyFrom(BitConverter.GetBytes(2f)) });
        Node(model.Graph, "Conv2D", "r", ["m:x", "m:w"], Tuple("kernel_size", 1, 1), Tuple("stride", 1, 1, 1, 1), Tuple("pad_list", 1, 0, 2, 0), Text("pad_mode", "pad"));
        Output(model.Graph, "r");
        CollectionAssert.AreEqual(new float[] { 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 6, 8 }, Run(model, ([1, 1, 2, 2], [1, 2, 3, 4])));
    }

    [TestMethod]
    public void Gates_of_an_LSTM_are_input_forget_cell_output()
    {
        ModelProto model = NewModel([1, 1, 1]);
        float[] w = [0.1f, 0.2f, 0.3f, 0.4f];
        float[] r = [0.5f, -0.6f, 0.7f, 0.8f];
        float[] b = [0.01f, 0.02f, 0.03f, 0.04f];
        model.Graph.Parameter.Add(Floats("m:h", [1, 1, 1], 0.5f));
        model.Graph.Parameter.Add(Floats("m:c", [1, 1, 1], 0.25f));
        model.Graph.Parameter.Add(Floats("m:w", [16, 1, 1], [.. w, .. r, .. b, .. b]));
        Node(model.Graph, "LSTM", "l", ["m:x", "m:h", "m:c", "m:w"], Integer("input_size", 1), Integer("hidden_size", 1));
        Node(model.Graph, "Constant", "zero", [], Integer("value", 0));
        Node(model.Graph, "TupleGetItem", "r", ["l", "zero"]);
        Output(model.Graph, "r");
        float[] sums = [.. Enumerable.Range(0, 4).Select(i => w[i] + (r[i] * 0.5f) + (2 * b[i]))];
        static float Sigmoid(float v) => 1 / (1 + MathF.Exp(-v));
        float cell = (Sigmoid(sums[1]) * 0.25f) + (Sigmoid(sums[0]) * MathF.Tanh(sums[2]));
        Assert.AreEqual(Sigmoid(sums[3]) * MathF.Tanh(cell), Run(model, ([1, 1, 1], [1])).Single(), 1e-6f);
    }

    [TestMethod]
    public void Unknown_primitives_are_named_all_at_once()
    {
        ModelProto model = NewModel([1]);
        Node(model.Graph, "Riddle", "a", ["m:x"]);
        Node(model.Graph, "ReLU", "b", ["a"]);
        Node(model.Graph, "Enigma", "c", ["m:x"]);
        Output(model.Graph, "b");
        ModelException e = Assert.ThrowsExactly<ModelException>(() => Run(model, ([1], [1])));
        Assert.AreEqual("MB1013", e.Code);
        StringAssert.Contains(e.Message, "Riddle");
        StringAssert.Contains(e.Message, "Enigma");
    }

    [TestMethod]
    public void A_graph_that_calls_itself_is_refused()
    {
        ModelProto model = NewModel([1]);
        Node(model.Graph, "REF::again", "r", ["m:x"]);
        Output(model.Graph, "r");
        GraphProto again = Function(model, "again", 1);
        Node(again, "REF::again", "again:r", ["again:0"]);
        Output(again, "again:r");
        Assert.AreEqual("MB1010", Assert.ThrowsExactly<ModelException>(() => Run(model, ([1], [1]))).Code);
    }

    private static ModelProto NewModel(params long[][] inputs)
    {
        var model = new ModelProto { IrVersion = "0.1.1", ProducerName = "MindSpore", MindIrVersion = 1, Graph = new GraphProto { Name = "m" } };
        for (int i = 0; i < inputs.Length; i++)
        {
            model.Graph.Input.Add(new ValueInfoProto { Name = i == 0 ? "m:x" : "m:y", Tensor = { new TensorProto { DataType = 1, Dims = { inputs[i] } } } });
        }

        return model;
    }

    private static GraphProto Function(ModelProto model, string name, int inputs)
    {
        var graph = new GraphProto { Name = name };
        graph.Input.AddRange(Enumerable.Range(0, inputs).Select(i => new ValueInfoProto { Name = $"{name}:{i}" }));
        model.Functions.Add(graph);
        return graph;
    }

    private static void Node(GraphProto graph, string type, string output, string[] inputs, params AttributeProto[] attributes) =>
        graph.Node.Add(new NodeProto { OpType = type, Name = output, Output = { output }, Input = { inputs }, Attribute = { attributes } });

    private static void Output(GraphProto graph, string name) => graph.Output.Add(new ValueInfoProto { Name = name });

    private static AttributeProto Tuple(string name, params long[] values) =>
        new() { Name = name, Type = AttributeType.Tuple, Values = { values.Select(v => new AttributeProto { Type = AttributeType.Int64, Ints = { v } }) } };

    private static AttributeProto Integer(string name, long value) => new() { Name = name, Type = AttributeType.Int64, I = value };

    private static TensorProto Floats(string name, long[] shape, params float[] values) =>
        new() { Name = name, DataType = 1, Dims = { shape }, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)) };

    private static AttributeProto Text(string name, string value) => new() { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    private static float[] Run(ModelProto proto, params (long[] Shape, float[] Data)[] inputs)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("m.mindir"), proto.ToByteArray());
        using Model model = ModelFormats.Read(folder.File("m.mindir"));
        return OrtRun.Floats(model, null, inputs).Values;
    }
}
