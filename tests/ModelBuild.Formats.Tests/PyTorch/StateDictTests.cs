using System.Globalization;
using ModelBuild.Formats.PyTorch.Weights;
using ModelBuild.Graphs;
using ModelBuild.Tests;

namespace ModelBuild.Formats.Tests.PyTorch;

/// <summary>Files of torch.save, against PyTorch itself.</summary>
[TestClass]
public sealed class StateDictTests
{
    private const string Make = """
        base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
        state = {"plain": base, "transposed": base.t(), "part": base[1:3, 2:5], "half": base.half(), "brain": base.bfloat16(), "long": base.long(), "flag": base > 3,
                 "single": torch.tensor(2.5, dtype=torch.float64), "empty": torch.zeros(0, 3), "parameter": torch.nn.Parameter(base[0])}
        """;

    [TestMethod]
    [DataRow("True")]
    [DataRow("False")]
    public void What_torch_saves_is_read(string zip)
    {
        using var folder = new TempFolder();
        string path = folder.File("state.pth");
        TorchOracle.Run(Make + $"\ntorch.save({{'epoch': 3, 'model': state}}, sys.argv[1], _use_new_zipfile_serialization={zip})", path);
        var format = new StateDictFormat();
        Assert.IsTrue(format.Recognizes(File.ReadAllBytes(path).AsSpan(0, 64), path));
        using TensorFile file = format.Read(path, ModelReadOptions.Default);
        Dictionary<string, TensorData> tensors = file.Tensors.ToDictionary(t => t.Name[(t.Name.LastIndexOf('.') + 1)..], t => t.Data);
        CollectionAssert.AreEqual(new[] { "plain", "transposed", "part", "half", "brain", "long", "flag", "single", "empty", "parameter" }, tensors.Keys.ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(0, 24).Select(i => (float)i).ToArray(), tensors["plain"].As<float>().ToArray());
        CollectionAssert.AreEqual(new float[] { 0, 6, 12, 18, 1, 7 }, tensors["transposed"].As<float>()[..6].ToArray());
        CollectionAssert.AreEqual(new float[] { 8, 9, 10, 14, 15, 16 }, tensors["part"].As<float>().ToArray());
        Assert.AreEqual((Half)23, tensors["half"].As<Half>()[23]);
        CollectionAssert.AreEqual(tensors["plain"].As<float>().ToArray(), tensors["brain"].ToFloat32().As<float>().ToArray());
        Assert.AreEqual(23L, tensors["long"].As<long>()[23]);
        Assert.AreEqual("0,0,0,0,1,1", string.Join(',', tensors["flag"].Bytes[..6].ToArray()));
        Assert.AreEqual(2.5, tensors["single"].As<double>()[0]);
        Assert.AreEqual(0, tensors["single"].Rank);
        Assert.AreEqual(0L, tensors["empty"].ElementCount);
        CollectionAssert.AreEqual(new float[] { 0, 1, 2, 3, 4, 5 }, tensors["parameter"].As<float>().ToArray());
    }

    [TestMethod]
    public void Torch_loads_what_is_written()
    {
        using var folder = new TempFolder();
        string path = folder.File("state.pth");
        new StateDictFormat().Write(
            [
                new NamedTensor("layer.weight", TensorData.Create<float>(ElementType.Float32, [2, 3], [1, 2, 3, 4, 5, 6])),
                new NamedTensor("layer.count", TensorData.Scalar(7L)),
                new NamedTensor("é", TensorData.Create<Half>(ElementType.Float16, [2], [(Half)0.5f, (Half)(-2)])),
            ],
            path,
            new ModelWriteOptions());
        string said = TorchOracle.Run("""
            s = torch.load(sys.argv[1])
            print(type(s).__name__, [(ascii(k), str(v.dtype), list(v.shape), v.tolist()) for k, v in s.items()])
            """, path);
        Assert.AreEqual(
            "OrderedDict [(\"'layer.weight'\", 'torch.float32', [2, 3], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), (\"'layer.count'\", 'torch.int64', [], 7), (\"'\\\\xe9'\", 'torch.float16', [2], [0.5, -2.0])]",
            said.Trim());
    }

    [TestMethod]
    public void A_pickle_runs_nothing()
    {
        using var folder = new TempFolder();
        string path = folder.File("evil.pth");
        string witness = folder.File("witness");
        TorchOracle.Run("""
            class Evil:
                def __reduce__(self):
                    import os
                    return (os.system, ("touch '" + sys.argv[2] + "'",))
            torch.save({"weight": torch.zeros(2), "evil": Evil()}, sys.argv[1])
            """, path, witness);
        try
        {
            using TensorFile file = new StateDictFormat().Read(path, ModelReadOptions.Default);
            Assert.HasCount(1, file.Tensors);
        }
        catch (ModelException e)
        {
            Assert.AreEqual("MB1001", e.Code);
            Assert.Contains("system", e.Message);
        }

        Assert.IsFalse(File.Exists(witness));
    }

    [TestMethod]
    public void Damaged_files_are_refused_or_read()
    {
        using var folder = new TempFolder();
        string path = folder.File("state.pth");
        new StateDictFormat().Write([new NamedTensor("a", TensorData.Create<float>(ElementType.Float32, [4, 5], new float[20])), new NamedTensor("b", TensorData.Scalar(1L))], path, new ModelWriteOptions());
        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(3);
        for (int i = 0; i < 1500; i++)
        {
            byte[] bytes = i % 3 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (int k = 0; k < i % 3 && bytes.Length > 0; k++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using TensorFile file = new StateDictFormat().Read(path, ModelReadOptions.Default);
                file.Tensors.ForEach(t => t.Data.CopyTo(Stream.Null));
            }
            catch (ModelException e)
            {
                Assert.StartsWith("MB10", e.Code);
            }

            Assert.IsLessThan(64_000_000, GC.GetAllocatedBytesForCurrentThread() - before, i.ToString(CultureInfo.InvariantCulture));
        }
    }

    [TestMethod]
    public void Every_weights_file_of_the_corpus_is_read_to_its_end()
    {
        string corpus = SharedFolder.Find("corpus");
        int read = 0;
        foreach (string[] row in File.ReadLines(Path.Combine(corpus, "INDEX.tsv")).Select(l => l.Split('\t')).Where(r => r[1] is "pytorch state_dict zip" or "pytorch legacy .pth" or "safetensors"))
        {
            string path = Path.Combine(corpus, row[0]);
            if (Path.GetFileName(path) == "broken.pt")
            {
                continue;
            }

            IWeightsFormat format = ModelFormats.SniffWeights(path) ?? throw new AssertFailedException(row[0]);
            using TensorFile file = format.Read(path, ModelReadOptions.Default);
            file.Tensors.ForEach(t => t.Data.CopyTo(Stream.Null));
            read++;
        }

        Assert.IsGreaterThan(60, read);
    }
}
