using System.Runtime.InteropServices;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Kernels;

namespace ModelBuild.Benchmarks;

/// <summary>Operators that move elements against models of one node.</summary>
internal static unsafe class MovementBenchmark
{
    private delegate void Call(KernelContext context, TensorValue x, TensorValue y);

    public static void Run(int threads)
    {
        string scratch = Directory.CreateTempSubdirectory("modelbuild-benchmark-").FullName;
        try
        {
            KernelComparison.Header("fp32 elements moved (the rate counts bytes read and written)", threads);
            foreach ((long[] shape, long[] perm) in ((long[], long[])[])
                [
                    ([1, 64, 56, 56], [0, 2, 3, 1]), ([1, 56, 56, 64], [0, 3, 1, 2]), ([1, 3, 224, 224], [0, 2, 3, 1]), ([1, 224, 224, 3], [0, 3, 1, 2]),
                    ([1, 128, 12, 64], [0, 2, 1, 3]), ([1, 12, 128, 64], [0, 1, 3, 2]), ([1, 4, 58, 784], [0, 2, 1, 3]), ([768, 768], [1, 0]), ([16, 16], [1, 0]),
                ])
            {
                Measure(scratch, $"Transpose {string.Join('x', shape)} to {string.Join(',', perm)}", threads, shape, "Transpose", [], [("perm", new IntsAttribute(perm))],
                    (c, x, y) => Transposition.Transpose(c, x, y, perm));
            }

            TensorValue starts = Longs(1, 1), ends = Longs(55, 55), axes = Longs(2, 3);
            Measure(scratch, "Slice of 1x64x56x56", threads, [1, 64, 56, 56], "Slice", [[1, 1], [55, 55], [2, 3]], [], (c, x, y) => Slicing.Slice(c, x, starts, ends, axes, null, y));
            TensorValue steps = Longs(2, 2);
            Measure(scratch, "Slice of 1x64x56x56, every second", threads, [1, 64, 56, 56], "Slice", [[1, 1], [55, 55], [2, 3], [2, 2]], [], (c, x, y) => Slicing.Slice(c, x, starts, ends, axes, steps, y));
            TensorValue pads = Longs(0, 0, 1, 1, 0, 0, 1, 1);
            foreach (string mode in (string[])["constant", "reflect", "edge"])
            {
                Measure(scratch, $"Pad 1x64x56x56, {mode}", threads, [1, 64, 56, 56], "Pad", [[0, 0, 1, 1, 0, 0, 1, 1]], [("mode", new StringAttribute(mode))], (c, x, y) => Padding.Pad(c, x, pads, null, null, y, mode));
            }

            TensorValue rows = Longs(5, 3, 60, 2, 9, 11, 40, 33, 1, 0, 63, 20, 21, 22, 30, 7);
            Measure(scratch, "Gather of 16 rows of 384", threads, [64, 384], "Gather", [[5, 3, 60, 2, 9, 11, 40, 33, 1, 0, 63, 20, 21, 22, 30, 7]], [], (_, x, y) => Gathering.Gather(x, rows, y));
            TensorValue wide = Longs(1, 64, 56, 56);
            Measure(scratch, "Expand 1x64x1x1 to 1x64x56x56", threads, [1, 64, 1, 1], "Expand", [[1, 64, 56, 56]], [], (c, x, y) => Repeating.Expand(c, x, wide, y));
            TensorValue block = Longs(2);
            Measure(scratch, "DepthToSpace 1x36x64x64, 3", threads, [1, 36, 64, 64], "DepthToSpace", [], [("blocksize", new IntAttribute(3)), ("mode", new StringAttribute("CRD"))], (_, x, y) => Rearranging.DepthToSpace(x, y, 3, "CRD"));
            TensorValue k = Longs(100);
            var indices = new TensorValue();
            Measure(scratch, "TopK 100 of 1x8400", threads, [1, 8400], "TopK", [[100]], [], (c, x, y) => LargestElements.TopK(c, x, k, y, indices));
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        Console.WriteLine();
    }

    private static void Measure(string scratch, string name, int threads, long[] shape, string opType, long[][] inputs, (string Name, AttributeValue Value)[] attributes, Call call)
    {
        string path = Path.Combine(scratch, $"{Guid.NewGuid():N}.onnx");
        Write(path, shape, opType, inputs, attributes);
        var data = new CallData(path);
        using var theirs = new ManagedWrapper(data, threads, bound: true);
        using var context = new KernelContext(threads);
        var x = new TensorValue(TensorElementType.Float32, shape);
        data.InputData.CopyTo(x.Span<float>());
        var y = new TensorValue();
        void Ours() => call(context, x, y);
        Ours();
        if (!y.Span<float>().SequenceEqual(data.Expected))
        {
            throw new InvalidOperationException($"{name} differs.");
        }

        KernelComparison.Measure(name, x.ByteLength + y.ByteLength, threads, Ours, theirs.Call);
    }

    private static TensorValue Longs(params ReadOnlySpan<long> elements)
    {
        var tensor = new TensorValue(TensorElementType.Int64, elements.Length);
        elements.CopyTo(tensor.Span<long>());
        return tensor;
    }

    private static void Write(string path, long[] shape, string opType, long[][] inputs, (string Name, AttributeValue Value)[] attributes)
    {
        using var model = new Model { IrVersion = 9 };
        model.OpsetImports[""] = 18;
        var x = new Value("x") { Type = new TensorType(ElementType.Float32, Shape.Of(shape)) };
        model.Graph.Inputs.Add(x);
        var y = new Value("y");
        var node = new Node(opType, [x, .. inputs.Select((v, i) => model.Graph.AddInitializer($"i{i}", TensorData.Int64s(v)))], opType == "TopK" ? [y, new Value("z")] : [y]);
        foreach ((string name, AttributeValue value) in attributes)
        {
            node.Attributes.Add(name, value);
        }

        model.Graph.Nodes.Add(node);
        y.Type = ModelBuild.Graphs.Inference.ShapeInference.Run(model).TypeOf(y);
        model.Graph.Outputs.Add(y);
        ModelFormats.Write(model, path, new ModelWriteOptions());
    }
}
