using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Encoding;

namespace ModelBuild.Kernels.Assembler.Elementwise;

/// <summary>
/// Writes the loop of a traced function, which takes a <see cref="UnaryTile"/>. Each operation gets a register that is free; constants stay in memory behind
/// the code.
/// </summary>
internal sealed class TraceEmitter
{
    private const int XField = 0, YField = 8, LengthField = 16, LanesField = 24, AlphaField = 32, BetaField = 36;
    private const int VirtualLanes = UnaryMicrokernels.Lanes;

    private readonly Encoder _code;
    private readonly InstructionSet _set;
    private readonly Trace _trace;
    private readonly int[] _lastUse;
    private readonly int[] _registers;
    private readonly Stack<int> _free = new();
    private readonly Dictionary<int, Label> _constants = [];
    private readonly int _sums;

    private TraceEmitter(Encoder code, InstructionSet set, Trace trace, bool isSumming)
    {
        _code = code;
        _set = set;
        _trace = trace;
        _sums = isSumming ? VirtualLanes * sizeof(float) / set.VectorSize : 0;
        _registers = new int[trace.Nodes.Count];
        _lastUse = new int[trace.Nodes.Count];
        for (int i = 0; i < trace.Nodes.Count; i++)
        {
            TraceNode node = trace.Nodes[i];
            Use(node.A, i);
            Use(node.B, i);
            Use(node.C, i);
            if (trace.Nodes[i].Operation == TraceOperation.Constant)
            {
                _constants.Add(i, code.NewLabel());
            }
        }

        // Parameters are read in each round, the result after all.
        _lastUse[trace.Result] = int.MaxValue;
    }

    private int Lanes => _set.VectorSize / sizeof(float);

    /// <summary>Writes one.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="convention">How it is called.</param>
    /// <param name="set">With which instructions.</param>
    /// <param name="trace">The function.</param>
    /// <param name="isSumming">Whether results are added up in lanes.</param>
    public static void Emit(Encoder code, CallingConvention convention, InstructionSet set, Trace trace, bool isSumming)
    {
        var emitter = new TraceEmitter(code, set, trace, isSumming);
        KernelFrame frame = KernelFrame.Enter(code, convention, 4, set.VectorRegisters);
        emitter.Loop();
        frame.Leave();
        emitter.Constants();
    }

    private static Address Field(int offset) => new(KernelFrame.Arguments, offset);

    private VectorRegister Vector(int number) => new(number, _set.Width);

    private void Loop()
    {
        Register x = KernelFrame.Registers[0], y = KernelFrame.Registers[1], length = KernelFrame.Registers[2], lanes = KernelFrame.Registers[3];
        int parameters = 0;
        foreach (TraceOperation operation in (TraceOperation[])[TraceOperation.Alpha, TraceOperation.Beta])
        {
            int node = Find(operation);
            if (_lastUse[node] > 0)
            {
                _registers[node] = _sums + parameters++;
                _code.Vector(VectorInstructions.Broadcast, Vector(_registers[node]), Field(operation == TraceOperation.Alpha ? AlphaField : BetaField));
                _lastUse[node] = int.MaxValue;
            }
        }

        for (int i = _set.VectorRegisters - 1; i >= _sums + parameters; i--)
        {
            _free.Push(i);
        }

        int[] all = [.. _free];
        _code.Load(x, Field(XField));
        _code.Load(y, Field(YField));
        _code.Load(length, Field(LengthField));
        if (_sums > 0)
        {
            _code.Load(lanes, Field(LanesField));
            Sums(sum => _code.Vector(VectorInstructions.Move, Vector(sum), new Address(lanes, sum * _set.VectorSize)));
        }

        int rounds = Math.Max(1, _sums);
        _code.Align(32);
        Label top = _code.Here();
        for (int round = 0; round < rounds; round++)
        {
            VectorRegister result = Round(new Address(x, round * _set.VectorSize));
            _code.Store(new Address(y, round * _set.VectorSize), result);
            if (_sums > 0)
            {
                _code.Vector(VectorInstructions.Add, Vector(round), Vector(round), result);
            }

            _free.Clear();
            foreach (int register in all.Reverse())
            {
                _free.Push(register);
            }
        }

        _code.Add(x, rounds * _set.VectorSize);
        _code.Add(y, rounds * _set.VectorSize);
        _code.Subtract(length, rounds * Lanes);
        _code.Jump(Condition.NotEqual, top);
        Sums(sum => _code.Store(new Address(lanes, sum * _set.VectorSize), Vector(sum)));
    }

    private void Sums(Action<int> body)
    {
        for (int sum = 0; sum < _sums; sum++)
        {
            body(sum);
        }
    }

