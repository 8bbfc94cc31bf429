using System.Runtime.InteropServices;
using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Interpreter;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Lowering.Tests;

/// <summary>Recurrent layers with open numbers of steps and sequences, against ONNX Runtime.</summary>
[TestClass]
public sealed class RecurrenceRuleTests
{
    private const int Size = 5, Hidden = 18;

    [TestMethod]
    [DataRow("LSTM", "forward", "none")]
    [DataRow("LSTM", "reverse", "bias")]
    [DataRow("LSTM", "bidirectional", "bias states")]
    [DataRow("LSTM", "forward", "bias states lengths functions")]
    [DataRow("GRU", "forward", "none")]
    [DataRow("GRU", "reverse", "bias linear")]
    [DataRow("GRU", "bidirectional", "bias states lengths")]
    [DataRow("LSTM", "bidirectional", "bias states lengths open")]
    [DataRow("GRU", "reverse", "bias linear open")]
    public void A_layer_is_one_step(string opType, string direction, string parts) => Check(opType, direction, parts, isFast: true);

    [TestMethod]
    [DataRow("LSTM", "forward", "clip")]
    [DataRow("LSTM", "forward", "peepholes")]
    [DataRow("LSTM", "forward", "coupled")]
    [DataRow("GRU", "forward", "otherFunctions")]
    [DataRow("GRU", "forward", "givenWeights")]
    public void Unusual_layers_stay_operators(string opType, string direction, string parts) => Check(opType, direction, parts, isFast: false);

