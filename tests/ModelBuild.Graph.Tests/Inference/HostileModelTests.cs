using ModelBuild.Graphs.Inference;

namespace ModelBuild.Graphs.Tests;

/// <summary>Models that no exporter writes.</summary>
[TestClass]
public sealed class HostileModelTests
{
    public TestContext TestContext { get; set; } = null!;

    private static readonly long[] s_numbers = [0, 1, -1, 2, 3, 4, -2, 7, 64, 1000, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, long.MaxValue - 1];

    private static readonly string[] s_attributes =
    [
        "axis", "axes", "perm", "shape", "starts", "ends", "split", "num_outputs", "pads", "paddings", "strides", "dilations", "kernel_shape", "output_shape", "output_padding", "group",
        "auto_pad", "ceil_mode", "keepdims", "noop_with_empty_axes", "to", "dtype", "k", "blocksize", "batch_dims", "allowzero", "scales", "equation", "direction", "hidden_size", "layout",
        "num_scan_inputs", "scan_input_axes", "scan_output_axes", "q_num_heads", "kv_num_heads", "num_heads", "pooled_shape", "output_height", "ngram_indexes", "new_axis", "start", "end",
        "n_targets", "inputdimensions", "sample_size", "value", "value_ints", "onesided", "inverse", "stash_type", "keep_aspect_ratio_policy", "output_datatype", "N", "qkv_hidden_sizes", "transA",
    ];

    [TestMethod]
    public void Every_rule_survives_random_nodes()
    {
        const int Seed = 20;
        var random = new Random(Seed);
        long[] opsets = [1, 6, 9, 11, 13, 18, 21, 27];
        int nodes = 0;
        foreach (OperatorRule rule in InferenceRules.All)
        {
            for (int i = 0; i < 100; i++)
            {
                var b = new ModelBuilder(opsets[random.Next(opsets.Length)], rule.Domain);
                b.Model.OpsetImports[rule.Domain] = b.Model.OpsetImports[""];
                var inputs = new Value?[random.Next(0, 9)];
                for (int k = 0; k < inputs.Length; k++)
                {
                    inputs[k] = RandomInput(b, random, k);
                }

                var attributes = new (string, object)[random.Next(0, 12)];
                for (int k = 0; k < attributes.Length; k++)
                {
                    attributes[k] = (s_attributes[random.Next(s_attributes.Length)], RandomAttribute(random));
                }

                var body = new Graph();
                body.Inputs.Add(new Value("bi"));
                Node inner = b.Make("Identity", 1, [body.Inputs[0]]);
                body.Nodes.Add(inner);
                body.Outputs.Add(inner.Outputs[0]!);
                Value[] outputs = b.Nodes(
                    rule.Domain.Length > 0 ? $"{rule.Domain}:{rule.Operator}" : rule.Operator, random.Next(1, 5), inputs, [.. attributes, ("body", body), ("then_branch", body), ("else_branch", body)]);
                try
                {
                    b.Run(null, outputs);
                }
                catch (Exception e)
                {
                    Assert.Fail($"{rule.Domain}.{rule.Operator} ({string.Join(", ", inputs.Select(v => v?.ToString()))}; {string.Join(", ", attributes)}): {e}");
                }

                foreach (Value output in outputs)
                {
                    Assert.IsTrue(output.Tensor?.Shape is not { Rank: > InferenceContext.MaxRank });
                }

                nodes++;
            }
        }

        TestContext.WriteLine($"{nodes} nodes");
    }

    private static Value? RandomInput(ModelBuilder b, Random random, int index)
    {
        long Number() => s_numbers[random.Next(s_numbers.Length)];
        switch (random.Next(9))
        {
            case 0:
                return null;
            case 1:
                return b.Scalar(Number());
            case 2 or 3:
                return b.Constant([.. Enumerable.Range(0, random.Next(0, 6)).Select(_ => Number())]);
            case 4:
                return b.Floats([.. Enumerable.Range(0, random.Next(0, 5)).Select(_ => (float)Number() / 3), float.NaN, float.PositiveInfinity]);
            case 5:
                var other = new Value($"t{index}") { Type = random.Next(3) switch { 0 => null, 1 => new SequenceType(null), _ => new OptionalType(new TensorType(ElementType.Undefined, null)) } };
                b.Model.Graph.Inputs.Add(other);
                return other;
            case 6:
                return b.Node("Shape", [b.Input($"s{index}", "n,?,4", ElementType.Int64)]);
            default:
                string dimensions = string.Join(',', Enumerable.Range(0, random.Next(0, 6)).Select(_ => random.Next(4) switch { 0 => "?", 1 => "n", 2 => $"{random.Next(0, 9)}", _ => $"{Math.Abs(Number() / 2)}" }));
                return b.Input($"x{index}", dimensions, (ElementType)random.Next(0, 28));
        }
    }

    private static object RandomAttribute(Random random)
    {
        long Number() => s_numbers[random.Next(s_numbers.Length)];
        return random.Next(6) switch
        {
            0 or 1 => Number(),
            2 or 3 => Enumerable.Range(0, random.Next(0, 5)).Select(_ => Number()).ToArray(),
            4 => new[] { float.NaN, float.MaxValue, -1f, 0f }[..random.Next(0, 5)],
            _ => (object)new[] { "SAME_UPPER", "VALID", "bidirectional", "ij,jk->ik", "...i->...", ",,->zz", "not_larger", "" }[random.Next(8)],
        };
    }

    [TestMethod]
    public void A_shape_of_a_billion_dimensions_is_not_made()
    {
        var b = new ModelBuilder(17);
        Value shape = b.Input("shape", "1000000000", ElementType.Int64);
        Value y = b.Node("ConstantOfShape", [shape]);
        Value z = b.Node("Reshape", [b.Input("x", "n"), shape]);
        Value w = b.Node("Expand", [b.Input("v", "n"), shape]);
        b.Run(null, y, z, w);
        Assert.IsNull(y.Tensor!.Shape);
        Assert.IsNull(z.Tensor!.Shape);
        Assert.IsNull(w.Tensor!.Shape);
    }

    [TestMethod]
    public void Sizes_beyond_64_bits_are_unknown()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", $"{long.MaxValue},{long.MaxValue},2");
        Value flat = b.Node("Flatten", [x], ("axis", 3));
        Value joined = b.Node("Concat", [x, x], ("axis", 0));
        b.Run(null, flat, joined);
        Assert.AreEqual("[?,1]", flat.Tensor!.Shape!.ToString());
        Assert.AreEqual($"[?,{long.MaxValue},2]", joined.Tensor!.Shape!.ToString());
    }

    [TestMethod]
    public void Formulas_that_grow_without_end_become_unknown()
    {
        var b = new ModelBuilder(17);
        Value x = b.Input("x", "n");
        for (int i = 0; i < 200; i++)
        {
            x = b.Node("Concat", [x, b.Input($"y{i}", "?")], ("axis", 0));
        }

        b.Run(null, x);
        Assert.AreEqual("[?]", x.Tensor!.Shape!.ToString());
    }

    [TestMethod]
    public void Nodes_in_a_circle_end()
    {
        var b = new ModelBuilder(17);
        Node first = b.Make("Relu", 1, [null]);
        Node second = b.Make("Relu", 1, [first.Outputs[0]]);
        first.Inputs[0] = second.Outputs[0];
        b.Model.Graph.Nodes.AddRange([first, second]);
        InferenceResult result = b.Run();
        Assert.HasCount(2, result.Unresolved);
    }
}
