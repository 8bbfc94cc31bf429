using ModelBuild.Kernels.Assembler.Encoding;

namespace ModelBuild.Kernels.Assembler.Emission;

/// <summary>
/// Beginning and end of a kernel. Between them the argument is in <see cref="Arguments"/> whatever the convention, so a kernel's body is the same for all.
/// </summary>
internal sealed class KernelFrame
{
    private const int FirstKeptVector = 6;

    private readonly Encoder _code;
    private readonly Register[] _pushed;
    private readonly int _keptVectors;

    private KernelFrame(Encoder code, Register[] pushed, int keptVectors)
    {
        _code = code;
        _pushed = pushed;
        _keptVectors = keptVectors;
    }

    /// <summary>Where a body finds the pointer to its arguments.</summary>
    public static Register Arguments => Register.Rdi;

    /// <summary>Registers that a body may use, those first that are free of charge.</summary>
    public static ReadOnlySpan<Register> Registers =>
    [
        Register.Rax, Register.Rdx, Register.Rcx, Register.R8, Register.R9, Register.R10, Register.R11, Register.Rsi,
        Register.Rbx, Register.Rbp, Register.R12, Register.R13, Register.R14, Register.R15,
    ];

    /// <summary>Writes the beginning.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="convention">How the kernel is called.</param>
    /// <param name="registers">How many of <see cref="Registers"/> the body uses.</param>
    /// <param name="vectors">How many vector registers the body uses, from 0.</param>
    public static KernelFrame Enter(Encoder code, CallingConvention convention, int registers, int vectors)
    {
        var pushed = new List<Register>();
        if (convention == CallingConvention.Windows)
        {
            pushed.Add(Arguments);
        }

        foreach (Register register in Registers[..registers])
        {
            if (register is Register.Rbx or Register.Rbp or >= Register.R12 || (register == Register.Rsi && convention == CallingConvention.Windows))
            {
                pushed.Add(register);
            }
        }

        int keptVectors = convention == CallingConvention.Windows ? Math.Clamp(vectors - FirstKeptVector, 0, 10) : 0;
        pushed.ForEach(code.Push);
        if (keptVectors > 0)
        {
            code.Subtract(Register.Rsp, 16 * keptVectors);
            for (int i = 0; i < keptVectors; i++)
            {
                code.Store(new Address(Register.Rsp, 16 * i), VectorRegister.Xmm(FirstKeptVector + i));
            }
        }

        if (convention == CallingConvention.Windows)
        {
            code.Move(Arguments, Register.Rcx);
        }

        return new KernelFrame(code, [.. pushed], keptVectors);
    }

    /// <summary>Writes the end, which returns.</summary>
    public void Leave()
    {
        _code.ZeroUpper();
        for (int i = 0; i < _keptVectors; i++)
        {
            _code.Vector(VectorInstructions.Move, VectorRegister.Xmm(FirstKeptVector + i), new Address(Register.Rsp, 16 * i));
        }

        if (_keptVectors > 0)
        {
            _code.Add(Register.Rsp, 16 * _keptVectors);
        }

        for (int i = _pushed.Length - 1; i >= 0; i--)
        {
            _code.Pop(_pushed[i]);
        }

        _code.Return();
    }
}
