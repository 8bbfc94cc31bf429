using Google.Protobuf;
using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests.Onnx;

[TestClass]
public sealed class GraphReadingTests
{
    [TestMethod]
    public void Everything_in_a_model_survives_reading_and_writing()
    {
        using var folder = new TempFolder();
        using Model model = folder.Read(Rich());
        ModelFormats.Write(model, folder.File("again.onnx"));
        using Model again = ModelFormats.Read(folder.File("again.onnx"));
        Assert.AreEqual(ModelText.Of(model), ModelText.Of(again));

        Assert.AreEqual("", model.Graph.Nodes[0].Domain);
        Assert.AreEqual(17, model.OpsetImports[""]);
        Assert.AreEqual("v", model.Metadata["k"]);
        Assert.AreEqual("IMAGE", model.Graph.Inputs[0].Type!.Denotation);
        Assert.AreEqual("batch", model.Graph.Inputs[0].Tensor!.Shape![0].Symbol);
        Assert.IsTrue(model.Graph.Inputs[0].Tensor!.Shape![1].IsUnknown);
        Assert.AreEqual("scale", model.Graph.QuantizationAnnotations["y"]["SCALE_TENSOR"]);
        Assert.IsNotNull(model.Unknown);
        Assert.IsNotNull(model.Graph.Nodes[0].Unknown);
        Node rich = model.Graph.Nodes[0];
        Assert.AreEqual(14, rich.Attributes.Count);
        Assert.AreEqual("tex\u00FF"[..3], rich.GetString("s")[..3]);
        Assert.AreEqual("over", model.Functions[0].Overload);
        Assert.IsInstanceOfType<ReferenceAttribute>(model.Functions[0].Body.Nodes[0].Attributes["alpha"]);
        Assert.AreSame(model.Graph.Inputs[0], rich.GetGraph("g")!.Nodes[0].Inputs[0], "A nested graph uses the value of the outer one.");
    }

    [TestMethod]
    public void Attributes_without_a_type_are_told_by_their_content()
    {
        AttributeProto ints = new() { Name = "axes" };
        ints.Ints.AddRange([1, 2]);
        var graph = new GraphProto
        {
            Name = "g",
            Input = { Protos.Info("x") },
            Node = { Protos.Node("A", ["x"], ["y"], ints, new AttributeProto { Name = "f", F = 2 }, new AttributeProto { Name = "empty" }) },
            Output = { Protos.Info("y") },
        };
        using var folder = new TempFolder();
        using Model model = folder.Read(Protos.Model(graph, irVersion: 1));
        CollectionAssert.AreEqual(new long[] { 1, 2 }, model.Graph.Nodes[0].GetInts("axes")!.ToArray());
        Assert.AreEqual(2f, model.Graph.Nodes[0].GetFloat("f"));
        Assert.AreEqual(0, model.Graph.Nodes[0].GetInts("empty")!.Count);
    }

    [TestMethod]
    public void Weights_that_old_files_list_as_inputs_are_not_inputs()
    {
        ModelProto proto = Protos.Model(
            new GraphProto
            {
                Name = "g",
                Input = { Protos.Info("x", 1, 2), Protos.Info("w", 1, 2) },
                Initializer = { Protos.Tensor("w", 1, [2], new byte[8]) },
                Node = { Protos.Node("Add", ["x", "w"], ["y"]) },
                Output = { Protos.Info("y", 1, 2) },
            },
            irVersion: 3);
        using var folder = new TempFolder();
        using (Model model = folder.Read(proto))
        {
            Assert.AreEqual("x", string.Join(',', model.Graph.Inputs.Select(i => i.Name)));
        }

        proto.IrVersion = 4;
        using (Model model = folder.Read(proto))
        {
            Assert.AreEqual("x,w", string.Join(',', model.Graph.Inputs.Select(i => i.Name)));
            Assert.IsNotNull(model.Graph.Inputs[1].Initializer);
        }
    }

    [TestMethod]
    public void Nodes_out_of_order_are_sorted()
    {
        GraphProto graph = Chain(
            Protos.Node("C", ["b"], ["y"]),
            Protos.Node("If", ["a"], ["b"], Branch(Protos.Node("Inner", ["a"], ["inner"]), "inner")),
            Protos.Node("A", ["x"], ["a"]));
        using var folder = new TempFolder();
        using Model model = folder.Read(Protos.Model(graph));
        Assert.AreEqual("A,If,C", string.Join(',', model.Graph.Nodes.Select(n => n.OpType)));
    }

