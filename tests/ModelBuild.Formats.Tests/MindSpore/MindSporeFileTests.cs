using System.Buffers.Binary;
using System.IO.Hashing;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Formats.Tests.MindSpore;

/// <summary>Files that MindSpore wrote, and files that are damaged.</summary>
[TestClass]
public sealed class MindSporeFileTests
{
    private const string Mindir = "corpus/mindspore-ai+mindspore_test/tests/ut/";
    private const string Checkpoint = "corpus/mindspore-ai+mindarmour/tests/ut/python/dataset/trained_ckpt_file/checkpoint_lenet-10_1875.ckpt";

    [TestMethod]
    public void LeNet_is_read_with_its_signature_and_taken_by_ONNX_Runtime()
    {
        using Model model = ModelFormats.Read(SharedFolder.Find(Mindir + "python/mindir/ori_net.mindir"));
        Assert.AreEqual("x: TensorType { Denotation = , ElementType = Float32, Shape = [1,1,32,32] }", model.Graph.Inputs.Single().ToString());
        Assert.AreEqual("Conv,Relu,MaxPool,Conv,Relu,MaxPool,Reshape,MatMul,Relu,MatMul,Relu,MatMul", string.Join(',', model.Graph.Nodes.Select(n => n.OpType)));
        CollectionAssert.IsSubsetOf(new[] { "conv1.weight", "conv2.weight" }, model.Graph.Initializers.Select(i => i.Name).ToArray());
        using var folder = new TempFolder();
        ModelFormats.Write(model, folder.File("m.onnx"));
        using OrtSession session = OrtSession.Open(folder.File("m.onnx"));
        Assert.AreEqual(1, session.Outputs.Count);
    }

    [TestMethod]
    public void A_summary_names_primitives_and_weights()
    {
        FileSummary summary = ModelFormats.Find("MindIR").Summarize(SharedFolder.Find(Mindir + "python/mindir/ori_net.mindir"), ModelReadOptions.Default)!;
        Assert.AreEqual("MindIR 0.1.1", summary.Format);
        Assert.AreEqual(2, summary.Operators["Conv2D"]);
        Assert.AreEqual("conv2.weight float32 [16,6,5,5]", summary.Weights.Select(w => $"{w.Name} {w.Type} {w.Shape}").First());
    }

    [TestMethod]
    public void The_older_generation_is_read()
    {
        using Model model = ModelFormats.Read(SharedFolder.Find(Mindir + "data/mindir/add_no_encrpty.mindir"));
        Assert.AreEqual("x_,y_", string.Join(',', model.Graph.Inputs.Select(i => i.Name)));
        Assert.AreEqual("Add", model.Graph.Nodes.Single().OpType);
    }

    [TestMethod]
    public void An_encrypted_file_takes_its_key()
    {
        string path = SharedFolder.Find(Mindir + "data/mindir/add_encrpty_key_0123456789ABCDEF.mindir");
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("key"), "0123456789ABCDEF\n");
        File.WriteAllText(folder.File("wrong"), "0123456789ABCDEX");
        using (Model model = ModelFormats.Read(path, options: new ModelReadOptions { EncryptionKey = folder.File("key") }))
        {
            Assert.AreEqual("Add", model.Graph.Nodes.Single().OpType);
        }

        foreach (string? key in (string?[])[null, folder.File("wrong"), folder.File("missing")])
        {
            Assert.AreEqual("MB1018", Assert.ThrowsExactly<ModelException>(() => ModelFormats.Read(path, options: new ModelReadOptions { EncryptionKey = key })).Code);
        }

