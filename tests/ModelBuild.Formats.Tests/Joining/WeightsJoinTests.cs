using ModelBuild.Formats.Joining;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tests.Joining;

[TestClass]
public sealed class WeightsJoinTests
{
    private static readonly Dictionary<string, string> s_noMap = [];

    [TestMethod]
    public void Tensors_of_the_same_name_replace_the_weights()
    {
        using Model model = Graph(("w", [2, 3]), ("b", [3]));
        using TensorFile file = Tensors(("b", [3], 1), ("w", [2, 3], 2));
        Assert.IsEmpty(WeightsJoin.Apply(model, file, s_noMap, "w.ckpt"));
        CollectionAssert.AreEqual(new float[] { 2, 2, 2, 2, 2, 2 }, Content(model, "w"));
        CollectionAssert.AreEqual(new float[] { 1, 1, 1 }, Content(model, "b"));
    }

    [TestMethod]
    public void A_prefix_on_either_side_is_said()
    {
        using Model model = Graph(("net.conv.weight", [2]), ("head.bias", [3]));
        using TensorFile file = Tensors(("conv.weight", [2], 4), ("model.head.bias", [3], 5));
        IReadOnlyList<string> notes = WeightsJoin.Apply(model, file, s_noMap, "w.pt");
        Assert.HasCount(2, notes);
        CollectionAssert.AreEqual(new float[] { 4, 4 }, Content(model, "net.conv.weight"));
        CollectionAssert.AreEqual(new float[] { 5, 5, 5 }, Content(model, "head.bias"));
    }

    [TestMethod]
    public void A_shape_that_occurs_once_on_each_side_decides_and_one_that_occurs_twice_does_not()
    {
        using Model model = Graph(("a", [2]), ("b", [3]));
        using TensorFile file = Tensors(("x", [3], 7), ("y", [2], 8));
        Assert.HasCount(2, WeightsJoin.Apply(model, file, s_noMap, "w.pt"));
        CollectionAssert.AreEqual(new float[] { 8, 8 }, Content(model, "a"));

        using Model twice = Graph(("a", [2]), ("b", [2]));
        using TensorFile other = Tensors(("x", [2], 7), ("y", [2], 8));
        ModelException e = Assert.ThrowsExactly<ModelException>(() => WeightsJoin.Apply(twice, other, s_noMap, "w.pt"));
        Assert.AreEqual("MB1017", e.Code);
        foreach (string name in new[] { "'a' [2]", "'b' [2]", "'x' [2]", "'y' [2]" })
        {
            Assert.Contains(name, e.Message);
        }

        CollectionAssert.AreEqual(new float[] { 0, 0 }, Content(twice, "a"), "Nothing is half joined.");
    }

    [TestMethod]
    public void A_file_of_another_network_is_not_joined_by_chance()
    {
        using Model model = Graph(("a", [2]), ("b", [3]));
        using TensorFile file = Tensors(("x", [3], 7), ("y", [9], 8));
        ModelException e = Assert.ThrowsExactly<ModelException>(() => WeightsJoin.Apply(model, file, s_noMap, "w.pt"));
        Assert.Contains("'b' [3]", e.Message);
    }

    [TestMethod]
    public void A_map_decides_and_shapes_are_checked()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "# names\nx = b\n\ny = a\n");
            IReadOnlyDictionary<string, string> map = WeightsJoin.ReadMap(path);
            using Model model = Graph(("a", [2]), ("b", [2]));
            using TensorFile file = Tensors(("x", [2], 7), ("y", [2], 8));
            WeightsJoin.Apply(model, file, map, "w.pt");
            CollectionAssert.AreEqual(new float[] { 8, 8 }, Content(model, "a"));

            using Model wrong = Graph(("a", [4]), ("b", [2]));
            Assert.Contains("[4]", Assert.ThrowsExactly<ModelException>(() => WeightsJoin.Apply(wrong, file, map, "w.pt")).Message);
            File.WriteAllText(path, "x b\n");
            Assert.Contains("Line 1", Assert.ThrowsExactly<ModelException>(() => WeightsJoin.ReadMap(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Model Graph(params (string Name, long[] Shape)[] weights)
    {
        var model = new Model();
        foreach ((string name, long[] shape) in weights)
        {
            model.Graph.AddInitializer(name, Filled(shape, 0));
        }

        // A shape is no weight.
        model.Graph.AddInitializer("shape", TensorData.Int64s(1, -1));
        return model;
    }

    private static TensorFile Tensors(params (string Name, long[] Shape, float Value)[] tensors)
    {
        var file = new TensorFile();
        file.Tensors.AddRange(tensors.Select(t => new NamedTensor(t.Name, Filled(t.Shape, t.Value))));
        return file;
    }

    private static TensorData Filled(long[] shape, float value) => TensorData.Create<float>(ElementType.Float32, shape, [.. Enumerable.Repeat(value, (int)shape.Aggregate(1L, (a, b) => a * b))]);

    private static float[] Content(Model model, string name) => model.Graph.Initializers.Single(i => i.Name == name).Initializer!.As<float>().ToArray();
}
