using Google.Protobuf;
using ModelBuild.Formats.Onnx.Proto;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests.Tensors;

[TestClass]
public sealed class OnnxValueFileTests
{
    [TestMethod]
    public void A_tensor_survives()
    {
        using var folder = new TempFolder();
        TensorData data = TensorData.Create<float>(ElementType.Float32, [2, 500], [.. Enumerable.Range(0, 1000).Select(i => (float)i)]);
        OnnxTensorFile.Write(folder.File("a.pb"), data, "x");
        Assert.AreEqual(ModelText.Of(data), ModelText.Of(OnnxTensorFile.Read(folder.File("a.pb"))));
    }

    [TestMethod]
    public void Sequences_optionals_and_maps_are_read_by_the_type_that_is_asked_for()
    {
        using var folder = new TempFolder();
        TensorProto tensor = Protos.Tensor("t", 1, [2], new byte[8]);
        var sequence = new SequenceProto { ElemType = 1, TensorValues = { tensor, tensor.Clone() } };
        var type = new SequenceType(new TensorType(ElementType.Float32, null));
        Assert.AreEqual(2, ((OnnxSequenceValue)OnnxValueFile.Read(folder.Write("s.pb", sequence.ToByteArray()), type)).Items.Count);

        var optional = new OptionalProto { ElemType = 3, SequenceValue = sequence };
        var read = (OnnxOptionalValue)OnnxValueFile.Read(folder.Write("o.pb", optional.ToByteArray()), new OptionalType(type));
        Assert.AreEqual(2, ((OnnxSequenceValue)read.Value!).Items.Count);
        Assert.IsNull(((OnnxOptionalValue)OnnxValueFile.Read(folder.Write("n.pb", new OptionalProto { ElemType = 1 }.ToByteArray()), new OptionalType(type))).Value);

        var map = new MapProto { KeyType = 8, StringKeys = { ByteString.CopyFromUtf8("a"), ByteString.CopyFromUtf8("b") }, Values = sequence };
        var readMap = (OnnxMapValue)OnnxValueFile.Read(folder.Write("m.pb", map.ToByteArray()), new MapType(ElementType.String, type.Element));
        Assert.AreEqual(2, readMap.Values.Count);
        Assert.AreEqual(2, readMap.Keys.Strings!.Count);
    }

    [TestMethod]
    public void A_file_that_is_no_tensor_is_MB3001()
    {
        using var folder = new TempFolder();
        Assert.AreEqual("MB3001", Protos.CodeOf(() => OnnxTensorFile.Read(folder.File("missing.pb"))));
        Assert.AreEqual("MB3001", Protos.CodeOf(() => OnnxTensorFile.Read(folder.Write("a.pb", []))));
        Assert.AreEqual("MB3001", Protos.CodeOf(() => OnnxTensorFile.Read(folder.Write("a.pb", [1, 2, 3, 4]))));
        Assert.AreEqual("MB3001", Protos.CodeOf(() => OnnxTensorFile.Read(folder.Write("a.pb", Protos.Tensor("t", 1, [50_000, 50_000], new byte[2000]).ToByteArray()))));
        byte[] good = Protos.Tensor("t", 1, [1000], new byte[4000]).ToByteArray();
        Assert.AreEqual("MB3001", Protos.CodeOf(() => OnnxTensorFile.Read(folder.Write("a.pb", good[..2000]))));
    }

    [TestMethod]
    public void Every_value_of_the_ONNX_suite_is_read_as_its_type()
    {
        int count = 0;
        foreach (string model in Directory.EnumerateFiles(SharedFolder.Suite(), "model.onnx", SearchOption.AllDirectories))
        {
            using Model read = ModelFormats.Read(model);
            foreach (string set in Directory.EnumerateDirectories(Path.GetDirectoryName(model)!, "test_data_set_*"))
            {
                count += ReadAll(set, "input", read.Graph.Inputs) + ReadAll(set, "output", read.Graph.Outputs);
            }
        }

        Assert.IsGreaterThan(6000, count);
    }

    private static int ReadAll(string folder, string kind, List<Value> values)
    {
        int count = 0;
        for (int i = 0; i < values.Count && File.Exists(Path.Combine(folder, $"{kind}_{i}.pb")); i++)
        {
            string path = Path.Combine(folder, $"{kind}_{i}.pb");

            // An optional tensor may be stored as the tensor itself; an empty file is an empty sequence or optional.
            if (new FileInfo(path).Length > 0)
            {
                OnnxValueFile.Read(path, values[i].Type);
                count++;
            }
        }

        return count;
    }
}
