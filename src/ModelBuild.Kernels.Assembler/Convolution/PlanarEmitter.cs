using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Encoding;

namespace ModelBuild.Kernels.Assembler.Convolution;

/// <summary>Writes the microkernel of convolutions that read NCHW and takes a <see cref="PlanarConvolutionTile"/>: some pixels by one panel of 16 output channels.</summary>
internal sealed class PlanarEmitter
{
    private const int InputField = 0, WeightsField = 8, PixelsField = 16, OffsetsField = 24, DepthField = 56;
    private const int Unrolled = 4;

    private readonly Encoder _code;
    private readonly InstructionSet _set;
    private readonly SumRegisters _sums;
    private readonly Register _weights;
    private readonly Register _offsets;
    private readonly Register _depth;
    private readonly Register _offset;
    private readonly Register[] _sources;
    private readonly int _registers;

    private PlanarEmitter(Encoder code, InstructionSet set, int pixels)
    {
        _code = code;
        _set = set;
        _sums = new SumRegisters(code, set, pixels, 1);
        int next = 0;
        _weights = KernelFrame.Registers[next++];
        _offsets = KernelFrame.Registers[next++];
        _depth = KernelFrame.Registers[next++];
        _offset = KernelFrame.Registers[next++];
        _sources = new Register[pixels];
        for (int i = 0; i < pixels; i++)
        {
            _sources[i] = KernelFrame.Registers[next++];
        }

        _registers = next;
    }

    /// <summary>Writes it.</summary>
    public static void Emit(Encoder code, CallingConvention convention, InstructionSet set, int pixels)
    {
        var emitter = new PlanarEmitter(code, set, pixels);
        KernelFrame frame = KernelFrame.Enter(code, convention, emitter._registers, set.VectorRegisters);
        emitter._sums.Start(TileFields.Planar);
        emitter.Loop();
        emitter._sums.Finish(TileFields.Planar);
        frame.Leave();
    }

    private static Address Field(int offset) => new(KernelFrame.Arguments, offset);

    private void Loop()
    {
        Label rest = _code.NewLabel(), done = _code.NewLabel();
        _code.Load(_weights, Field(PixelsField));
        _code.Load(_offset, Field(InputField));
        for (int pixel = 0; pixel < _sources.Length; pixel++)
        {
            _code.Load(_sources[pixel], new Address(_weights, sizeof(long) * pixel));
            _code.LoadAddress(_sources[pixel], new Address(_offset, 0, _sources[pixel], sizeof(float)));
        }

        _code.Load(_weights, Field(WeightsField));
        _code.Load(_offsets, Field(OffsetsField));
        _code.Load(_depth, Field(DepthField));
        _code.Subtract(_depth, Unrolled);
        _code.Jump(Condition.Less, rest);
        _code.Align(32);
        Label top = _code.Here();
        for (int step = 0; step < Unrolled; step++)
        {
            Step(step);
        }

        Advance(Unrolled);
        _code.Subtract(_depth, Unrolled);
        _code.Jump(Condition.GreaterOrEqual, top);
        _code.Place(rest);
        _code.Add(_depth, Unrolled);
        _code.Jump(Condition.Equal, done);
        Label single = _code.Here();
        Step(0);
        Advance(1);
        _code.Subtract(_depth, 1);
        _code.Jump(Condition.NotEqual, single);
        _code.Place(done);
    }

    private void Advance(int steps)
    {
        _code.Add(_weights, 64 * steps);
        _code.Add(_offsets, sizeof(long) * steps);
    }

    private void Step(int step)
    {
        int vectors = _sums.Vectors;
        _code.Load(_offset, new Address(_offsets, sizeof(long) * step));
        for (int vector = 0; vector < vectors; vector++)
        {
            _code.Vector(VectorInstructions.Move, _sums.Free(vector), new Address(_weights, (64 * step) + (vector * _set.VectorSize)));
        }

        for (int pixel = 0; pixel < _sources.Length; pixel++)
        {
            var place = new Address(_sources[pixel], 0, _offset, sizeof(float));
            if (vectors == 1)
            {
                _code.Vector(VectorInstructions.MultiplyAdd231, _sums[pixel, 0], _sums.Free(0), place, broadcast: true);
                continue;
            }

            VectorRegister x = _sums.Free(vectors + (pixel % 2));
            _code.Vector(VectorInstructions.Broadcast, x, place);
            for (int vector = 0; vector < vectors; vector++)
            {
                _code.Vector(VectorInstructions.MultiplyAdd231, _sums[pixel, vector], _sums.Free(vector), x);
            }
        }
    }
}
