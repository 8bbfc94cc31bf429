using System.Reflection;
using System.Runtime.InteropServices;
using ModelBuild.Runtime;

namespace ModelBuild.OnnxRuntime.Tests;

/// <summary>A model file in a folder of its own, and what a generated class would say of it.</summary>
internal sealed class TestModel : IDisposable
{
    private TestModel(string folder, ModelDefinition definition)
    {
        Folder = folder;
        Definition = definition;
    }

    public string Folder { get; }

    public ModelDefinition Definition { get; }

    public ModelOptions Options => new() { Path = Folder };

    /// <summary>y[n,4] = max(x[n,3] W + b, 0), W = 1..12, b = -50.</summary>
    public static TestModel Dense() => Create(
        OnnxBytes.Model(
            [OnnxBytes.Node("Gemm", "x w b", "g"), OnnxBytes.Node("Relu", "g", "y")],
            [OnnxBytes.Value("x", 1, "n", "3")],
            [OnnxBytes.Value("y", 1, "n", "4")],
            [
                OnnxBytes.Tensor("w", 1, [3, 4], MemoryMarshal.AsBytes<float>([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])),
                OnnxBytes.Tensor("b", 1, [4], MemoryMarshal.AsBytes<float>([-50, -50, -50, -50])),
            ]),
        [new("x", TensorElementType.Float32, "n", "3")],
        [new("y", TensorElementType.Float32, "n", "4")]);

    /// <summary>Positions of the elements of x[n] that are not zero: an output whose size depends on the data. Beside it, twice = 2 x.</summary>
    public static TestModel NonZero() => Create(
        OnnxBytes.Model(
            [OnnxBytes.Node("NonZero", "x", "where"), OnnxBytes.Node("Add", "x x", "twice")],
            [OnnxBytes.Value("x", 1, "n")],
            [OnnxBytes.Value("where", 7, "1", "k"), OnnxBytes.Value("twice", 1, "n")]),
        [new("x", TensorElementType.Float32, "n")],
        [new("where", TensorElementType.Int64, "1", "?"), new("twice", TensorElementType.Float32, "n")]);

    /// <summary>The texts that came.</summary>
    public static TestModel Texts() => Create(
        OnnxBytes.Model([OnnxBytes.Node("Identity", "x", "y")], [OnnxBytes.Value("x", 8, "n")], [OnnxBytes.Value("y", 8, "n")]),
        [new("x", TensorElementType.String, "n")],
        [new("y", TensorElementType.String, "n")]);

    /// <summary>x + 1, repeated <c>count</c> times.</summary>
    public static TestModel Loop() => Create(
        OnnxBytes.Model(
            [
                OnnxBytes.Node("Loop", "count condition x", "y", OnnxBytes.GraphAttribute("body", OnnxBytes.Graph(
                    [OnnxBytes.Node("Identity", "in_condition", "out_condition"), OnnxBytes.Node("Add", "v one", "w")],
                    [OnnxBytes.Value("i", 7), OnnxBytes.Value("in_condition", 9), OnnxBytes.Value("v", 1, "1")],
                    [OnnxBytes.Value("out_condition", 9), OnnxBytes.Value("w", 1, "1")]))),
            ],
            [OnnxBytes.Value("count", 7), OnnxBytes.Value("x", 1, "1")],
            [OnnxBytes.Value("y", 1, "1")],
            [OnnxBytes.Tensor("condition", 9, [], [1]), OnnxBytes.Tensor("one", 1, [1], MemoryMarshal.AsBytes<float>([1f]))]),
        [new("count", TensorElementType.Int64), new("x", TensorElementType.Float32, "1")],
        [new("y", TensorElementType.Float32, "1")]);

    /// <summary>constant = [1,2], which is an initializer, copy = x and sum = x + addend, where addend has the default 5.</summary>
    public static TestModel Defaults() => Create(
        OnnxBytes.Model(
            [OnnxBytes.Node("Identity", "x", "copy"), OnnxBytes.Node("Add", "x addend", "sum"), OnnxBytes.Node("Identity", "fixed", "constant")],
            [OnnxBytes.Value("x", 1, "2"), OnnxBytes.Value("addend", 1, "1")],
            [OnnxBytes.Value("constant", 1, "2"), OnnxBytes.Value("copy", 1, "2"), OnnxBytes.Value("sum", 1, "2")],
            [OnnxBytes.Tensor("addend", 1, [1], MemoryMarshal.AsBytes<float>([5f])), OnnxBytes.Tensor("fixed", 1, [2], MemoryMarshal.AsBytes<float>([1, 2]))]),
        [new("x", TensorElementType.Float32, "2"), new("addend", TensorElementType.Float32, "1")],
        [new("constant", TensorElementType.Float32, "2"), new("copy", TensorElementType.Float32, "2"), new("sum", TensorElementType.Float32, "2")]);

    /// <summary>Writes a model to a new folder.</summary>
    public static TestModel Create(byte[] model, TensorInfo[] inputs, TensorInfo[] outputs, params string[] executionProviders)
    {
        string folder = Directory.CreateTempSubdirectory("modelbuild-").FullName;
        File.WriteAllBytes(Path.Combine(folder, "Test.onnx"), model);
        return new TestModel(folder, Define(inputs, outputs, executionProviders: executionProviders));
    }

    /// <summary>What a generated class says.</summary>
    public static ModelDefinition Define(TensorInfo[] inputs, TensorInfo[] outputs, string weightsFile = "models/Test.onnx", bool embedded = false, Assembly? assembly = null, params string[] executionProviders) => new()
    {
        Info = new ModelInfo { Name = "Test", ModelFile = "test.onnx", ContentHash = "", Backend = OnnxRuntimeBackend.Name, Inputs = inputs, Outputs = outputs },
        WeightsFile = weightsFile,
        Assembly = assembly ?? typeof(TestModel).Assembly,
        Embedded = embedded,
        ExecutionProviders = executionProviders,
    };

    public ModelSession Open() => OnnxRuntimeBackend.Open(Definition, Options);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
