using System.Buffers.Binary;
using System.Text;
using ModelBuild.Formats.Safetensors;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests.Safetensors;

/// <summary>The format's rules: one JSON header, ranges without holes or overlap, sizes that fit.</summary>
[TestClass]
public sealed class SafetensorsTests
{
    [TestMethod]
    public void A_file_is_read_by_its_header()
    {
        using var folder = new TempFolder();
        string path = Write(folder, """{"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]}}""", [5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]);
        using TensorFile file = new SafetensorsFormat().Read(path, ModelReadOptions.Default);
        Assert.AreEqual("pt", file.Metadata["format"]);
        TensorData a = file.Tensors.Single(t => t.Name == "a").Data;
        CollectionAssert.AreEqual(new float[] { 1, 2 }, a.As<float>().ToArray());
        Assert.AreEqual(5L, file.Tensors.Single(t => t.Name == "b").Data.As<long>()[0]);
    }

    [TestMethod]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, DisplayName = "too few bytes for the shape")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, DisplayName = "beyond the file")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, DisplayName = "overlap")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, DisplayName = "hole")]
    [DataRow("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, DisplayName = "overflow")]
    [DataRow("""{"a":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}}""", 4, DisplayName = "unknown type")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, DisplayName = "negative size")]
    [DataRow("""{"a":1}""", 0, DisplayName = "no tensor")]
    [DataRow("""{"a":""", 0, DisplayName = "broken JSON")]
    public void A_header_that_lies_is_refused(string header, int bytes)
    {
        using var folder = new TempFolder();
        string path = Write(folder, header, new byte[bytes]);
        ModelException e = Assert.ThrowsExactly<ModelException>(() => new SafetensorsFormat().Read(path, ModelReadOptions.Default).Dispose());
        Assert.StartsWith("MB100", e.Code);
    }

    [TestMethod]
    public void What_is_written_has_the_layout_of_the_format()
    {
        using var folder = new TempFolder();
        string path = folder.File("out.safetensors");
        new SafetensorsFormat().Write([new NamedTensor("x", TensorData.Create<byte>(ElementType.UInt8, [3], [1, 2, 3])), new NamedTensor("w", TensorData.Create<float>(ElementType.Float32, [2], [1, 2]))], path, new ModelWriteOptions());
        byte[] bytes = File.ReadAllBytes(path);
        long header = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.AreEqual(0, header % 8);
        using var json = System.Text.Json.JsonDocument.Parse(bytes.AsMemory(8, (int)header));

        // The larger alignment first, so that every tensor is aligned.
        Assert.AreEqual("[0,8]", json.RootElement.GetProperty("w").GetProperty("data_offsets").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.AreEqual("[8,11]", json.RootElement.GetProperty("x").GetProperty("data_offsets").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.AreEqual(8 + header + 11, bytes.Length);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, bytes[^3..]);
    }

    [TestMethod]
    public void A_MindRecord_file_starts_alike_and_is_another_format()
    {
        using var folder = new TempFolder();
        string path = Write(folder, """{"header_size":16384,"index_fields":[],"page":[]}""", new byte[64]);
        Assert.IsNull(ModelFormats.SniffWeights(path));
        Assert.Contains("MindRecord", Assert.ThrowsExactly<ModelException>(() => ModelFormats.Sniff(path)).Message);
    }

    private static string Write(TempFolder folder, string header, byte[] content)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, text.Length);
        return folder.Write("in.safetensors", [.. size, .. text, .. content]);
    }
}
