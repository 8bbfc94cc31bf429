using System.Security.Cryptography;
using ModelBuild.Compression.Data;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Tests;

[TestClass]
public sealed class DataTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("modelbuild-test-").FullName;

    [TestCleanup]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    private static Model TwoInputs()
    {
        Model model = TestModels.Empty();
        model.Graph.Input("image", ElementType.Float32, 1, 3, 4);
        model.Graph.Input("rate", ElementType.Int64);
        return model;
    }

    private string Npz(params (string Name, TensorData Data)[] arrays)
    {
        string path = Path.Combine(_folder, "data.npz");
        NpzFile.Write(path, arrays.Select(a => KeyValuePair.Create(a.Name, a.Data)));
        return path;
    }

    [TestMethod]
    [DataRow(new long[] { 1, 3, 4 }, 1)]
    [DataRow(new long[] { 5, 1, 3, 4 }, 5)]
    [DataRow(new long[] { 6, 3, 4 }, 6)]
    public void An_archive_is_cut_into_calls(long[] shape, int calls)
    {
        TensorData images = TestModels.Random(2, shape);
        IDataSet data = DataSets.Open([Npz(("image", images), ("rate", TensorData.Scalar(16000)))], TwoInputs());
        Assert.AreEqual(calls, data.Count);
        Assert.AreEqual("data.npz", data.Name);
        float[] all = [.. Enumerable.Range(0, data.Count).SelectMany(i => data.GetBatch(i)["image"].As<float>().ToArray())];
        CollectionAssert.AreEqual(images.As<float>().ToArray(), all);
        CollectionAssert.AreEqual(new long[] { 1, 3, 4 }, data.GetBatch(calls - 1)["image"].Dimensions.ToArray());
        Assert.AreEqual(16000, data.GetBatch(calls - 1)["rate"].As<long>()[0]);
    }

    [TestMethod]
    public void Rows_of_an_open_dimension_go_in_calls_of_eight()
    {
        Model model = TestModels.Empty();
        model.Graph.Input("x", ElementType.Float32, Dimension.Named("batch"), 3);
        string path = Path.Combine(_folder, "any.npy");
        NpyFile.Write(path, TestModels.Random(2, 20, 3));
        IDataSet data = DataSets.Open([path], model);
        CollectionAssert.AreEqual(new long[] { 8, 8, 4 }, Enumerable.Range(0, data.Count).Select(i => data.GetBatch(i)["x"].Dimensions[0]).ToArray());
    }

    [TestMethod]
    public void A_folder_of_arrays_named_as_the_inputs_is_one_set_and_other_folders_are_read_in_order()
    {
        NpyFile.Write(Path.Combine(_folder, "image.npy"), TestModels.Random(2, 1, 3, 4));
        NpyFile.Write(Path.Combine(_folder, "rate.npy"), TensorData.Scalar(8000));
        Assert.AreEqual(1, DataSets.Open([_folder], TwoInputs()).Count);

        Model single = TestModels.Empty();
        single.Graph.Input("x", ElementType.Float32, 1);
        string other = Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName;
        foreach (int i in new[] { 2, 0, 1 })
        {
            NpyFile.Write(Path.Combine(other, $"{i}.npy"), TensorData.Create<float>(ElementType.Float32, [1], [i]));
        }

        IDataSet data = DataSets.Open([other], single);
        CollectionAssert.AreEqual(new float[] { 0, 1, 2 }, Enumerable.Range(0, 3).Select(i => data.GetBatch(i)["x"].As<float>()[0]).ToArray());
    }

    [TestMethod]
    public void Data_that_does_not_fit_has_a_code_and_says_why()
    {
        Model model = TwoInputs();
        TensorData image = TestModels.Random(2, 1, 3, 4);
        AssertCode("MB3002", "no array for input 'rate'", Npz(("image", image)), model);
        AssertCode("MB3002", "'imag'", Npz(("image", image), ("rate", TensorData.Scalar(1)), ("imag", image)), model);
        AssertCode("MB3002", "float32", Npz(("image", image), ("rate", TensorData.Scalar(1f))), model);
        AssertCode("MB3002", "does not fit", Npz(("image", TestModels.Random(2, 1, 3, 5)), ("rate", TensorData.Scalar(1))), model);
        AssertCode("MB3001", "", Path.Combine(_folder, "missing.npz"), model);
        AssertCode("MB3001", "no .npz", Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName, model);
        File.WriteAllBytes(Path.Combine(_folder, "bad.npz"), [1, 2, 3]);
        AssertCode("MB3001", "", Path.Combine(_folder, "bad.npz"), model);
        File.WriteAllText(Path.Combine(_folder, "data.csv"), "1,2");
        AssertCode("MB3001", "can't be read", Path.Combine(_folder, "data.csv"), model);
    }

    private static void AssertCode(string code, string part, string path, Model model)
    {
        ModelException e = Assert.ThrowsExactly<ModelException>(() => DataSets.Open([path], model));
        Assert.AreEqual(code, e.Code);
        StringAssert.Contains(e.Message, part);
    }

    [TestMethod]
    public void Random_inputs_are_the_same_everywhere()
    {
        Model model = TestModels.Empty();
        model.Graph.Input("x", ElementType.Float32, 2, 50);
        model.Graph.Input("b", ElementType.UInt8, 100);
        IReadOnlyDictionary<string, TensorData> batch = new RandomInputs(model, new RandomInputOptions { Seed = 7 }).GetBatch(0);

        // The same formula in Python gives this hash too: another machine, operating system or version of .NET must give these bytes too.
        Assert.AreEqual("489C601A0678F265", Convert.ToHexString(SHA256.HashData([.. batch["x"].Bytes, .. batch["b"].Bytes]))[..16]);
        float[] x = batch["x"].As<float>().ToArray();
        Assert.AreEqual(0, x.Average(), 0.3);
        Assert.AreEqual(1, Math.Sqrt(x.Average(v => v * v)), 0.2);
    }

    [TestMethod]
    public void Integers_stay_within_what_the_graph_does_with_them()
    {
        Model model = TestModels.Empty();
        Value ids = model.Graph.Input("ids", ElementType.Int64, Dimension.Named("batch"), Dimension.Named("sequence"));
        Value types = model.Graph.Input("types", ElementType.Int64, Dimension.Named("batch"), Dimension.Named("sequence"));
        model.Graph.Input("attention_mask", ElementType.Int64, Dimension.Named("batch"), Dimension.Named("sequence"));
        Value rate = model.Graph.Input("rate", ElementType.Int64);
        model.Graph.Add("Gather", "a", model.Graph.Weights("words", 30, 4), ids);
        model.Graph.Add("Gather", "b", model.Graph.Weights("kinds", 2, 4), types);
        model.Graph.Add("Equal", "c", rate, model.Graph.AddInitializer("sixteen", TensorData.Scalar(16000)));
        IReadOnlyDictionary<string, TensorData> batch = new RandomInputs(model, new RandomInputOptions()).GetBatch(0);
        CollectionAssert.AreEqual(new long[] { 1, 16 }, batch["ids"].Dimensions.ToArray());
        Assert.IsTrue(batch["ids"].As<long>().ToArray().All(v => v is >= 0 and < 30) && batch["ids"].As<long>().ToArray().Distinct().Count() > 5);
        Assert.IsTrue(batch["types"].As<long>().ToArray().All(v => v is 0 or 1));
        Assert.IsTrue(batch["attention_mask"].As<long>().ToArray().All(v => v == 1));
        Assert.AreEqual(16000, batch["rate"].As<long>()[0]);
    }

    [TestMethod]
    public void Shapes_that_do_not_fit_have_a_code()
    {
        Model model = TwoInputs();
        foreach ((string name, long[] shape) in new[] { ("image", new long[] { 1, 3, 5 }), ("nothing", [1]), ("rate", [long.MaxValue, 3]) })
        {
            var options = new RandomInputOptions { Shapes = new Dictionary<string, IReadOnlyList<long>> { [name] = shape } };
            Assert.AreEqual("MB3002", Assert.ThrowsExactly<ModelException>(() => new RandomInputs(model, options)).Code);
        }
    }
}
