using System.Runtime.InteropServices;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Benchmarks;

/// <summary>Elementwise functions, reductions and normalizations against models of one node, in the sizes of MiniLM at 128 tokens and of ResNet18.</summary>
internal static unsafe class ElementwiseBenchmark
{
    private static KernelContext s_context = null!;

    private delegate void Kernel(float* x, float*[] constants, float* y);

    public static void Run(int threads)
    {
        KernelComparison.Header("Elementwise functions, reductions, normalizations (fp32)", threads);
        using var context = new KernelContext(threads);
        s_context = context;
        List<double> ratios =
        [
            Case("Add", [128, 384], [[128, 384]], threads, (x, c, y) => Elementwise.Binary<Add>(s_context, x, c[0], y, 128 * 384)),
            Case("Add", [128, 384], [[384]], threads, (x, c, y) => Elementwise.Broadcast<Add>(s_context, x, c[0], y, [128, 384], [384])),
            Case("Mul", [1, 64, 56, 56], [[64, 1, 1]], threads, (x, c, y) => Elementwise.Broadcast<Multiply>(s_context, x, c[0], y, [1, 64, 56, 56], [64, 1, 1])),
            Case("Mul", [1, 4, 3136, 16], [[1, 4, 1, 16]], threads, (x, c, y) => Elementwise.Broadcast<Multiply>(s_context, x, c[0], y, [1, 4, 3136, 16], [1, 4, 1, 16])),
            Case("Div", [1, 12, 128, 128], [[]], threads, (x, c, y) => Elementwise.Broadcast<Divide>(s_context, x, c[0], y, [1, 12, 128, 128], [])),
            Case("Gelu", [128, 1536], [], threads, (x, _, y) => Elementwise.Unary<Gelu>(s_context, x, y, 128 * 1536)),
            Case("Erf", [128, 1536], [], threads, (x, _, y) => Elementwise.Unary<Erf>(s_context, x, y, 128 * 1536)),
            Case("Tanh", [128, 384], [], threads, (x, _, y) => Elementwise.Unary<Tanh>(s_context, x, y, 128 * 384)),
            Case("Sigmoid", [128, 384], [], threads, (x, _, y) => Elementwise.Unary<Sigmoid>(s_context, x, y, 128 * 384)),
            Case("Exp", [128, 384], [], threads, (x, _, y) => Elementwise.Unary<Exp>(s_context, x, y, 128 * 384)),
            Case("HardSwish", [1, 64, 56, 56], [], threads, (x, _, y) => Elementwise.Unary<HardSwish>(s_context, x, y, 64 * 56 * 56, 1f / 6, 0.5f)),
            Case("Relu", [1, 64, 56, 56], [], threads, (x, _, y) => Elementwise.Unary<Relu>(s_context, x, y, 64 * 56 * 56)),
            Case("Softmax", [1, 12, 128, 128], [], threads, (x, _, y) => Softmax.Rows(s_context, x, null, y, 12 * 128, 128)),
            Case("Softmax", [1, 1000], [], threads, (x, _, y) => Softmax.Rows(s_context, x, null, y, 1, 1000)),
            Case("LogSoftmax", [32, 1000], [], threads, (x, _, y) => Softmax.LogarithmOfRows(s_context, x, y, 32, 1000)),
            Case("LayerNormalization", [128, 384], [[384], [384]], threads, (x, c, y) => LayerNormalization.Rows(s_context, x, null, c[0], c[1], y, null, 128, 384, 1e-5f)),
            Case("InstanceNormalization", [1, 64, 56, 56], [[64], [64]], threads, (x, c, y) => ChannelNormalization.Groups(s_context, x, c[0], c[1], y, 1, 64, 56 * 56, 64, 1e-5f)),
            Case("ReduceMean", [1, 128, 384], [], threads, (x, _, y) => Reduce.Mean(s_context, x, y, 1, 128, 384), 1),
            Case("ReduceMean", [1, 64, 56, 56], [], threads, (x, _, y) => Reduce.Mean(s_context, x, y, 64, 56 * 56, 1), 2, 3),
            Case("ReduceMax", [128, 384], [], threads, (x, _, y) => Reduce.Along<MaximumOf>(s_context, x, y, 128, 384, 1), 1),
        ];
        Console.WriteLine();
        Console.WriteLine(FormattableString.Invariant($"Geometric mean {Math.Exp(ratios.Average(Math.Log)):0.00}"));
        Console.WriteLine();
    }

    private static double Case(string opType, long[] shape, long[][] constants, int threads, Kernel kernel, params long[] axes)
    {
        string scratch = Directory.CreateTempSubdirectory("modelbuild-benchmark-").FullName;
        string path = Path.Combine(scratch, "model.onnx");
        try
        {
            float[][] values = [.. constants.Select((c, i) => Values(c.Aggregate(1L, (a, b) => a * b), i + 1))];
            Write(path, opType, shape, constants, values, axes);
            var data = new CallData(path);
            using var theirs = new ManagedWrapper(data, threads, bound: true);
            float* x = Copy(data.InputData);
            float* y = Copy(new float[data.Expected.Length]);
            float*[] operands = new float*[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                operands[i] = Copy(values[i]);
            }

            kernel(x, operands, y);
            Check(opType, y, data.Expected);
            double ratio = KernelComparison.Measure($"{opType} {string.Join('x', shape)}", data.InputData.Length, threads, () => kernel(x, operands, y), theirs.Call);
            NativeMemory.AlignedFree(x);
            NativeMemory.AlignedFree(y);
            foreach (float* operand in operands)
            {
                NativeMemory.AlignedFree(operand);
            }

            return ratio;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static void Check(string opType, float* y, float[] expected)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(y[i] - expected[i]) <= 1e-5f + (1e-4f * Math.Abs(expected[i]))))
            {
                throw new InvalidOperationException($"{opType}: {y[i]} at {i}, not {expected[i]}.");
            }
        }
    }

    private static float[] Values(long count, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextSingle() + 0.5f;
        }

        return values;
    }

    private static float* Copy(float[] values)
    {
        float* copy = (float*)NativeMemory.AlignedAlloc((nuint)values.Length * sizeof(float), 64);
        values.CopyTo(new Span<float>(copy, values.Length));
        return copy;
    }

    private static void Write(string path, string opType, long[] shape, long[][] constants, float[][] values, long[] axes)
    {
        using var model = new Model { IrVersion = 9 };
        model.OpsetImports[""] = 20;
        var x = new Value("x") { Type = new TensorType(ElementType.Float32, Shape.Of(shape)) };
        var y = new Value("y") { Type = new TensorType(ElementType.Float32, null) };
        model.Graph.Inputs.Add(x);
        List<Value> inputs = [x];
        for (int i = 0; i < constants.Length; i++)
        {
            inputs.Add(model.Graph.AddInitializer($"c{i}", TensorData.Create<float>(ElementType.Float32, constants[i], values[i])));
        }

        if (axes.Length > 0)
        {
            inputs.Add(model.Graph.AddInitializer("axes", TensorData.Create<long>(ElementType.Int64, [axes.Length], axes)));
        }

        model.Graph.Nodes.Add(new Node(opType, inputs, [y]));
        model.Graph.Outputs.Add(y);
        ModelFormats.Write(model, path, new ModelWriteOptions());
    }
}