    [TestMethod]
    [DataRow("circle")]
    [DataRow("own result")]
    [DataRow("undefined input")]
    [DataRow("undefined output")]
    [DataRow("defined twice")]
    [DataRow("attribute twice")]
    [DataRow("input twice")]
    [DataRow("unnamed initializer")]
    [DataRow("inner value used outside")]
    public void A_graph_that_is_not_well_formed_is_MB1009(string what)
    {
        AttributeProto i = new() { Name = "i", Type = 2, I = 1 };
        GraphProto graph = what switch
        {
            "circle" => Chain(Protos.Node("A", ["b"], ["a"]), Protos.Node("B", ["a"], ["b"]), Protos.Node("C", ["b"], ["y"])),
            "own result" => Chain(Protos.Node("A", ["y"], ["y"])),
            "undefined input" => Chain(Protos.Node("A", ["nothing"], ["y"])),
            "undefined output" => Chain(Protos.Node("A", ["x"], ["z"])),
            "defined twice" => Chain(Protos.Node("A", ["x"], ["y"]), Protos.Node("B", ["x"], ["y"])),
            "attribute twice" => Chain(Protos.Node("A", ["x"], ["y"], i, i.Clone())),
            "input twice" => Chain(Protos.Node("A", ["x"], ["y"])) is var g && g.Input.Count == 1 ? new GraphProto(g) { Input = { Protos.Info("x") } } : g,
            "unnamed initializer" => new GraphProto(Chain(Protos.Node("A", ["x"], ["y"]))) { Initializer = { Protos.Tensor("", 1, [1], new byte[4]) } },
            _ => Chain(Protos.Node("If", ["x"], ["a"], Branch(Protos.Node("Inner", ["x"], ["inner"]), "inner")), Protos.Node("A", ["inner"], ["y"])),
        };
        using var folder = new TempFolder();
        Assert.AreEqual("MB1009", Protos.CodeOf(() => folder.Read(Protos.Model(graph))));
    }

    [TestMethod]
    public void A_name_used_in_two_branches_means_two_values()
    {
        AttributeProto then = Branch(Protos.Node("A", ["x"], ["same"]), "same");
        AttributeProto otherwise = Branch(Protos.Node("B", ["x"], ["same"]), "same");
        otherwise.Name = "else";
        using var folder = new TempFolder();
        using Model model = folder.Read(Protos.Model(Chain(Protos.Node("If", ["x"], ["y"], then, otherwise))));
        string[] names = [.. model.Graph.AllGraphs().Skip(1).Select(g => g.Outputs[0].Name)];
        Assert.AreEqual(2, names.Distinct().Count());
        ModelFormats.Write(model, folder.File("again.onnx"));
        using Model again = ModelFormats.Read(folder.File("again.onnx"));
        Assert.AreEqual(ModelText.Of(model), ModelText.Of(again));
    }

    [TestMethod]
    public void Every_kind_of_type_survives()
    {
        TypeProto tensor = Protos.Info("", 10, 4).Type;
        TypeProto[] types =
        [
            tensor,
            new() { SequenceType = new TypeProto.Types.Sequence { ElemType = tensor } },
            new() { OptionalType = new TypeProto.Types.Sequence { ElemType = new TypeProto { SequenceType = new TypeProto.Types.Sequence { ElemType = tensor } } } },
            new() { MapType = new TypeProto.Types.Map { KeyType = 8, ValueType = tensor } },
            new() { SparseTensorType = tensor.TensorType },
            new() { OpaqueType = new TypeProto.Types.Opaque { Domain = "d", Name = "n" } },
            new() { TensorType = new TypeProto.Types.Tensor { ElemType = 77 } },
        ];
        var graph = new GraphProto { Name = "g" };
        graph.Input.AddRange(types.Select((t, i) => new ValueInfoProto { Name = $"i{i}", Type = t }));
        graph.Output.Add(new ValueInfoProto { Name = "i0" });
        using var folder = new TempFolder();
        using Model model = folder.Read(Protos.Model(graph));
        CollectionAssert.AreEqual(
            new[] { typeof(TensorType), typeof(SequenceType), typeof(OptionalType), typeof(MapType), typeof(SparseTensorType), typeof(OpaqueType), typeof(TensorType) },
            model.Graph.Inputs.Select(i => i.Type!.GetType()).ToArray());
        ModelFormats.Write(model, folder.File("again.onnx"));
        using Model again = ModelFormats.Read(folder.File("again.onnx"));
        Assert.AreEqual(ModelText.Of(model), ModelText.Of(again));
    }

    private static GraphProto Chain(params NodeProto[] nodes)
    {
        var graph = new GraphProto { Name = "g", Input = { Protos.Info("x") }, Output = { Protos.Info("y") } };
        graph.Node.AddRange(nodes);
        return graph;
    }

    private static AttributeProto Branch(NodeProto node, string output) =>
        new() { Name = "then", Type = 5, G = new GraphProto { Name = "b", Node = { node }, Output = { new ValueInfoProto { Name = output } } } };

