using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Encoding;

namespace ModelBuild.Kernels.Assembler.Gemm;

/// <summary>
/// Writes a microkernel of fp32 matrix products, which takes a <see cref="GemmTile"/>: some rows by some panels of 16 columns, all sums in registers.
/// </summary>
internal sealed class GemmEmitter
{
    // Pointers into A and B serve three rows or panels each: base, base + stride and base + 2 * stride.
    private const int PerPointer = 3;

    // A memory operand of A is followed by this many steps at most before pointers move.
    private const int MostUnrolled = 4;

    private readonly Encoder _code;
    private readonly InstructionSet _set;
    private readonly int _rows;
    private readonly int _vectors;
    private readonly int _panels;
    private readonly Register[] _a;
    private readonly Register[] _b;
    private readonly Register _aStride;
    private readonly Register _bStride;
    private readonly Register _count;
    private readonly int _registers;

    private GemmEmitter(Encoder code, InstructionSet set, int rows, int panels)
    {
        _code = code;
        _set = set;
        _rows = rows;
        _panels = panels;
        _vectors = panels * set.VectorsPerPanel;
        int next = 0;
        _count = Take(ref next);
        _a = TakePointers(rows, ref next);
        _b = TakePointers(panels, ref next);
        _aStride = rows > 1 ? Take(ref next) : Register.None;
        _bStride = panels > 1 ? Take(ref next) : Register.None;
        _registers = Math.Max(next, 2);
    }

    /// <summary>Whether there are registers enough for a tile.</summary>
    public static bool Fits(InstructionSet set, int rows, int panels)
    {
        int vectors = panels * set.VectorsPerPanel;
        return (rows * vectors) + Math.Min(vectors, rows) + 1 <= set.VectorRegisters && (rows * vectors) + 2 <= set.VectorRegisters;
    }

    /// <summary>Writes one.</summary>
    public static void Emit(Encoder code, CallingConvention convention, InstructionSet set, int rows, int panels)
    {
        if (!Fits(set, rows, panels))
        {
            throw new ArgumentException($"No registers for {rows} rows and {panels} panels.");
        }

        var emitter = new GemmEmitter(code, set, rows, panels);
        KernelFrame frame = KernelFrame.Enter(code, convention, emitter._registers, set.VectorRegisters);
        emitter.Begin();
        emitter.Loop();
        emitter.Finish();
        frame.Leave();
    }

    private static Register Take(ref int next) => KernelFrame.Registers[next++];

    private static Register[] TakePointers(int count, ref int next)
    {
        var pointers = new Register[((count - 1) / PerPointer) + 1];
        for (int i = 0; i < pointers.Length; i++)
        {
            pointers[i] = Take(ref next);
        }

        return pointers;
    }

    private static Address Field(int offset) => new(KernelFrame.Arguments, offset);

    // The operand at base + (index % 3) * stride.
    private static Address Element(Register[] pointers, Register stride, int index, int displacement) => (index % PerPointer) switch
    {
        0 => new Address(pointers[index / PerPointer], displacement),
        int multiple => new Address(pointers[index / PerPointer], displacement, stride, multiple),
    };

    private VectorRegister Vector(int number) => new(number, _set.Width);

    private VectorRegister Sum(int row, int vector) => Vector((row * _vectors) + vector);

    private VectorRegister Free(int number) => Vector((_rows * _vectors) + number);

    // Sums: zero, or what C has.
    private void Begin()
    {
        Label zero = _code.NewLabel(), ready = _code.NewLabel();
        Register pointer = KernelFrame.Registers[0], stride = KernelFrame.Registers[1];
        _code.Load32(pointer, Field(88));
        _code.Test(pointer, pointer);
        _code.Jump(Condition.Equal, zero);
        _code.Load(pointer, Field(32));
        _code.Load(stride, Field(40));
        for (int row = 0; row < _rows; row++)
        {
            for (int vector = 0; vector < _vectors; vector++)
            {
                _code.Vector(VectorInstructions.Move, Sum(row, vector), new Address(pointer, vector * _set.VectorSize));
            }

            if (row + 1 < _rows)
            {
                _code.Add(pointer, stride);
            }
        }

        _code.Jump(ready);
        _code.Place(zero);
        for (int i = 0; i < _rows * _vectors; i++)
        {
            _code.Zero(_set == InstructionSet.Avx512 && i >= 16 ? Vector(i) : VectorRegister.Xmm(i));
        }

        _code.Place(ready);
        _code.Load(_count, Field(48));
        Pointers(_a, _aStride, 0, 8);
        Pointers(_b, _bStride, 16, 24);
    }

    private void Pointers(Register[] pointers, Register stride, int field, int strideField)
    {
        _code.Load(pointers[0], Field(field));
        if (stride != Register.None)
        {
            _code.Load(stride, Field(strideField));
        }

        for (int i = 1; i < pointers.Length; i++)
        {
            _code.LoadAddress(pointers[i], new Address(pointers[i - 1], 0, stride, 2));
            _code.Add(pointers[i], stride);
        }
    }

