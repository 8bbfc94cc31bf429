using ModelBuild.Kernels.Assembler.Encoding;

namespace ModelBuild.Kernels.Assembler.Emission;

/// <summary>One kernel that is written as machine code.</summary>
/// <param name="Name">Operation, element type, instruction set and tile, such as <c>gemm_f32_avx2_6x16</c>.</param>
/// <param name="Emit">Writes it for a calling convention; the code begins at a multiple of 64 bytes.</param>
internal sealed record EmittedKernel(string Name, Action<Encoder, CallingConvention> Emit);