    private int Find(TraceOperation operation)
    {
        for (int i = 0; i < _trace.Nodes.Count; i++)
        {
            if (_trace.Nodes[i].Operation == operation)
            {
                return i;
            }
        }

        return -1;
    }

    // All operations for one vector.
    private VectorRegister Round(Address source)
    {
        for (int i = 0; i < _trace.Nodes.Count; i++)
        {
            TraceNode node = _trace.Nodes[i];
            switch (node.Operation)
            {
                case TraceOperation.Constant:
                case TraceOperation.Alpha:
                case TraceOperation.Beta:
                    continue;
                case TraceOperation.Input:
                    _registers[i] = Take();
                    _code.Vector(VectorInstructions.Move, Vector(_registers[i]), source);
                    break;
                default:
                    Operation(i, node);
                    break;
            }

            Release(node.A, i);
            if (node.B != node.A)
            {
                Release(node.B, i);
            }

            if (node.C != node.A && node.C != node.B)
            {
                Release(node.C, i);
            }
        }

        return Operand(_trace.Result);
    }

    private void Use(int node, int user)
    {
        if (node >= 0)
        {
            _lastUse[node] = user;
        }
    }

    private int Take() => _free.Count > 0 ? _free.Pop() : throw new InvalidOperationException("The function needs more registers than there are.");

    private void Release(int node, int user)
    {
        if (node >= 0 && _lastUse[node] == user && !_constants.ContainsKey(node))
        {
            _free.Push(_registers[node]);
        }
    }

    private void Operation(int i, TraceNode node)
    {
        switch (node.Operation)
        {
            case TraceOperation.Add:
                Commutative(i, VectorInstructions.Add, node);
                break;
            case TraceOperation.Multiply:
                Commutative(i, VectorInstructions.Multiply, node);
                break;
            case TraceOperation.And:
                Commutative(i, VectorInstructions.And, node);
                break;
            case TraceOperation.Or:
                Commutative(i, VectorInstructions.Or, node);
                break;
            case TraceOperation.Xor:
                Commutative(i, VectorInstructions.Xor, node);
                break;
            case TraceOperation.AddBits:
                Commutative(i, VectorInstructions.AddInt32, node);
                break;
            case TraceOperation.Subtract:
                Binary(i, VectorInstructions.Subtract, node.A, node.B);
                break;
            case TraceOperation.Divide:
                Binary(i, VectorInstructions.Divide, node.A, node.B);
                break;
            case TraceOperation.Max:
                Binary(i, VectorInstructions.Max, node.A, node.B);
                break;
            case TraceOperation.Min:
                Binary(i, VectorInstructions.Min, node.A, node.B);
                break;
            case TraceOperation.SubtractBits:
                Binary(i, VectorInstructions.SubtractInt32, node.A, node.B);
                break;
            case TraceOperation.SquareRoot:
                Unary(i, node, (to, from) => _code.Vector(VectorInstructions.SquareRoot, to, from));
                break;
            case TraceOperation.Round:
                Unary(i, node, (to, from) => _code.Vector(VectorInstructions.Round, to, from, 8));
                break;
            case TraceOperation.Floor:
                Unary(i, node, (to, from) => _code.Vector(VectorInstructions.Round, to, from, 9));
                break;
            case TraceOperation.ToFloat:
                Unary(i, node, (to, from) => _code.Vector(VectorInstructions.ToFloat, to, from));
                break;
            case TraceOperation.ShiftLeft:
                Unary(i, node, (to, from) => _code.ShiftLeft(to, from, node.Bits));
                break;
            case TraceOperation.ShiftRight:
                Unary(i, node, (to, from) => _code.ShiftRight(to, from, node.Bits));
                break;
            case TraceOperation.Less:
            case TraceOperation.Equal:
                Comparison(i, node, node.Operation == TraceOperation.Less ? 1 : 0);
                break;
            case TraceOperation.MultiplyAdd:
                MultiplyAdd(i, node);
                break;
            case TraceOperation.Select:
                Select(i, node);
                break;
            default:
                throw new NotSupportedException(node.Operation.ToString());
        }
    }

    private bool IsConstant(int node) => _constants.ContainsKey(node);

    // The register of an operand; a constant is loaded into one that the caller gives back with Release's counterpart below.
    private VectorRegister Operand(int node)
    {
        if (!IsConstant(node))
        {
            return Vector(_registers[node]);
        }

        VectorRegister register = Vector(Take());
        _code.Vector(VectorInstructions.Move, register, Address.Of(_constants[node]));
        return register;
    }