        Assert.AreEqual("MB1019", Assert.ThrowsExactly<ModelException>(() => ModelFormats.Read(path, options: new ModelReadOptions { EncryptionKey = folder.File("key"), MaxUnpackedSize = 100 })).Code);
    }

    [TestMethod]
    public void Damage_gives_an_error_of_the_file()
    {
        using var folder = new TempFolder();
        var random = new Random(1);
        foreach (string path in (string[])[SharedFolder.Find(Mindir + "python/mindir/ori_net.mindir"), SharedFolder.Find(Mindir + "data/mindir/add_no_encrpty.mindir"), SharedFolder.Find(Checkpoint)])
        {
            byte[] whole = File.ReadAllBytes(path);
            for (int i = 0; i < 150; i++)
            {
                byte[] bytes = i % 3 == 0 ? whole[..random.Next(1, whole.Length)] : [.. whole];
                for (int k = 0; i % 3 != 0 && k < 4; k++)
                {
                    bytes[random.Next(i % 3 == 1 ? Math.Min(600, bytes.Length) : bytes.Length)] = (byte)random.Next(256);
                }

                string file = folder.File("damaged" + Path.GetExtension(path));
                File.WriteAllBytes(file, bytes);
                try
                {
                    if (Path.GetExtension(path) == ".ckpt")
                    {
                        ModelFormats.Weights.First(f => f.Extension == ".ckpt").Read(file, ModelReadOptions.Default).Dispose();
                    }
                    else
                    {
                        ModelFormats.Find("MindIR").Read(file).Dispose();
                    }
                }
                catch (ModelException)
                {
                }
            }
        }
    }

    [TestMethod]
    public void A_checkpoint_is_read_written_and_read_again()
    {
        string path = SharedFolder.Find(Checkpoint);
        IWeightsFormat format = ModelFormats.SniffWeights(path)!;
        Assert.AreEqual(".ckpt", format.Extension);
        using TensorFile file = format.Read(path, ModelReadOptions.Default);
        Assert.HasCount(18, file.Tensors);
        TensorData conv = file.Tensors.Single(t => t.Name == "conv1.weight").Data;
        Assert.AreEqual("float32[6,1,5,5]", conv.ToString());
        using var folder = new TempFolder();
        format.Write(file.Tensors, folder.File("again.ckpt"), new ModelWriteOptions());
        using TensorFile again = format.Read(folder.File("again.ckpt"), ModelReadOptions.Default);
        CollectionAssert.AreEqual(file.Tensors.Select(t => $"{t.Name} {t.Data}").ToArray(), again.Tensors.Select(t => $"{t.Name} {t.Data}").ToArray());
        Assert.IsTrue(file.Tensors.Zip(again.Tensors).All(p => p.First.Data.Bytes.SequenceEqual(p.Second.Data.Bytes)));
    }

    [TestMethod]
    public void A_checksum_is_verified()
    {
        using var folder = new TempFolder();
        IWeightsFormat format = ModelFormats.Weights.First(f => f.Extension == ".ckpt");
        format.Write([new NamedTensor("w", TensorData.Create<float>(ElementType.Float32, [3], [1, 2, 3])), new NamedTensor("s", TensorData.Scalar(4f))], folder.File("w.ckpt"), new ModelWriteOptions());
        byte[] bytes = File.ReadAllBytes(folder.File("w.ckpt"));
        var trailer = new byte[17];
        "crc_num"u8.CopyTo(trailer);
        BinaryPrimitives.WriteUInt64BigEndian(trailer.AsSpan(9), Crc32.HashToUInt32(bytes));
        File.WriteAllBytes(folder.File("w.ckpt"), [.. bytes, .. trailer]);
        using (TensorFile file = format.Read(folder.File("w.ckpt"), ModelReadOptions.Default))
        {
            Assert.AreEqual("float32[3]|float32[]", string.Join('|', file.Tensors.Select(t => t.Data)));
        }

        bytes[^1] ^= 1;
        File.WriteAllBytes(folder.File("w.ckpt"), [.. bytes, .. trailer]);
        Assert.AreEqual("MB1001", Assert.ThrowsExactly<ModelException>(() => format.Read(folder.File("w.ckpt"), ModelReadOptions.Default)).Code);
    }

    [TestMethod]
    public void Pads_are_reordered()
    {
        // top, bottom, left, right to the starts of both axes and then their ends.
        CollectionAssert.AreEqual(new long[] { 1, 3, 2, 4 }, ModelBuild.Formats.MindSpore.Primitives.Windows.Reorder([1, 2, 3, 4], 2));
    }
}