    private static void Check(string opType, string direction, string parts, bool isFast)
    {
        using Model model = Build(opType, direction, parts.Split(' '));
        LoweredModel lowered = Lowerer.Lower(model);
        Assert.AreEqual(isFast, lowered.Plan.Body.OfType<Manifest.PlanCall>().Any(c => c.Kernel == $"{(parts.Contains("open", StringComparison.Ordinal) ? "OpenRecurrence" : "Recurrence")}.{(opType == "LSTM" ? "Lstm" : "Gru")}"), string.Join("\n", lowered.Decisions));
        string path = Path.Combine(Directory.CreateTempSubdirectory("modelbuild-").FullName, "model.onnx");
        try
        {
            new OnnxFormat().Write(model, path, new ModelWriteOptions());
            using OrtSession session = OrtSession.Open(path);
            using var interpreter = new PlanInterpreter(lowered);
            foreach (var (steps, batch) in ((int, int)[])[(1, 1), (4, 3), (70, 7)])
            {
                Compare(model, session, interpreter, steps, batch);
            }
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static void Compare(Model model, OrtSession session, PlanInterpreter interpreter, int steps, int batch)
    {
        var random = new Random(steps);
        List<KeyValuePair<string, OrtValue>> feeds = [];
        for (int i = 0; i < model.Graph.Inputs.Count; i++)
        {
            Value input = model.Graph.Inputs[i];
            var type = (TensorType)input.Type!;
            long[] shape = [.. type.Shape!.Select(d => d.IsFixed ? d.Value : d.Symbol == "s" ? steps : batch)];
            var tensor = new TensorValue((TensorElementType)type.ElementType, shape);
            for (int j = 0; j < tensor.Length; j++)
            {
                if (type.ElementType == ElementType.Int32)
                {
                    tensor.Span<int>()[j] = random.Next(1, steps + 1);
                }
                else if (type.ElementType == ElementType.Int64)
                {
                    tensor.Span<long>()[j] = j == 0 ? steps : j == 1 ? batch : Size;
                }
                else
                {
                    tensor.Span<float>()[j] = (random.NextSingle() * 2) - 1;
                }
            }

            interpreter.Frame.SetInput(i, tensor);
            feeds.Add(new(input.Name, OrtValue.FromBytes(tensor.ElementType, shape, tensor.Bytes)));
        }

        interpreter.Run();
        OrtValue[] expected = session.Run(feeds);
        for (int output = 0; output < expected.Length; output++)
        {
            var actual = (TensorValue)interpreter.Frame.Output(output);
            CollectionAssert.AreEqual(expected[output].Dimensions.ToArray(), actual.Shape.ToArray());
            ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(expected[output].Bytes);
            for (int i = 0; i < numbers.Length; i++)
            {
                Assert.AreEqual(numbers[i], actual.Span<float>()[i], 1e-5, $"output {output} at {i}");
            }

            expected[output].Dispose();
        }

        feeds.ForEach(f => f.Value.Dispose());
    }

    private static Model Build(string opType, string direction, string[] parts)
    {
        var model = new Model { IrVersion = 9 };
        model.OpsetImports[""] = 17;
        Graph graph = model.Graph;
        graph.Name = "recurrence";
        bool isLstm = opType == "LSTM";
        int gates = isLstm ? 4 : 3;
        int directions = direction == "bidirectional" ? 2 : 1;
        var random = new Random(1);
        Dimension steps = Dimension.Named("s"), batch = Dimension.Named("b");
        Value x = Input("x", ElementType.Float32, steps, batch, Size);
        Value w = parts.Contains("givenWeights") ? Input("w", ElementType.Float32, directions, gates * Hidden, Size) : Weight("w", directions, gates * Hidden, Size);
        Value r = Weight("r", directions, gates * Hidden, Hidden);
        Value? b = parts.Contains("bias") ? Weight("bias", directions, 2 * gates * Hidden) : null;
        Value? lengths = parts.Contains("lengths") ? Input("lengths", ElementType.Int32, batch) : null;
        bool states = parts.Contains("states");
        if (parts.Contains("open"))
        {
            // The shape is data, so that nothing is known of it before the call.
            var reshaped = new Value("reshaped");
            graph.Nodes.Add(new Node("Reshape", [x, Input("shape", ElementType.Int64, 3)], [reshaped]));
            x = reshaped;
        }

        var inputs = new List<Value?> { x, w, r, b, lengths, states ? Input("h", ElementType.Float32, directions, batch, Hidden) : null };
        if (isLstm)
        {
            inputs.Add(states ? Input("c", ElementType.Float32, directions, batch, Hidden) : null);
            inputs.Add(parts.Contains("peepholes") ? Weight("p", directions, 3 * Hidden) : null);
        }

        Value[] outputs = [.. new[] { "y", "yh", "yc" }.Take(isLstm ? 3 : 2).Select(n => new Value(n) { Type = new TensorType(ElementType.Float32, null) })];
        var node = new Node(opType, inputs, outputs) { Name = "layer" };
        node.Attributes["hidden_size"] = new IntAttribute(Hidden);
        node.Attributes["direction"] = new StringAttribute(direction);
        string[]? functions = parts.Contains("functions") ? isLstm ? ["Sigmoid", "Tanh", "Tanh"] : ["Sigmoid", "Tanh"] : parts.Contains("otherFunctions") ? ["Sigmoid", "Relu"] : null;
        if (functions is not null)
        {
            node.Attributes["activations"] = new StringsAttribute([.. functions.Select(f => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(f))]);
        }

        if (parts.Contains("clip"))
        {
            node.Attributes["clip"] = new FloatAttribute(0.3f);
        }

        if (parts.Contains("coupled"))
        {
            node.Attributes["input_forget"] = new IntAttribute(1);
        }

        if (parts.Contains("linear"))
        {
            node.Attributes["linear_before_reset"] = new IntAttribute(1);
        }

        graph.Nodes.Add(node);
        graph.Outputs.AddRange(outputs);
        return model;

        Value Input(string name, ElementType type, params Dimension[] shape)
        {
            var value = new Value(name) { Type = new TensorType(type, new Shape(shape)) };
            graph.Inputs.Add(value);
            return value;
        }

        Value Weight(string name, params long[] shape)
        {
            float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate((a, c) => a * c)).Select(_ => (random.NextSingle() - 0.5f) * 0.8f)];
            return graph.AddInitializer(name, TensorData.Create<float>(ElementType.Float32, shape, values));
        }
    }
}