    private void GiveBack(int node, VectorRegister register)
    {
        if (IsConstant(node))
        {
            _free.Push(register.Number);
        }
    }

    private void Commutative(int i, VectorInstruction instruction, TraceNode node)
    {
        if (IsConstant(node.A) && !IsConstant(node.B))
        {
            Binary(i, instruction, node.B, node.A);
        }
        else
        {
            Binary(i, instruction, node.A, node.B);
        }
    }

    private void Binary(int i, VectorInstruction instruction, int a, int b)
    {
        VectorRegister left = Operand(a);
        _registers[i] = Take();
        if (IsConstant(b))
        {
            _code.Vector(instruction, Vector(_registers[i]), left, Address.Of(_constants[b]));
        }
        else
        {
            _code.Vector(instruction, Vector(_registers[i]), left, Operand(b));
        }

        GiveBack(a, left);
    }

    private void Unary(int i, TraceNode node, Action<VectorRegister, VectorRegister> write)
    {
        VectorRegister source = Operand(node.A);
        _registers[i] = Take();
        write(Vector(_registers[i]), source);
        GiveBack(node.A, source);
    }

    private void Comparison(int i, TraceNode node, int predicate)
    {
        VectorRegister left = Operand(node.A), right = Operand(node.B);
        _registers[i] = Take();
        if (_set == InstructionSet.Avx512)
        {
            _code.Compare(MaskRegister.K1, left, right, predicate);
            _code.Expand(Vector(_registers[i]), MaskRegister.K1);
        }
        else
        {
            _code.Vector(VectorInstructions.Compare, Vector(_registers[i]), left, right, predicate);
        }

        GiveBack(node.A, left);
        GiveBack(node.B, right);
    }

    // The instruction overwrites one of its operands: a copy of the addend, or of a factor when the addend is a constant.
    private void MultiplyAdd(int i, TraceNode node)
    {
        (int a, int b) = IsConstant(node.A) ? (node.B, node.A) : (node.A, node.B);
        VectorRegister factor = Operand(a);
        _registers[i] = Take();
        VectorRegister result = Vector(_registers[i]);
        if (IsConstant(node.C))
        {
            _code.Vector(VectorInstructions.Move, result, factor);
            VectorRegister other = Operand(b);
            _code.Vector(VectorInstructions.MultiplyAdd213, result, other, Address.Of(_constants[node.C]));
            GiveBack(b, other);
        }
        else
        {
            _code.Vector(VectorInstructions.Move, result, Operand(node.C));
            if (IsConstant(b))
            {
                _code.Vector(VectorInstructions.MultiplyAdd231, result, factor, Address.Of(_constants[b]));
            }
            else
            {
                _code.Vector(VectorInstructions.MultiplyAdd231, result, factor, Operand(b));
            }
        }

        GiveBack(a, factor);
    }

    private void Select(int i, TraceNode node)
    {
        VectorRegister mask = Operand(node.A), whenTrue = Operand(node.B), whenFalse = Operand(node.C);
        _registers[i] = Take();
        VectorRegister result = Vector(_registers[i]);
        if (_set == InstructionSet.Avx512)
        {
            // Bit by bit: 11001010 chooses the middle source where the destination has a one.
            _code.Vector(VectorInstructions.Move, result, mask);
            _code.Vector(VectorInstructions.Ternary, result, whenTrue, whenFalse, 0b1100_1010);
        }
        else if (IsMask(node.A))
        {
            _code.Vector(VectorInstructions.Blend, result, whenFalse, whenTrue, mask.Number << 4);
        }
        else
        {
            VectorRegister chosen = Vector(Take());
            _code.Vector(VectorInstructions.And, chosen, mask, whenTrue);
            _code.Vector(VectorInstructions.AndNot, result, mask, whenFalse);
            _code.Vector(VectorInstructions.Or, result, result, chosen);
            _free.Push(chosen.Number);
        }

        GiveBack(node.A, mask);
        GiveBack(node.B, whenTrue);
        GiveBack(node.C, whenFalse);
    }

    private bool IsMask(int node) => _trace.Nodes[node] switch
    {
        { Operation: TraceOperation.Less or TraceOperation.Equal } => true,
        { Operation: TraceOperation.And or TraceOperation.Or or TraceOperation.Xor } logic => IsMask(logic.A) && IsMask(logic.B),
        _ => false,
    };

    private void Constants()
    {
        _code.Align(64);
        foreach ((int node, Label label) in _constants)
        {
            _code.Place(label);
            for (int lane = 0; lane < Lanes; lane++)
            {
                _code.Data((uint)_trace.Nodes[node].Bits);
            }
        }
    }
}
