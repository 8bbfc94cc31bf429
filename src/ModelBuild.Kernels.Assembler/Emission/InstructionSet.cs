using ModelBuild.Kernels.Assembler.Encoding;

namespace ModelBuild.Kernels.Assembler.Emission;

/// <summary>What a processor and its operating system offer, ascending: each level has the ones before.</summary>
internal enum InstructionSet
{
    /// <summary>Nothing that kernels are emitted for.</summary>
    None,

    /// <summary>AVX2 and FMA: 16 registers of 8 floats.</summary>
    Avx2,

    /// <summary>AVX-512 F, BW, CD, DQ and VL: 32 registers of 16 floats.</summary>
    Avx512,
}

/// <summary>Facts of an instruction set.</summary>
internal static class InstructionSets
{
    extension(InstructionSet set)
    {
        /// <summary>Name within the names of kernels.</summary>
        public string Name => set == InstructionSet.Avx512 ? "avx512" : "avx2";

        /// <summary>Width that kernels use.</summary>
        public VectorWidth Width => set == InstructionSet.Avx512 ? VectorWidth.V512 : VectorWidth.V256;

        /// <summary>Vector registers.</summary>
        public int VectorRegisters => set == InstructionSet.Avx512 ? 32 : 16;

        /// <summary>Bytes of a vector.</summary>
        public int VectorSize => set == InstructionSet.Avx512 ? 64 : 32;

        /// <summary>Vectors that 16 floats take.</summary>
        public int VectorsPerPanel => 64 / set.VectorSize;
    }
}
