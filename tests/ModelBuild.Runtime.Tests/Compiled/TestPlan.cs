using System.Security.Cryptography;
using ModelBuild.Kernels;

namespace ModelBuild.Runtime.Tests.Compiled;

/// <summary>
/// A plan as the generator would write it: <c>y[n] = x[n] + weights[0]</c>, where <c>n</c> is read from the input; an output <c>first</c> whose size depends on the
/// data (as many elements as <c>x[0]</c> says), an optional input <c>bias</c> with a default among the weights.
/// </summary>
internal sealed unsafe class TestPlan(int weights = 16) : CompiledPlan
{
    /// <summary>Runs at the start of each call.</summary>
    public Action<PlanFrame>? BeforeSteps { get; set; }

    public float[] Weights { get; } = [.. Enumerable.Range(0, weights).Select(i => i + 1f)];

    public override ReadOnlySpan<byte> Values =>
        """
        0 1 3 0 0 1 1 -1 // 0: x [n]
        0 1 3 1 0 1 1 1 // 1: bias [1]
        0 1 2 0 0 1 1 1 // 2: default of bias
        0 1 4 0 0 1 1 -1 // 3: y [n]
        0 1 4 1 1 1 -1 // 4: first
        0 1 1 0 0 1 1 -1 // 5: sum [n], in the arena
        """u8;

    public override ReadOnlySpan<int> Inputs => new int[] { 0, 1 };

    public override ReadOnlySpan<int> Defaults => new int[] { -1, 2 };

    public override ReadOnlySpan<int> Outputs => new int[] { 3, 4 };

    public override ReadOnlySpan<int> Symbols => new int[] { 0, 0 };

    public override int SizeCount => 1;

    public override long ArenaBytes => -1;

    public override long WeightsBytes => Weights.Length * sizeof(float);

    public override ReadOnlySpan<byte> WeightsHash => SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Weights.AsSpan()));

    public override string NameOfInput(int index) => index == 0 ? "x" : "bias";

    public override string NameOfOutput(int index) => index == 0 ? "y" : "first";

    public override string LayerOfStep(int step) => $"layer/{step}";

    public override void ComputeSizes(ReadOnlySpan<long> symbols, Span<long> sizes) => sizes[0] = symbols[0];

    public override void Execute(PlanFrame frame)
    {
        BeforeSteps?.Invoke(frame);
        frame.BeginStep(0);
        float* x = (float*)frame.Data(0);
        float* sum = (float*)frame.Data(5);
        for (long i = 0; i < frame.Size(0); i++)
        {
            sum[i] = x[i] + *(float*)frame.Data(1);
        }

        frame.BeginStep(1);
        float* y = (float*)frame.Data(3);
        for (long i = 0; i < frame.Size(0); i++)
        {
            y[i] = 0;
        }

        // Reads the input after an output was begun, as a kernel may.
        for (long i = 0; i < frame.Size(0); i++)
        {
            y[i] = sum[i] + (0 * x[i]);
        }

        frame.BeginStep(2);
        if (frame.Size(0) > 0 && x[0] < 0)
        {
            throw new KernelException($"There is no index {x[0]}.");
        }

        frame.Tensor(4).Resize(TensorElementType.Float32, frame.Size(0) > 0 ? (long)x[0] : 0);
        frame.Tensor(4).Span<float>().Fill(7);
    }

    /// <summary>The weights file.</summary>
    public byte[] ToFile()
    {
        byte[] file = new byte[WeightsFile.HeaderBytes + WeightsBytes];
        WeightsFile.WriteHeader(file, WeightsBytes, WeightsHash);
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(Weights.AsSpan()).CopyTo(file.AsSpan(WeightsFile.HeaderBytes));
        return file;
    }

    public ModelDefinition Define() => new()
    {
        Info = new ModelInfo
        {
            Name = "Tested",
            ModelFile = "",
            ContentHash = "",
            Backend = CompiledBackend.Name,
            // Another order than the plan's.
            Inputs = [new TensorInfo("bias", TensorElementType.Float32, "1"), new TensorInfo("x", TensorElementType.Float32, "n")],
            Outputs = [new TensorInfo("y", TensorElementType.Float32, "n"), new TensorInfo("first", TensorElementType.Float32, "?")],
        },
        WeightsFile = "models/Tested.mbw",
        Assembly = typeof(TestPlan).Assembly,
        ExecutionProviders = [],
        Plan = this,
    };
}
