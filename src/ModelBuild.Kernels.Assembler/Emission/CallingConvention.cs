namespace ModelBuild.Kernels.Assembler.Emission;

/// <summary>How C# calls machine code.</summary>
internal enum CallingConvention
{
    /// <summary>Everywhere but on Windows: the argument is in rdi; rbx, rbp and r12 to r15 are kept.</summary>
    SystemV,

    /// <summary>Windows: the argument is in rcx; beside those, rsi, rdi and the low halves of vector registers 6 to 15 are kept.</summary>
    Windows,
}
