using ModelBuild.Formats;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs.Inference;

namespace ModelBuild.Graphs.Tests;

/// <summary>Inferred types against the recorded outputs of ONNX's conformance tests. What a model declares of its outputs is not used.</summary>
[TestClass]
public sealed class ConformanceTests
{
    public TestContext TestContext { get; set; } = null!;

    [ClassCleanup]
    public static void CleanUp() => ConformanceModels.CleanUp();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Fixed_inputs_give_the_recorded_shapes(bool debian) => CheckAll(debian, Inputs.AsDeclared, minimumComplete: 0.8);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Formulas_over_open_inputs_give_the_recorded_shapes(bool debian) => CheckAll(debian, Inputs.Open, minimumComplete: 0.75);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Constant_integer_inputs_give_the_recorded_shapes(bool debian) => CheckAll(debian, Inputs.ConstantIntegers, minimumComplete: 0.9);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Every_operator_has_a_rule_and_declared_types_agree(bool debian)
    {
        foreach (string folder in Folders(debian))
        {
            using Model model = ModelFormats.Read(Path.Combine(folder, "model.onnx"));
            foreach (Node node in model.Graph.AllNodes())
            {
                Assert.IsNotNull(InferenceRules.Find(node.Domain, node.OpType), $"{node} in {folder}");
            }

            Assert.IsEmpty(ShapeInference.Run(model).Findings, folder);
        }
    }

    private static IReadOnlyList<string> Folders(bool debian)
    {
        IReadOnlyList<string> folders = debian ? ConformanceModels.FromDebian : ConformanceModels.FromShared;
        if (folders.Count == 0)
        {
            Assert.Inconclusive(debian ? "Debian's libonnx-testdata is not installed." : $"'{ConformanceModels.Shared}' has no suites; set MODELBUILD_SHARED.");
        }

        return folders;
    }

    private enum Inputs
    {
        /// <summary>Types as the model declares them.</summary>
        AsDeclared,

        /// <summary>Every dimension a symbol, of which the recorded inputs give the value.</summary>
        Open,

        /// <summary>Small integer inputs become initializers with the recorded content.</summary>
        ConstantIntegers,
    }

    private void CheckAll(bool debian, Inputs inputs, double minimumComplete)
    {
        IReadOnlyList<string> folders = Folders(debian);
        var wrong = new List<string>();
        var open = new List<string>();
        int complete = 0;
        foreach (string folder in folders)
        {
            Outcome outcome = Check(folder, inputs);
            if (outcome.Wrong.Count > 0)
            {
                wrong.Add($"{Path.GetFileName(folder)}: {string.Join("; ", outcome.Wrong)}");
            }
            else if (outcome.Open.Count > 0)
            {
                open.Add($"{Path.GetFileName(folder)}: {string.Join("; ", outcome.Open)}");
            }
            else
            {
                complete++;
            }
        }

        TestContext.WriteLine($"{folders.Count} models: {complete} complete, {open.Count} compatible, {wrong.Count} wrong");
        foreach (string line in wrong.Concat(open))
        {
            TestContext.WriteLine(line);
        }

        Assert.IsEmpty(wrong, string.Join('\n', wrong.Take(20)));
        Assert.IsGreaterThan(minimumComplete * folders.Count, complete);
    }

    private sealed record Outcome(List<string> Wrong, List<string> Open);

    private static Outcome Check(string folder, Inputs inputs)
    {
        using Model model = ModelFormats.Read(Path.Combine(folder, "model.onnx"));
        string data = Path.Combine(folder, "test_data_set_0");
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        Value[] graphInputs = [.. model.Graph.Inputs];
        for (int i = 0; i < graphInputs.Length; i++)
        {
            string file = Path.Combine(data, $"input_{i}.pb");
            if (File.Exists(file) && OnnxValueFile.Read(file, graphInputs[i].Type) is OnnxTensorValue { Data: var tensor })
            {
                Prepare(model, graphInputs[i], tensor, inputs, sizes);
            }
        }

        InferenceResult result = ShapeInference.Run(model, new InferenceOptions { UseDeclaredTypes = false, UseDeclaredOutputs = false });
        var outcome = new Outcome([], []);
        outcome.Wrong.AddRange(result.Findings.Select(f => f.Message));
        for (int i = 0; i < model.Graph.Outputs.Count; i++)
        {
            Value output = model.Graph.Outputs[i];
            string file = Path.Combine(data, $"output_{i}.pb");
            if (File.Exists(file))
            {
                Compare(output.Name, result.TypeOf(output), OnnxValueFile.Read(file, output.Type), sizes, outcome);
            }
        }

        if (outcome.Open.Count > 0)
        {
            outcome.Open.AddRange(result.Unresolved.Select(u => $"{u.Node}: {u.Reason}").Take(3));
        }

        return outcome;
    }

