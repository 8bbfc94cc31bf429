using ModelBuild.Conformance.Engines;
using ModelBuild.Conformance.Suite;
using ModelBuild.Conformance.Values;
using ModelBuild.Formats.Tensors;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Conformance.Tests;

/// <summary>The runner itself: it must be able to fail.</summary>
[TestClass]
public sealed class RunnerTests
{
    [TestMethod]
    public void A_case_passes_fails_or_is_unsupported()
    {
        string folder = Directory.CreateTempSubdirectory("modelbuild-suite-").FullName;
        try
        {
            WriteCase(folder, "test_right", "Relu", [0, 2]);
            WriteCase(folder, "test_wrong", "Relu", [0, 3]);
            WriteCase(folder, "test_close", "Relu", [0, 2.001f]);
            WriteCase(folder, "test_bernoulli_like", "Relu", [7, 7]);
            WriteCase(folder, "test_unknown", "NoSuchOperator", [0, 2]);
            Directory.CreateDirectory(Path.Combine(folder, "test_damaged", "test_data_set_0"));
            File.WriteAllBytes(Path.Combine(folder, "test_damaged", "model.onnx"), [1, 2, 3]);
            foreach (string engine in EngineList.All.Select(e => e.Name))
            {
                var results = SuiteRunner.Run(engine, folder).ToDictionary(r => r.Name);
                Assert.AreEqual(Outcome.Passed, results["test_right"].Outcome, results["test_right"].Detail);
                Assert.AreEqual(Outcome.Failed, results["test_wrong"].Outcome);
                StringAssert.Contains(results["test_wrong"].Detail, "differs in 1 of 2 elements, first at 1: 2, not 3");
                Assert.AreEqual(Outcome.Passed, results["test_close"].Outcome, "2.001 is within 1e-3 of 2");
                Assert.AreEqual(Outcome.Passed, results["test_bernoulli_like"].Outcome, "random outputs compare type and shape");
                Assert.AreEqual(Outcome.Unsupported, results["test_unknown"].Outcome);
                Assert.AreNotEqual(Outcome.Passed, results["test_damaged"].Outcome);
                StringAssert.Contains(SuiteCommand.Summary([.. results.Values]), "3 passed");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void A_worker_that_dies_costs_one_answer()
    {
        using var worker = new WorkerProcess("no-such-engine");
        Assert.AreEqual(Outcome.Failed, WorkerReply.Parse(worker.Ask("x")).Outcome);
        StringAssert.Contains(WorkerReply.Parse(worker.Ask("y")).Detail, "died");
    }

    [TestMethod]
    public void A_known_failure_that_passes_is_a_problem()
    {
        string[] lines = ["# comment", "*\ttest_a|test_b\treason", "1.22\ttest_c\treason", "*\ttest_d\tmaybe: reason"];
        var known = KnownFailures.Parse(lines, "1.12");
        Assert.IsEmpty(known.Check([new("node/test_a", Outcome.Failed, ""), new("test_b", Outcome.Unsupported, ""), new("test_ab", Outcome.Passed, ""), new("test_d", Outcome.Passed, "")]));
        Assert.HasCount(2, known.Check([new("node/test_a", Outcome.Passed, ""), new("node/test_c", Outcome.Failed, "why")]));
        Assert.IsEmpty(KnownFailures.Parse(lines, "1.22").Check([new("node/test_c", Outcome.Failed, "why")]));
    }

    [TestMethod]
    [DataRow(ElementType.Float8E4M3FN, 0x38, 1.0), DataRow(ElementType.Float8E4M3FN, 0x7E, 448.0), DataRow(ElementType.Float8E4M3FNUZ, 0x40, 1.0), DataRow(ElementType.Float8E5M2, 0xBC, -1.0)]
    [DataRow(ElementType.Float8E5M2, 0x7C, double.PositiveInfinity), DataRow(ElementType.Float8E5M2FNUZ, 0x40, 1.0), DataRow(ElementType.Float8E8M0, 0x80, 2.0), DataRow(ElementType.Float4E2M1, 0x07, 6.0)]
    [DataRow(ElementType.Float4E2M1, 0x09, -0.5), DataRow(ElementType.Int4, 0x0F, -1.0), DataRow(ElementType.UInt4, 0x0F, 15.0), DataRow(ElementType.Int2, 0x02, -2.0), DataRow(ElementType.UInt2, 0x03, 3.0)]
    [DataRow(ElementType.Float8E4M3FN, 0x01, 0.001953125), DataRow(ElementType.Int8, 0xFF, -1.0)]
    public void Small_elements_are_decoded(ElementType type, int bits, double expected) =>
        Assert.AreEqual(expected, ElementDecoder.Read(type, [(byte)bits], 0).Real);

    [TestMethod]
    public void Values_that_differ_in_kind_type_shape_or_text_differ()
    {
        var tolerance = new Tolerance(1e-3, 1e-7, IsRandom: false);
        using var tensor = OrtValue.FromSpan<float>(TensorElementType.Float32, [2], [1, float.NaN]);
        Assert.IsNull(ValueComparer.Compare(Tensor(ElementType.Float32, [2], [1f, float.NaN]), tensor, tolerance));
        Assert.IsNotNull(ValueComparer.Compare(Tensor(ElementType.Float32, [2], [1f, 2f]), tensor, tolerance));
        Assert.IsNotNull(ValueComparer.Compare(Tensor(ElementType.Float32, [2, 1], [1f, float.NaN]), tensor, tolerance));
        Assert.IsNotNull(ValueComparer.Compare(Tensor(ElementType.Int32, [2], [1, 2]), tensor, tolerance));
        Assert.IsNotNull(ValueComparer.Compare(new OnnxSequenceValue([]), tensor, tolerance));
        Assert.IsNotNull(ValueComparer.Compare(new OnnxOptionalValue(null), tensor, tolerance));
        using var text = OrtValue.FromStrings([1], ["a"u8.ToArray()]);
        Assert.IsNull(ValueComparer.Compare(new OnnxTensorValue(new StringTensorData([1], ["a"u8.ToArray()])), text, tolerance));
        Assert.IsNotNull(ValueComparer.Compare(new OnnxTensorValue(new StringTensorData([1], ["b"u8.ToArray()])), text, tolerance));
    }

    private static OnnxTensorValue Tensor<T>(ElementType type, long[] dimensions, T[] elements)
        where T : unmanaged => new(TensorData.Create<T>(type, dimensions, elements));

    private static void WriteCase(string folder, string name, string operation, float[] expected)
    {
        var x = new Value("x") { Type = new TensorType(ElementType.Float32, Shape.Of(2)) };
        var y = new Value("y") { Type = new TensorType(ElementType.Float32, Shape.Of(2)) };
        using var model = new Model { IrVersion = 8 };
        model.OpsetImports[""] = 17;
        model.Graph.Inputs.Add(x);
        model.Graph.Nodes.Add(new Node(operation, [x], [y]));
        model.Graph.Outputs.Add(y);
        string data = Directory.CreateDirectory(Path.Combine(folder, name, "test_data_set_0")).FullName;
        ModelBuild.Formats.ModelFormats.Write(model, Path.Combine(folder, name, "model.onnx"));
        OnnxTensorFile.Write(Path.Combine(data, "input_0.pb"), TensorData.Create<float>(ElementType.Float32, [2], [-1, 2]));
        OnnxTensorFile.Write(Path.Combine(data, "output_0.pb"), TensorData.Create<float>(ElementType.Float32, [2], expected));
    }
}
