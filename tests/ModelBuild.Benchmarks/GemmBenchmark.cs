using System.Runtime.InteropServices;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Kernels;

namespace ModelBuild.Benchmarks;

/// <summary>Matrix products of activations and weights against a model of one MatMul.</summary>
internal static unsafe class GemmBenchmark
{
    private static readonly (int M, int K, int N)[] s_sizes =
    [
        (128, 768, 768), (128, 768, 3072), (128, 3072, 768), (512, 512, 512), (16, 768, 768), (1, 768, 768), (1, 768, 3072), (1, 3072, 768), (49, 512, 512), (196, 576, 128),
        (3136, 576, 64), (4, 768, 768), (1, 784, 128), (16, 384, 384), (128, 384, 1536),
    ];

    public static void Run(int threads)
    {
        string scratch = Directory.CreateTempSubdirectory("modelbuild-benchmark-").FullName;
        try
        {
            KernelComparison.Header("fp32 MatMul with constant weights, m x k x n", threads);
            foreach (var (m, k, n) in s_sizes)
            {
                string path = Path.Combine(scratch, $"{m}x{k}x{n}.onnx");
                float[] weights = Weights(k, n);
                Write(path, m, k, n, weights);
                var data = new CallData(path);
                using var theirs = new ManagedWrapper(data, threads, bound: true);
                using var context = new KernelContext(threads);
                float* a = Copy(data.InputData), w = Copy(weights), c = Copy(new float[(long)m * n]);
                float* packed = (float*)NativeMemory.AlignedAlloc((nuint)(Packing.Length(k, n) * sizeof(float)), 64);
                Packing.Pack(w, n, 1, packed, k, n);
                void Ours() => Gemm.Packed(context, a, packed, null, null, c, m, n, k, k, n, Activation.None, 0, 0);
                Ours();
                Check(c, data.Expected);
                KernelComparison.Measure($"{m}x{k}x{n}", 2.0 * m * k * n, threads, Ours, theirs.Call);
                NativeMemory.AlignedFree(a);
                NativeMemory.AlignedFree(w);
                NativeMemory.AlignedFree(c);
                NativeMemory.AlignedFree(packed);
            }
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        Console.WriteLine();
    }

    private static void Check(float* c, float[] expected)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(c[i] - expected[i]) <= 1e-4f + (1e-4f * Math.Abs(expected[i]))))
            {
                throw new InvalidOperationException($"{c[i]} at {i}, not {expected[i]}.");
            }
        }
    }

    private static float[] Weights(int k, int n)
    {
        var random = new Random(1);
        float[] weights = new float[k * n];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (random.NextSingle() - 0.5f) * 0.1f;
        }

        return weights;
    }

    private static float* Copy(float[] values)
    {
        float* copy = (float*)NativeMemory.AlignedAlloc((nuint)values.Length * sizeof(float), 64);
        values.CopyTo(new Span<float>(copy, values.Length));
        return copy;
    }

    private static void Write(string path, int m, int k, int n, float[] weights)
    {
        using var model = new Model { IrVersion = 9 };
        model.OpsetImports[""] = 17;
        var x = new Value("x") { Type = new TensorType(ElementType.Float32, Shape.Of(m, k)) };
        var y = new Value("y") { Type = new TensorType(ElementType.Float32, Shape.Of(m, n)) };
        model.Graph.Inputs.Add(x);
        var w = model.Graph.AddInitializer("w", TensorData.Create<float>(ElementType.Float32, [k, n], weights));
        model.Graph.Nodes.Add(new Node("MatMul", [x, w], [y]));
        model.Graph.Outputs.Add(y);
        ModelFormats.Write(model, path, new ModelWriteOptions());
    }
}