    private void Loop()
    {
        Label rest = _code.NewLabel(), done = _code.NewLabel();
        int unrolled = Math.Clamp(64 / (_rows * _vectors), 2, MostUnrolled);
        _code.Subtract(_count, unrolled);
        _code.Jump(Condition.Less, rest);
        _code.Align(32);
        Label top = _code.Here();
        for (int step = 0; step < unrolled; step++)
        {
            Step(step);
        }

        Advance(unrolled);
        _code.Subtract(_count, unrolled);
        _code.Jump(Condition.GreaterOrEqual, top);
        _code.Place(rest);
        _code.Add(_count, unrolled);
        _code.Jump(Condition.Equal, done);
        Label single = _code.Here();
        Step(0);
        Advance(1);
        _code.Subtract(_count, 1);
        _code.Jump(Condition.NotEqual, single);
        _code.Place(done);
    }

    private void Advance(int steps)
    {
        foreach (Register pointer in _a)
        {
            _code.Add(pointer, sizeof(float) * steps);
        }

        foreach (Register pointer in _b)
        {
            _code.Add(pointer, 64 * steps);
        }
    }

    private Address A(int row, int step) => Element(_a, _aStride, row, sizeof(float) * step);

    private Address B(int vector, int step)
    {
        int perPanel = _set.VectorsPerPanel;
        return Element(_b, _bStride, vector / perPanel, (64 * step) + (vector % perPanel * _set.VectorSize));
    }

    // One k. The smaller of a row of B and a column of A stays in registers, the other passes through one.
    private void Step(int step)
    {
        if (_rows * _vectors + _vectors + 1 <= _set.VectorRegisters && _rows > 1)
        {
            for (int vector = 0; vector < _vectors; vector++)
            {
                _code.Vector(VectorInstructions.Move, Free(vector), B(vector, step));
            }

            int spare = Math.Min(2, _set.VectorRegisters - (_rows * _vectors) - _vectors);
            for (int row = 0; row < _rows; row++)
            {
                if (_vectors == 1)
                {
                    _code.Vector(VectorInstructions.MultiplyAdd231, Sum(row, 0), Free(0), A(row, step), broadcast: true);
                    continue;
                }

                VectorRegister a = Free(_vectors + (row % spare));
                _code.Vector(VectorInstructions.Broadcast, a, A(row, step));
                for (int vector = 0; vector < _vectors; vector++)
                {
                    _code.Vector(VectorInstructions.MultiplyAdd231, Sum(row, vector), Free(vector), a);
                }
            }

            return;
        }

        for (int row = 0; row < _rows; row++)
        {
            _code.Vector(VectorInstructions.Broadcast, Free(row), A(row, step));
        }

        for (int vector = 0; vector < _vectors; vector++)
        {
            if (_rows == 1)
            {
                _code.Vector(VectorInstructions.MultiplyAdd231, Sum(0, vector), Free(0), B(vector, step));
                continue;
            }

            _code.Vector(VectorInstructions.Move, Free(_rows), B(vector, step));
            for (int row = 0; row < _rows; row++)
            {
                _code.Vector(VectorInstructions.MultiplyAdd231, Sum(row, vector), Free(_rows), Free(row));
            }
        }
    }

    // Bias, residual, bounds, stores.
    private void Finish()
    {
        Register pointer = KernelFrame.Registers[0], stride = KernelFrame.Registers[1];
        Label noBias = _code.NewLabel(), noResidual = _code.NewLabel();
        _code.Load(pointer, Field(56));
        _code.Test(pointer, pointer);
        _code.Jump(Condition.Equal, noBias);
        for (int vector = 0; vector < _vectors; vector++)
        {
            _code.Vector(VectorInstructions.Move, Free(0), new Address(pointer, vector * _set.VectorSize));
            for (int row = 0; row < _rows; row++)
            {
                _code.Vector(VectorInstructions.Add, Sum(row, vector), Sum(row, vector), Free(0));
            }
        }

        _code.Place(noBias);
        _code.Load(pointer, Field(64));
        _code.Test(pointer, pointer);
        _code.Jump(Condition.Equal, noResidual);
        _code.Load(stride, Field(72));
        EachRow(pointer, stride, (row, vector, place) => _code.Vector(VectorInstructions.Add, Sum(row, vector), Sum(row, vector), place));
        _code.Place(noResidual);
        _code.Vector(VectorInstructions.Broadcast, Free(0), Field(80));
        _code.Vector(VectorInstructions.Broadcast, Free(1), Field(84));
        _code.Load(pointer, Field(32));
        _code.Load(stride, Field(40));
        EachRow(pointer, stride, (row, vector, place) =>
        {
            // The second source is the result when the first one is not greater or less: NaN passes.
            _code.Vector(VectorInstructions.Max, Sum(row, vector), Free(0), Sum(row, vector));
            _code.Vector(VectorInstructions.Min, Sum(row, vector), Free(1), Sum(row, vector));
            _code.Store(place, Sum(row, vector));
        });
    }

    private void EachRow(Register pointer, Register stride, Action<int, int, Address> body)
    {
        for (int row = 0; row < _rows; row++)
        {
            for (int vector = 0; vector < _vectors; vector++)
            {
                body(row, vector, new Address(pointer, vector * _set.VectorSize));
            }

            if (row + 1 < _rows)
            {
                _code.Add(pointer, stride);
            }
        }
    }
}
