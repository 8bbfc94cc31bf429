using ModelBuild.Graphs;
using ModelBuild.Graphs.Building;
using ModelBuild.Passes.Layout;

namespace ModelBuild.Passes.Tests;

[TestClass]
public sealed class TransposeEliminationTests
{
    private static readonly int[] s_toNchw = [0, 3, 1, 2];
    private static readonly int[] s_toNhwc = [0, 2, 3, 1];

    [TestMethod]
    public void Between_two_convolutions_no_transpose_is_left()
    {
        Model model = Create(out GraphBuilder b, out Value x);
        Value y = Convolution(b, x, 3, 4);
        y = b.Add("Relu", [y]);
        y = b.Add("Add", [y, b.Constant(Ramp(4))]);
        y = b.Add("Pad", [y, b.Integers(0, 1, 2, 0, 0, 0, 1, 0)]);
        Value left = Convolution(b, y, 4, 2);
        Value right = b.Add("Mul", [Convolution(b, y, 4, 2), b.Number(0.5)]);
        y = b.Add("Concat", [left, right, b.Add("Max", [left, right])], ("axis", -1L));
        y = b.Add("Resize", [y, null, b.Constant(TensorData.Create<float>(ElementType.Float32, [4], [1, 2, 2, 1]))], ("mode", "nearest"));
        y = Convolution(b, y, 6, 2);
        y = b.Add("ReduceMean", [y, b.Integers(1, 2)], ("keepdims", 0L));
        b.Output(y, "y");

        int left1 = Check(model);

        // The one before the first convolution: the input keeps its layout.
        Assert.AreEqual(1, left1);
    }

    [TestMethod]
    public void A_residual_of_the_input_costs_one_transpose_only()
    {
        Model model = Create(out GraphBuilder b, out Value x);
        Value y = b.Add("Add", [x, Convolution(b, x, 3, 3)]);
        y = Convolution(b, b.Add("Sigmoid", [y]), 3, 3);
        b.Output(b.Add("Mul", [y, x]), "y");
        Assert.AreEqual(2, Check(model));
    }

    [TestMethod]
    public void Flattening_a_pooled_tensor_needs_no_transpose()
    {
        Model model = Create(out GraphBuilder b, out Value x);
        Value y = b.Transpose(b.Add("GlobalAveragePool", [b.Transpose(Convolution(b, x, 3, 4), s_toNchw)]), s_toNhwc);
        b.Output(b.Reshape(y, 0, -1), "y");
        Assert.AreEqual(1, Check(model));
    }

    [TestMethod]
    public void Flattening_across_the_layout_keeps_the_order_of_elements()
    {
        Model model = Create(out GraphBuilder b, out Value x);
        b.Output(b.Reshape(Convolution(b, x, 3, 4), 2, -1), "y");
        Assert.AreEqual(2, Check(model));
    }

    [TestMethod]
    public void Names_types_and_order_of_inputs_and_outputs_stay()
    {
        Model model = Create(out GraphBuilder b, out Value x);
        Value t = b.Transpose(x, s_toNchw);
        b.Output(t, "first");
        b.Output(b.Transpose(t, s_toNhwc), "second");
        b.Output(b.Add("Relu", [t]), "third");
        PassList.Run([new TransposeElimination(), new DeadCodeRemoval()], model);
        CollectionAssert.AreEqual(new[] { "first", "second", "third" }, model.Graph.Outputs.Select(o => o.Name).ToArray());
        Check(model);
    }

