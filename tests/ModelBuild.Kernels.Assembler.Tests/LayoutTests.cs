using System.Runtime.InteropServices;

namespace ModelBuild.Kernels.Assembler.Tests;

/// <summary>Whoever changes the arguments of a microkernel learns here that machine code reads them: emitters and these numbers change with them.</summary>
[TestClass]
public sealed class LayoutTests
{
    [TestMethod]
    public void Arguments_lie_where_machine_code_reads_them()
    {
        Check<GemmTile>("A 0, AStride 8, B 16, BStride 24, C 32, CStride 40, K 48, Bias 56, Residual 64, ResidualStride 72, Minimum 80, Maximum 84, Accumulate 88");
        Check<ConvolutionTile>("Input 0, Weights 8, Pixels 16, Zero 24, Bias 32, Residual 40, Output 48, InputBlockStride 56, OutputStride 64, WeightsPanelStride 72, OutputPanelStride 80, PixelStride 88, Blocks 96, Taps 100, Count 104, Clamp 108, Minimum 112, Maximum 116");
        Check<PlanarConvolutionTile>("Input 0, Weights 8, Pixels 16, Offsets 24, Bias 32, Residual 40, Output 48, Depth 56, Count 64, Clamp 68, Minimum 72, Maximum 76");
        Check<DepthwiseStrip>("Input 0, Weights 8, Offsets 16, Bias 24, Residual 32, Output 40, PixelStride 48, Count 56, Taps 60, Clamp 64, Minimum 68, Maximum 72");
        Check<UnaryTile>("X 0, Y 8, Length 16, Lanes 24, Alpha 32, Beta 36");
    }

    private static void Check<T>(string expected)
    {
        string actual = string.Join(", ", typeof(T).GetFields().Select(field => (field.Name, Offset: (int)Marshal.OffsetOf<T>(field.Name))).OrderBy(field => field.Offset).Select(field => $"{field.Name} {field.Offset}"));
        Assert.AreEqual(expected, actual, typeof(T).Name);
    }
}
