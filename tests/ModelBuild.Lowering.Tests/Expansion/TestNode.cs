using ModelBuild.Formats;
using ModelBuild.Formats.Onnx;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering.Interpreter;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Lowering.Tests.Expansion;

/// <summary>A model of one node, run by ONNX Runtime and by the interpreter of its plan.</summary>
internal sealed class TestNode(string opType, string domain = "com.microsoft") : IDisposable
{
    private readonly List<Value?> _inputs = [];
    private readonly Model _model = new() { IrVersion = 8, OpsetImports = { [""] = 17, ["com.microsoft"] = 1, ["ai.onnx.ml"] = 3 } };
    private readonly List<(string, AttributeValue)> _attributes = [];

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    /// <summary>Adds an input that a call gives.</summary>
    public TestNode Input(TensorData data)
    {
        var value = new Value($"x{_inputs.Count}") { Type = new TensorType(data.ElementType, Shape.Of(data.Dimensions)) };
        _model.Graph.Inputs.Add(value);
        Feeds.Add(data);
        _inputs.Add(value);
        return this;
    }

    /// <summary>Adds an input that is a weight.</summary>
    public TestNode Weight(TensorData data)
    {
        _inputs.Add(_model.Graph.AddInitializer($"w{_inputs.Count}", data));
        return this;
    }

    /// <summary>Leaves an input out.</summary>
    public TestNode Skip()
    {
        _inputs.Add(null);
        return this;
    }

    /// <summary>Sets an attribute.</summary>
    public TestNode With(string name, object value)
    {
        _attributes.Add((name, value switch
        {
            int i => new IntAttribute(i),
            float f => new FloatAttribute(f),
            string s => new StringAttribute(s),
            long[] l => new IntsAttribute(l),
            float[] l => new FloatsAttribute(l),
            string[] l => new StringsAttribute([.. l.Select(t => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(t))]),
            _ => throw new ArgumentException(name),
        }));
        return this;
    }

    /// <summary>Contents of the inputs.</summary>
    public List<TensorData> Feeds { get; } = [];

    /// <summary>Fails unless both agree.</summary>
    /// <param name="outputs">Which outputs the node has; a false one is left out.</param>
    public unsafe void Compare(double tolerance, params bool[] outputs)
    {
        Value?[] values = [.. (outputs.Length == 0 ? [true] : outputs).Select((has, i) => has ? new Value($"y{i}") : null)];
        var node = new Node(opType, _inputs, values, domain) { Name = "node" };
        _attributes.ForEach(a => node.Attributes[a.Item1] = a.Item2);
        _model.Graph.Nodes.Add(node);
        _model.Graph.Name = "g";
        _model.Graph.Outputs.AddRange(values.OfType<Value>());
        string path = Path.Combine(Directory.CreateTempSubdirectory("modelbuild-").FullName, "model.onnx");
        try
        {
            new OnnxFormat().Write(_model, path, new ModelWriteOptions());
            using OrtSession session = OrtSession.Open(path);
            OrtValue[] feeds = [.. Feeds.Select(f => OrtValue.FromBytes((TensorElementType)f.ElementType, f.Dimensions, f.Bytes))];
            OrtValue[] expected = session.Run([.. feeds.Select((f, i) => new KeyValuePair<string, OrtValue>(_model.Graph.Inputs[i].Name, f))]);
            LoweredModel lowered = Lowerer.Lower(_model);
            Assert.DoesNotContain(d => d.ToString().Contains("Expansion declines", StringComparison.Ordinal), lowered.Decisions);
            using var interpreter = new PlanInterpreter(lowered);
            for (int i = 0; i < Feeds.Count; i++)
            {
                var tensor = new TensorValue((TensorElementType)Feeds[i].ElementType, Feeds[i].Dimensions);
                Feeds[i].Bytes.CopyTo(tensor.Bytes);
                interpreter.Frame.SetInput(i, tensor);
            }

            interpreter.Run();
            for (int i = 0; i < expected.Length; i++)
            {
                AreEqual(expected[i], (TensorValue)interpreter.Frame.Output(i), tolerance, $"output {i}");
            }

            Array.ForEach(feeds, f => f.Dispose());
            Array.ForEach(expected, e => e.Dispose());
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    private static unsafe void AreEqual(OrtValue expected, TensorValue actual, double tolerance, string because)
    {
        Assert.AreEqual($"{expected.ElementType}[{string.Join(',', expected.Dimensions.ToArray())}]", actual.ToString(), because);
        fixed (byte* p = expected.Bytes)
        {
            for (int i = 0; i < actual.Length; i++)
            {
                double a, b;
                RealNumbers.Load(actual.ElementType, p + TensorValue.ByteSize(actual.ElementType, i), 1, &a);
                RealNumbers.Load(actual.ElementType, actual.Data + TensorValue.ByteSize(actual.ElementType, i), 1, &b);
                Assert.AreEqual(a, b, tolerance * Math.Max(1, Math.Abs(a)), $"{because} at {i}");
            }
        }
    }
}
