using System.Runtime.InteropServices;
using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Interpreter;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Lowering.Tests;

/// <summary>A chain of every kind of convolution on images of any size, against ONNX Runtime.</summary>
[TestClass]
public sealed class ConvolutionRuleTests
{
    private static readonly string[] s_kernels =
    [
        "Convolution.FirstLayer", "Convolution.Winograd", "Convolution.Depthwise", "Convolution.Blocked", "Convolution.Transposed", "Convolution.Transposed",
    ];

    [TestMethod]
    public void Convolutions_are_steps_in_channel_blocks()
    {
        using Model model = Build();
        LoweredModel lowered = Lowerer.Lower(model);
        string[] steps = [.. lowered.Plan.Body.OfType<Manifest.PlanCall>().Select(c => c.Kernel).Where(k => k.StartsWith("Convolution.", StringComparison.Ordinal))];
        CollectionAssert.AreEqual(s_kernels, steps, string.Join("\n", lowered.Decisions));
        string folder = Directory.CreateTempSubdirectory("modelbuild-").FullName;
        try
        {
            string path = Path.Combine(folder, "model.onnx");
            new OnnxFormat().Write(model, path, new ModelWriteOptions());
            using OrtSession session = OrtSession.Open(path);
            using var interpreter = new PlanInterpreter(lowered);
            foreach (var (height, width) in ((int, int)[])[(1, 1), (5, 8), (24, 31)])
            {
                Compare(session, interpreter, height, width);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(OrtSession session, PlanInterpreter interpreter, int height, int width)
    {
        var random = new Random(height);
        long[] shape = [1, 3, height, width];
        var tensor = new TensorValue(TensorElementType.Float32, shape);
        foreach (ref float x in tensor.Span<float>())
        {
            x = (random.NextSingle() * 2) - 1;
        }

        interpreter.Frame.SetInput(0, tensor);
        interpreter.Run();
        using OrtValue input = OrtValue.FromBytes(TensorElementType.Float32, shape, tensor.Bytes);
        using OrtValue expected = session.Run([new("x", input)])[0];
        var actual = (TensorValue)interpreter.Frame.Output(0);
        CollectionAssert.AreEqual(expected.Dimensions.ToArray(), actual.Shape.ToArray());
        ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(expected.Bytes);
        for (int i = 0; i < numbers.Length; i++)
        {
            Assert.AreEqual(numbers[i], actual.Span<float>()[i], 1e-5, $"{height}x{width} at {i}");
        }
    }

    private static Model Build()
    {
        var model = new Model { IrVersion = 9 };
        model.OpsetImports[""] = 17;
        var x = new Value("x") { Type = new TensorType(ElementType.Float32, [1, 3, Dimension.Named("h"), Dimension.Named("w")]) };
        model.Graph.Inputs.Add(x);
        var random = new Random(1);
        Value value = Layer(model.Graph, random, x, "Conv", [32, 3, 3, 3], 32, ("pads", [1, 1, 1, 1]));
        value = Layer(model.Graph, random, value, "Conv", [32, 32, 3, 3], 32, ("pads", [1, 1, 1, 1]));
        value = Layer(model.Graph, random, value, "Conv", [32, 1, 5, 5], 32, ("pads", [2, 2, 2, 2]), ("group", [32]));
        value = Layer(model.Graph, random, value, "Conv", [40, 32, 1, 1], 40);
        value = Layer(model.Graph, random, value, "ConvTranspose", [40, 24, 2, 2], 24, ("strides", [2, 2]));
        value = Layer(model.Graph, random, value, "ConvTranspose", [24, 1, 3, 3], 1, ("strides", [2, 2]), ("pads", [1, 1, 1, 1]), ("output_padding", [1, 1]));
        value.Type = new TensorType(ElementType.Float32, [1, 1, Dimension.Named("h") * 4, Dimension.Named("w") * 4]);
        model.Graph.Outputs.Add(value);
        return model;
    }

    private static Value Layer(Graph graph, Random random, Value input, string operation, long[] shape, int channels, params (string Name, long[] Values)[] attributes)
    {
        int index = graph.Nodes.Count;
        Value weights = graph.AddInitializer($"w{index}", Numbers(random, shape)), bias = graph.AddInitializer($"b{index}", Numbers(random, [channels]));
        var sum = new Value($"sum{index}");
        var node = new Node(operation, [input, weights, bias], [sum]);
        foreach ((string name, long[] values) in attributes)
        {
            node.Attributes[name] = name == "group" ? new IntAttribute(values[0]) : new IntsAttribute(values);
        }

        graph.Nodes.Add(node);
        var result = new Value($"y{index}");
        graph.Nodes.Add(new Node(channels == 1 ? "Sigmoid" : "Relu", [sum], [result]));
        return result;
    }

    private static TensorData Numbers(Random random, long[] shape)
    {
        float[] numbers = new float[shape.Aggregate(1L, (a, b) => a * b)];
        float scale = MathF.Sqrt(6f / Math.Max(1, numbers.Length / shape[0]));
        foreach (ref float number in numbers.AsSpan())
        {
            number = ((random.NextSingle() * 2) - 1) * scale;
        }

        return TensorData.Create<float>(ElementType.Float32, shape, numbers);
    }
}