    private static void Prepare(Model model, Value input, TensorData tensor, Inputs inputs, Dictionary<string, long> sizes)
    {
        if (inputs == Inputs.Open && input.Tensor?.Shape is { } shape && shape.Rank == tensor.Rank)
        {
            var dimensions = new Dimension[shape.Rank];
            for (int d = 0; d < dimensions.Length; d++)
            {
                string symbol = $"{input.Name}:{d}";
                dimensions[d] = Dimension.Named(symbol);
                sizes[symbol] = tensor.Dimensions[d];
            }

            input.Type = input.Tensor with { Shape = new Shape(dimensions) };
        }
        else if (inputs == Inputs.AsDeclared && input.Tensor?.Shape is { } declared)
        {
            for (int d = 0; d < Math.Min(declared.Rank, tensor.Rank); d++)
            {
                if (!declared[d].IsFixed)
                {
                    sizes[declared[d].Symbol ?? $"{input.Name}_dim{d}"] = tensor.Dimensions[d];
                }
            }
        }
        else if (inputs == Inputs.ConstantIntegers && tensor.ElementCount <= 64 && IsSizeLike(tensor))
        {
            model.Graph.Inputs.Remove(input);
            input.Initializer = tensor;
            if (!model.Graph.Initializers.Contains(input))
            {
                model.Graph.Initializers.Add(input);
            }
        }
    }

    /// <summary>Sizes, axes and switches, and the scales of Resize.</summary>
    private static bool IsSizeLike(TensorData tensor) =>
        tensor.ElementType.IsInteger() || tensor.ElementType == ElementType.Bool || tensor.ElementCount == 1 || (tensor.Rank == 1 && tensor.ElementCount <= 5);

    private static void Compare(string name, GraphType? type, OnnxValue recorded, Dictionary<string, long> sizes, Outcome outcome)
    {
        switch (type, recorded)
        {
            case (null, _):
                outcome.Open.Add($"{name} is unknown");
                break;
            case (TensorType tensor, OnnxTensorValue value):
                CompareTensor(name, tensor, value.Data, sizes, outcome);
                break;
            case (SequenceType sequence, OnnxSequenceValue value):
                foreach (OnnxValue item in value.Items)
                {
                    Compare(name, sequence.Element, item, sizes, outcome);
                }

                break;
            case (OptionalType optional, OnnxOptionalValue value):
                if (value.Value is not null)
                {
                    Compare(name, optional.Element, value.Value, sizes, outcome);
                }

                break;
            default:
                outcome.Wrong.Add($"{name} is {type} but a {recorded.GetType().Name} was recorded");
                break;
        }
    }

    private static void CompareTensor(string name, TensorType type, TensorData recorded, Dictionary<string, long> sizes, Outcome outcome)
    {
        string text = $"{name}: {type.ElementType}{type.Shape} against {recorded}";
        if (type.ElementType == ElementType.Undefined || type.Shape is null)
        {
            outcome.Open.Add(text);
        }

        // The older suite records bfloat16 as its bits.
        bool bits = type.ElementType == ElementType.BFloat16 && recorded.ElementType == ElementType.UInt16;
        if (type.ElementType != ElementType.Undefined && type.ElementType != recorded.ElementType && !bits)
        {
            outcome.Wrong.Add(text);
        }

        if (type.Shape is not { } shape)
        {
            return;
        }

        if (shape.Rank != recorded.Rank)
        {
            outcome.Wrong.Add(text);
            return;
        }

        for (int d = 0; d < shape.Rank; d++)
        {
            if (shape[d].Expression is not { } expression)
            {
                outcome.Open.Add(text);
            }
            else if (!expression.TryEvaluate(s => sizes.TryGetValue(s, out long size) ? size : null, out long value) || value != recorded.Dimensions[d])
            {
                outcome.Wrong.Add(text);
            }
        }
    }
}
