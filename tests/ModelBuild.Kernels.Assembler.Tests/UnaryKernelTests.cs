using ModelBuild.Kernels.Assembler.Elementwise;
using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Tests.Emulation;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels.Assembler.Tests;

/// <summary>Every function of one number, against the scalar leg of the same formula, bit by bit and without a step beyond its operands.</summary>
[TestClass]
public sealed unsafe class UnaryKernelTests
{
    private static readonly float[] s_special =
    [
        0, -0f, 1, -1, 0.5f, float.Epsilon, -float.Epsilon, 1e-38f, 1e-30f, 87, 88.5f, 89, 100, -87, -87.5f, -88, -103, -104, -150, 3.925f, -3.925f, 10, -10, 20, 1e30f, -1e30f,
        float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    private delegate void Loop(float* x, float* y, long length, float alpha, float beta);

    private static readonly Dictionary<string, Loop> s_references = new()
    {
        ["exp"] = UnaryLoop.Run<Float32x1, Exp>,
        ["erf"] = UnaryLoop.Run<Float32x1, Erf>,
        ["gelu"] = UnaryLoop.Run<Float32x1, Gelu>,
        ["gelutanh"] = UnaryLoop.Run<Float32x1, GeluTanh>,
        ["sigmoid"] = UnaryLoop.Run<Float32x1, Sigmoid>,
        ["silu"] = UnaryLoop.Run<Float32x1, Silu>,
        ["tanh"] = UnaryLoop.Run<Float32x1, Tanh>,
        ["hardsigmoid"] = UnaryLoop.Run<Float32x1, HardSigmoid>,
        ["hardswish"] = UnaryLoop.Run<Float32x1, HardSwish>,
        ["shiftedexp"] = UnaryLoop.Run<Float32x1, ShiftedExp>,
    };

    public static IEnumerable<object[]> Functions =>
        from set in new[] { InstructionSet.Avx2, InstructionSet.Avx512 }
        from function in UnaryKernels.Functions
        select new object[] { set.ToString(), function.Name };

    [TestMethod]
    [DynamicData(nameof(Functions))]
    public void Same_bits_as_the_reference(string set, string function)
    {
        KernelRunner runner = KernelRunner.Of(Enum.Parse<InstructionSet>(set));
        UnaryKernel kernel = UnaryKernels.Functions.Single(f => f.Name == function);
        foreach (int length in kernel.IsSumming ? new[] { 16, 96 } : [16, 32, 48, 256])
        {
            foreach (bool isInPlace in new[] { false, true })
            {
                Check(runner, kernel, length, isInPlace);
            }
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(15)]
    [DataRow(16)]
    [DataRow(17)]
    [DataRow(4096)]
    [DataRow(4097)]
    [DataRow(9999)]
    public void Any_length(int length)
    {
        if (KernelRunner.Avx2.Loaded is not { } loaded)
        {
            Assert.Inconclusive("No AVX2.");
            return;
        }

        var memory = new EmulatedMemory();
        using TestFloats x = TestFloats.Random(length, new Random(length), memory);
        using var y = new TestFloats(length + 1);
        y.Span.Fill(7);
        float[] expected = new float[length + 1];
        fixed (float* pointer = expected)
        {
            UnaryLoop.Run<Float32x1, Gelu>(x.Pointer, pointer, length, 0, 0);
        }

        expected[length] = 7;
        UnaryMicrokernels.Run(loaded.Address(UnaryKernels.Name(InstructionSet.Avx2, UnaryKernels.Functions.Single(f => f.Name == "gelu"))), x.Pointer, y.Pointer, length, 0, 0);
        y.AssertEquals(expected, $"{length} numbers");
    }

    private static void Check(KernelRunner runner, UnaryKernel kernel, int length, bool isInPlace)
    {
        const float Alpha = 0.75f, Beta = 0.25f;
        var memory = new EmulatedMemory();
        var random = new Random(length);
        using TestFloats x = TestFloats.Random(length, random, memory, isWritable: isInPlace);
        using TestFloats other = TestFloats.Random(length, random, memory, isWritable: true);
        using TestFloats lanes = TestFloats.Random(16, random, memory, isWritable: true);
        for (int i = 0; i < length; i++)
        {
            x.Span[i] = i % 2 == 0 && i / 2 < s_special.Length ? s_special[i / 2] : x.Span[i] * MathF.Pow(10, random.Next(-3, 3));
        }

        float[] before = x.Span.ToArray(), lanesBefore = lanes.Span.ToArray(), expected = new float[length], expectedLanes = [.. lanesBefore];
        fixed (float* pointer = expected)
        {
            s_references[kernel.Name](x.Pointer, pointer, length, Alpha, Beta);
        }

        for (int i = 0; i < length && kernel.IsSumming; i++)
        {
            expectedLanes[i % 16] += expected[i];
        }

        TestFloats y = isInPlace ? x : other;
        UnaryTile tile;
        tile.X = x.Pointer;
        tile.Y = y.Pointer;
        tile.Length = length;
        tile.Lanes = kernel.IsSumming ? lanes.Pointer : null;
        tile.Alpha = Alpha;
        tile.Beta = Beta;
        memory.Allow(&tile, sizeof(UnaryTile), isWritable: false);
        runner.Run(
            UnaryKernels.Name(runner.Set, kernel),
            &tile,
            memory,
            () =>
            {
                before.CopyTo(x.Span);
                lanesBefore.CopyTo(lanes.Span);
            },
            message =>
            {
                AssertSame(expected, y, message);
                AssertSame(expectedLanes, lanes, message + ", lanes");
            });
    }

    // Which bits a NaN has is left open.
    private static void AssertSame(float[] expected, TestFloats actual, string message)
    {
        float[] result = [.. expected.Select((e, i) => float.IsNaN(e) && float.IsNaN(actual.Span[i]) ? actual.Span[i] : e)];
        actual.AssertEquals(result, message);
    }
}