    [TestMethod]
    public void Random_graphs_compute_the_same()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            Model model = RandomGraph(new Random(seed));
            try
            {
                Check(model);
            }
            catch (Exception e)
            {
                throw new AssertFailedException($"Seed {seed}: {e.Message}", e);
            }
        }
    }

    // A chain of operators on tensors whose layout changes every now and then, with branches that join again.
    private static Model RandomGraph(Random random)
    {
        Model model = Create(out GraphBuilder b, out Value x);
        List<Value> values = [x];
        for (int i = 0; i < 14; i++)
        {
            Value v = values[random.Next(values.Count)];
            int rank = b.RankOf(v)!.Value;
            int axis = rank == 0 ? 0 : random.Next(rank);
            Value? made = random.Next(16) switch
            {
                0 or 1 or 2 => b.Transpose(v, [.. Enumerable.Range(0, rank).OrderBy(_ => random.Next())]),
                3 => b.Add("Tanh", [v]),
                4 => values.LastOrDefault(o => o != v && b.ShapeOf(o)!.Equals(b.ShapeOf(v))) is { } other ? b.Add("Sub", [v, other]) : null,
                5 when rank > 0 => b.Add("Mul", [b.Constant(Ramp(b.ShapeOf(v)![rank - 1].Value)), v]),
                6 when rank > 0 => b.Add("Concat", [v, v], ("axis", (long)axis)),
                7 when rank > 0 => b.Add("Softmax", [v], ("axis", (long)axis - rank)),
                8 when rank > 0 => b.Add("ReduceSum", [v, b.Integers(axis)], ("keepdims", (long)random.Next(2))),
                9 when rank > 0 => b.Add("Slice", [v, b.Integers(0), b.Integers(2), b.Integers(axis)]),
                10 when rank > 0 => b.Add("Pad", [v, b.Integers([.. Enumerable.Range(0, 2 * rank).Select(_ => (long)random.Next(2))])]),
                11 when rank < 6 => b.Unsqueeze(v, random.Next(rank + 1)),
                12 when rank > 1 => b.Add("Gather", [v, random.Next(2) == 0 ? b.Integer(0) : b.Integers(0, 0)], ("axis", (long)axis)),
                13 when rank > 0 => b.Add("Tile", [v, b.Integers([.. Enumerable.Range(0, rank).Select(_ => 1L + random.Next(2))])]),
                14 when rank > 0 => b.Add("CumSum", [v, b.Integer(axis)]),
                15 when rank > 0 => b.Add("Reshape", [v, b.Integers(-1)]),
                _ => null,
            };
            if (made is not null && b.ShapeOf(made)!.ElementCount is > 0 and < 4000)
            {
                values.Add(made);
            }
        }

        Value result = values[^1];
        foreach (Value other in values.SkipLast(1).TakeLast(2))
        {
            result = b.Add("Add", [result, b.Add("ReduceMean", [other], ("keepdims", 0L))]);
        }

        b.Output(result, "y");
        return model;
    }

    private static Model Create(out GraphBuilder builder, out Value input)
    {
        var model = new Model { Graph = new Graph { Name = "g" }, OpsetImports = { [""] = Normalize.TargetOpset } };
        builder = new GraphBuilder(model);
        input = builder.Input("x", ElementType.Float32, Shape.Of(2, 5, 4, 3));
        return model;
    }

    private static Value Convolution(GraphBuilder b, Value nhwc, long channels, long filters)
    {
        Value w = b.Constant(TensorData.Create<float>(ElementType.Float32, [filters, channels, 3, 3], [.. Enumerable.Range(0, (int)(filters * channels * 9)).Select(i => MathF.Sin(i))]));
        return b.Transpose(b.Add("Conv", [b.Transpose(nhwc, s_toNchw), w], ("pads", new long[] { 1, 1, 1, 1 })), s_toNhwc);
    }

    private static TensorData Ramp(long count) => TensorData.Create<float>(ElementType.Float32, [count], [.. Enumerable.Range(0, (int)count).Select(i => (0.25f * i) - 0.5f)]);

    /// <summary>Runs the model before and after the pass.</summary>
    /// <returns>How many transposes are left.</returns>
    private static int Check(Model model)
    {
        float[] x = [.. Enumerable.Range(0, 2 * 5 * 4 * 3).Select(i => MathF.Cos(i))];
        (long[] dimensions, float[] expected) = Runner.RunAsIs(model, ("x", [2, 5, 4, 3], x));
        PassList.Run([new TransposeElimination(), new DeadCodeRemoval()], model);
        (long[] after, float[] actual) = Runner.RunAsIs(model, ("x", [2, 5, 4, 3], x));
        CollectionAssert.AreEqual(dimensions, after);
        Runner.AreClose(expected, actual, 1e-3f);
        return model.Graph.Nodes.Count(n => n.OpType == "Transpose");
    }
}
