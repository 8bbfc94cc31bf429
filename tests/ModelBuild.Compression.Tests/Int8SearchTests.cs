using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Data;
using ModelBuild.Compression.Quantize;
using ModelBuild.Compression.Report;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Tests;

/// <summary>The choice of layers, with a made-up judge of the candidates; all else is real.</summary>
[TestClass]
public sealed class Int8SearchTests
{
    private const int LayerCount = 9;

    private static (IReadOnlyList<LayerReport> Layers, SchemeContext Context, int Trials) Run(Func<Graph, bool> good)
    {
        Model model = TestModels.Empty();
        Value x = model.Graph.Input("x", ElementType.Float32, 4, 64);
        for (int i = 0; i < LayerCount; i++)
        {
            x = model.Graph.Add("MatMul", $"layer{i}", x, model.Graph.AddInitializer($"w{i}", TestModels.Random(i, 64, 64)));
        }

        model.Graph.Output(x, 4, 64);
        int trials = 0;
        var context = new SchemeContext
        {
            Model = model,
            Options = new CompressionOptions { Threads = 1 },
            Data = new RandomInputs(model, new RandomInputOptions()),
            Evaluate = candidate =>
            {
                trials++;
                return new ModelComparison([new OutputComparison { Name = "y", ElementType = ElementType.Float32, Cosine = good(candidate.Graph) ? 0.995 : 0.9 }], [], 1);
            },
        };
        IReadOnlyList<LayerReport> layers = new Int8Scheme().Apply(context);
        return (layers, context, trials);
    }

    private static int Integers(Graph graph) => graph.Nodes.Count(n => n.OpType == "MatMulInteger");

    private static int Stored(Graph graph) => graph.Initializers.Count(v => v.Initializer!.ElementType == ElementType.Int8);

    [TestMethod]
    public void What_is_good_at_once_stays()
    {
        (IReadOnlyList<LayerReport> layers, _, int trials) = Run(_ => true);
        Assert.IsTrue(layers.All(l => l.RunsAs.Contains("MatMulInteger", StringComparison.Ordinal)));
        Assert.AreEqual(1, trials);
    }

    [TestMethod]
    [DataRow(8)]
    [DataRow(5)]
    [DataRow(0)]
    public void As_many_layers_go_back_as_must_and_the_worst_first(int allowed)
    {
        (IReadOnlyList<LayerReport> all, _, _) = Run(_ => true);
        (IReadOnlyList<LayerReport> layers, SchemeContext context, int trials) = Run(g => Integers(g) <= allowed);
        Assert.AreEqual(allowed, Integers(context.Model.Graph));
        Assert.AreEqual(LayerCount, Stored(context.Model.Graph));
        Assert.IsLessThanOrEqualTo(7, trials);
        string[] worst = [.. all.OrderByDescending(l => l.OutputError).Take(LayerCount - allowed).Select(l => l.Name)];
        CollectionAssert.AreEquivalent(worst, layers.Where(l => l.Reason.Contains("taken back", StringComparison.Ordinal)).Select(l => l.Name).ToArray());
    }

    [TestMethod]
    public void From_stored_integers_they_go_back_to_float()
    {
        (IReadOnlyList<LayerReport> layers, SchemeContext context, _) = Run(g => Integers(g) == 0 && Stored(g) <= 6);
        Assert.AreEqual(6, Stored(context.Model.Graph));
        Assert.AreEqual(3, layers.Count(l => !l.IsCompressed));
    }

    [TestMethod]
    public void Where_nothing_helps_the_choice_by_layers_stays_with_a_note()
    {
        (IReadOnlyList<LayerReport> layers, SchemeContext context, _) = Run(_ => false);
        Assert.IsTrue(layers.All(l => l.IsCompressed && l.Reason.Length == 0));
        Assert.AreEqual(LayerCount, Integers(context.Model.Graph));
        StringAssert.Contains(context.Notes.Single(), "differs from itself");
    }
}
