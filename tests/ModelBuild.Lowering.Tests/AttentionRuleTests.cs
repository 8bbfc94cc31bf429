using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Interpreter;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Lowering.Tests;

/// <summary>Attention spelled out as exporters do, against ONNX Runtime.</summary>
[TestClass]
public sealed class AttentionRuleTests
{
    private const int Heads = 3, Size = 5;

    [TestMethod]
    [DataRow("[b,1,1,t]", true, true, true)]
    [DataRow("[b,1,s,t]", true, false, true)]
    [DataRow("[s,t]", false, true, true)]
    [DataRow("[b,h,s,t]", false, false, true)]
    [DataRow("", true, true, true)]
    [DataRow("[b,1,s,1]", true, true, false)]
    public void Attention_is_one_step(string mask, bool divides, bool transposesResult, bool isFused)
    {
        using Model model = Build(mask, divides, transposesResult);
        LoweredModel lowered = Lowerer.Lower(model);
        Assert.AreEqual(isFused, lowered.Plan.Body.OfType<Manifest.PlanCall>().Any(c => c.Kernel == "Attention.Run"), string.Join("\n", lowered.Decisions));
        Assert.AreEqual(isFused, !lowered.Plan.Body.OfType<Manifest.PlanCall>().Any(c => c.Kernel.Contains("Softmax", StringComparison.Ordinal)));
        string path = Path.Combine(Directory.CreateTempSubdirectory("modelbuild-").FullName, "model.onnx");
        try
        {
            new OnnxFormat().Write(model, path, new ModelWriteOptions());
            using OrtSession session = OrtSession.Open(path);
            using var interpreter = new PlanInterpreter(lowered);
            foreach (var (batch, queries, keys) in ((int, int, int)[])[(1, 1, 1), (2, 7, 9), (1, 33, 40)])
            {
                Compare(model, session, interpreter, batch, queries, keys);
            }
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static void Compare(Model model, OrtSession session, PlanInterpreter interpreter, int batch, int queries, int keys)
    {
        var random = new Random(queries);
        List<KeyValuePair<string, OrtValue>> feeds = [];
        for (int i = 0; i < model.Graph.Inputs.Count; i++)
        {
            Value input = model.Graph.Inputs[i];
            long[] shape = [.. ((TensorType)input.Type!).Shape!.Select(d => d.IsFixed ? d.Value : d.Symbol switch { "b" => batch, "s" => queries, _ => keys })];
            var tensor = new TensorValue(TensorElementType.Float32, shape);
            foreach (ref float x in tensor.Span<float>())
            {
                x = (random.NextSingle() * 2) - 1;
            }

            interpreter.Frame.SetInput(i, tensor);
            feeds.Add(new(input.Name, OrtValue.FromBytes(TensorElementType.Float32, shape, tensor.Bytes)));
        }

        interpreter.Run();
        OrtValue expected = session.Run(feeds)[0];
        var actual = (TensorValue)interpreter.Frame.Output(0);
        CollectionAssert.AreEqual(expected.Dimensions.ToArray(), actual.Shape.ToArray());
        ReadOnlySpan<float> numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(expected.Bytes);
        for (int i = 0; i < numbers.Length; i++)
        {
            Assert.AreEqual(numbers[i], actual.Span<float>()[i], 1e-5, $"at {i}");
        }

        feeds.ForEach(f => f.Value.Dispose());
        expected.Dispose();
    }

    // x, y and z of [batch, tokens, heads * size] become heads; scores are scaled and masked.
    private static Model Build(string mask, bool divides, bool transposesResult)
    {
        var model = new Model { IrVersion = 9 };
        model.OpsetImports[""] = 17;
        Graph graph = model.Graph;
        graph.Name = "attention";
        Value q = Split("q", "s", [0, 2, 1, 3]), k = Split("k", "t", [0, 2, 3, 1]), v = Split("v", "t", [0, 2, 1, 3]);
        Value scores = Add("MatMul", q, k);
        Value number = graph.AddInitializer("number", TensorData.Scalar(divides ? 2.5f : 0.4f));
        scores = Add(divides ? "Div" : "Mul", scores, number);
        if (mask.Length > 0)
        {
            Dimension[] shape = [.. mask.Trim('[', ']').Split(',').Select(s => s switch { "1" => 1, "h" => Heads, _ => Dimension.Named(s) })];
            scores = Add("Add", scores, Input("mask", shape));
        }

        Value weights = Add("Softmax", scores);
        weights.Producer!.Attributes["axis"] = new IntAttribute(-1);
        Value result = Add("MatMul", weights, v);
        if (transposesResult)
        {
            result = Add("Transpose", result);
            result.Producer!.Attributes["perm"] = new IntsAttribute([0, 2, 1, 3]);
        }

        result.Type = new TensorType(ElementType.Float32, null);
        graph.Outputs.Add(result);
        return model;

        Value Input(string name, params Dimension[] shape)
        {
            var value = new Value(name) { Type = new TensorType(ElementType.Float32, new Shape(shape)) };
            graph.Inputs.Add(value);
            return value;
        }

        Value Add(string opType, params Value[] inputs)
        {
            var output = new Value($"{opType}{graph.Nodes.Count}");
            graph.Nodes.Add(new Node(opType, inputs, [output]));
            return output;
        }

        Value Split(string name, string tokens, long[] permutation)
        {
            Value shape = graph.AddInitializer($"{name}Shape", TensorData.Create<long>(ElementType.Int64, [4], [0, 0, Heads, Size]));
            Value heads = Add("Transpose", Add("Reshape", Input(name, Dimension.Named("b"), Dimension.Named(tokens), Heads * Size), shape));
            heads.Producer!.Attributes["perm"] = new IntsAttribute(permutation);
            return heads;
        }
    }
}