    /// <summary>A model with one of everything.</summary>
    private static ModelProto Rich()
    {
        TensorProto t = Protos.Tensor("", 1, [1], new byte[4]);
        t.DocString = "of the tensor";
        var sparse = new SparseTensorProto { Values = Protos.Tensor("", 1, [1], new byte[4]), Indices = Protos.Tensor("", 7, [1], new byte[8]), Dims = { 5 } };
        TypeProto type = Protos.Info("", 1, 3).Type;
        AttributeProto[] attributes =
        [
            new() { Name = "f", Type = 1, F = float.NaN, DocString = "of f" },
            new() { Name = "i", Type = 2, I = long.MinValue },
            new() { Name = "s", Type = 3, S = ByteString.CopyFrom([(byte)'t', (byte)'e', (byte)'x', 0xFF]) },
            new() { Name = "t", Type = 4, T = t },
            Branch(Protos.Node("Inner", ["x", ""], ["inner"]), "inner"),
            new() { Name = "fs", Type = 6, Floats = { 1, 2 } },
            new() { Name = "is", Type = 7, Ints = { 1, -2 } },
            new() { Name = "ss", Type = 8, Strings = { ByteString.CopyFromUtf8("a"), ByteString.Empty } },
            new() { Name = "ts", Type = 9, Tensors = { t, t.Clone() } },
            new() { Name = "gs", Type = 10, Graphs = { new GraphProto { Name = "n", Node = { Protos.Node("Inner", ["x"], ["other"]) }, Output = { new ValueInfoProto { Name = "other" } } } } },
            new() { Name = "sp", Type = 11, SparseTensor = sparse },
            new() { Name = "sps", Type = 12, SparseTensors = { sparse.Clone() } },
            new() { Name = "tp", Type = 13, Tp = type },
            new() { Name = "tps", Type = 14, TypeProtos = { type, type.Clone() } },
        ];
        attributes[4].Name = "g";
        NodeProto rich = Protos.Node("Rich", ["x", "", "w"], ["", "a"], attributes);
        rich.Domain = "ai.onnx";
        rich.Name = "rich";
        rich.DocString = "of the node";
        rich.MetadataProps.Add(new StringStringEntryProto { Key = "nk", Value = "nv" });
        rich.DeviceConfigurations.Add(ByteString.CopyFrom(10, 1, (byte)'d'));
        NodeProto call = Protos.Node("F", ["a"], ["y"]);
        call.Domain = "local";
        call.Overload = "over";

        ValueInfoProto x = Protos.Info("x", 1, 0, -1);
        x.DocString = "of x";
        x.Type.Denotation = "IMAGE";
        x.Type.TensorType.Shape.Dim[0].DimParam = "batch";
        x.MetadataProps.Add(new StringStringEntryProto { Key = "vk", Value = "vv" });
        TensorProto w = Protos.Tensor("w", 1, [2], new byte[8]);
        w.MetadataProps.Add(new StringStringEntryProto { Key = "tk", Value = "tv" });
        GraphProto graph = Chain(rich, call);
        graph.Input.Clear();
        graph.Input.Add(x);
        graph.DocString = "of the graph";
        graph.Initializer.Add(w);
        graph.ValueInfo.Add(Protos.Info("a", 1, 7));
        graph.MetadataProps.Add(new StringStringEntryProto { Key = "gk", Value = "gv" });
        graph.QuantizationAnnotation.Add(new TensorAnnotation { TensorName = "y", QuantParameterTensorNames = { new StringStringEntryProto { Key = "SCALE_TENSOR", Value = "scale" } } });

        ModelProto model = Protos.Model(graph, irVersion: 11);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "local", Version = 1 });
        model.Domain = "d";
        model.ModelVersion = 3;
        model.DocString = "of the model";
        model.MetadataProps.Add(new StringStringEntryProto { Key = "k", Value = "v" });
        var function = new FunctionProto
        {
            Name = "F",
            Domain = "local",
            Overload = "over",
            Input = { "p" },
            Output = { "q" },
            Attribute = { "alpha" },
            AttributeProto = { new AttributeProto { Name = "beta", Type = 1, F = 2 } },
            Node = { Protos.Node("LeakyRelu", ["p"], ["q"], new AttributeProto { Name = "alpha", Type = 1, RefAttrName = "alpha" }) },
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 17 } },
            DocString = "of the function",
            ValueInfo = { Protos.Info("p", 1, 4) },
            MetadataProps = { new StringStringEntryProto { Key = "fk", Value = "fv" } },
        };
        model.Functions.Add(function);

        // Training information (field 20) and a field of a later version.
        return ModelProto.Parser.ParseFrom([.. model.ToByteArray(), .. UnknownField(20, [18, 0]), .. UnknownField(99, [1, 2, 3])]);
    }

    private static byte[] UnknownField(int number, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
        }

        return stream.ToArray();
    }
}
