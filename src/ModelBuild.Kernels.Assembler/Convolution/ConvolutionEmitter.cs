using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Encoding;

namespace ModelBuild.Kernels.Assembler.Convolution;

/// <summary>
/// Writes the microkernels of convolutions that read NCHWc16 and take a <see cref="ConvolutionTile"/>: some pixels by one panel of 16 output channels, or by
/// two from the same input; and the depthwise one.
/// </summary>
internal sealed class ConvolutionEmitter
{
    private const int InputField = 0, WeightsField = 8, PixelsField = 16, ZeroField = 24, OutputField = 48, InputBlockStrideField = 56, WeightsPanelStrideField = 72,
        PixelStrideField = 88, BlocksField = 96, TapsField = 100;

    private readonly Encoder _code;
    private readonly InstructionSet _set;
    private readonly int _pixels;
    private readonly int _panels;
    private readonly SumRegisters _sums;
    private readonly Register _block;
    private readonly Register _weights;
    private readonly Register _secondWeights;
    private readonly Register _table;
    private readonly Register _taps;
    private readonly Register _blocks;
    private readonly Register[] _sources;
    private readonly int _registers;

    private ConvolutionEmitter(Encoder code, InstructionSet set, int pixels, int panels)
    {
        _code = code;
        _set = set;
        _pixels = pixels;
        _panels = panels;
        _sums = new SumRegisters(code, set, pixels, panels);
        int next = 2; // The first two serve the beginning and the end.
        Register Take() => KernelFrame.Registers[next++];
        _block = Take();
        _weights = Take();
        _table = Take();
        _taps = Take();
        _blocks = Take();
        _secondWeights = panels > 1 ? Take() : Register.None;
        _sources = new Register[pixels];
        int spare = 0;
        for (int i = 0; i < pixels; i++)
        {
            _sources[i] = next < KernelFrame.Registers.Length ? Take() : KernelFrame.Registers[spare++];
        }

        _registers = next;
    }

    /// <summary>Writes one whose sums go over all channels of the input blocks.</summary>
    public static void EmitDense(Encoder code, CallingConvention convention, InstructionSet set, int pixels, int panels)
    {
        var emitter = new ConvolutionEmitter(code, set, pixels, panels);
        KernelFrame frame = KernelFrame.Enter(code, convention, emitter._registers, set.VectorRegisters);
        emitter._sums.Start(TileFields.Blocked);
        emitter.Blocks();
        emitter._sums.Finish(TileFields.Blocked);
        frame.Leave();
    }

    /// <summary>Writes the depthwise one.</summary>
    public static void EmitDepthwise(Encoder code, CallingConvention convention, InstructionSet set, int pixels)
    {
        var emitter = new ConvolutionEmitter(code, set, pixels, 1);
        KernelFrame frame = KernelFrame.Enter(code, convention, emitter._registers, set.VectorRegisters);
        emitter._sums.Start(TileFields.Blocked);
        emitter.Depthwise();
        emitter._sums.Finish(TileFields.Blocked);
        frame.Leave();
    }

    private static Address Field(int offset) => new(KernelFrame.Arguments, offset);

    private void Blocks()
    {
        _code.Load(_block, Field(InputField));
        _code.Load(_weights, Field(WeightsField));
        if (_panels > 1)
        {
            _code.Load(_secondWeights, Field(WeightsPanelStrideField));
            _code.LoadAddress(_secondWeights, new Address(_weights, 0, _secondWeights, sizeof(float)));
        }

        _code.Load32(_blocks, Field(BlocksField));
        Label block = _code.Here();
        _code.Load(_table, Field(PixelsField));
        _code.Load32(_taps, Field(TapsField));
        _code.Align(32);
        Label tap = _code.Here();
        for (int pixel = 0; pixel < _pixels; pixel++)
        {
            Source(pixel, _sources[pixel]);
        }

        for (int channel = 0; channel < 16; channel++)
        {
            Channel(channel);
        }

        _code.Add(_weights, 16 * 64);
        if (_panels > 1)
        {
            _code.Add(_secondWeights, 16 * 64);
        }

        Next(_table, PixelStrideField, _sources[0]);
        _code.Subtract(_taps, 1);
        _code.Jump(Condition.NotEqual, tap);
        Next(_block, InputBlockStrideField, _sources[0]);
        _code.Subtract(_blocks, 1);
        _code.Jump(Condition.NotEqual, block);
    }

    // Moves a pointer by a stride that is counted in elements of four bytes.
    private void Next(Register pointer, int strideField, Register free)
    {
        _code.Load(free, Field(strideField));
        _code.LoadAddress(pointer, new Address(pointer, 0, free, sizeof(float)));
    }

    // Where a pixel's channels are; an index below zero means the zeros.
    private void Source(int pixel, Register source)
    {
        _code.LoadSigned32(source, new Address(_table, sizeof(int) * pixel));
        _code.ShiftLeft(source, 6); // Sets the sign flag; the address leaves it.
        _code.LoadAddress(source, new Address(_block, 0, source));
        _code.LoadIf(Condition.Negative, source, Field(ZeroField));
    }

    private void Channel(int channel)
    {
        int vectors = _sums.Vectors, perPanel = _set.VectorsPerPanel;
        for (int vector = 0; vector < vectors; vector++)
        {
            Register weights = vector < perPanel ? _weights : _secondWeights;
            _code.Vector(VectorInstructions.Move, _sums.Free(vector), new Address(weights, (64 * channel) + (vector % perPanel * _set.VectorSize)));
        }

        int spare = Math.Min(2, _set.VectorRegisters - (_pixels * vectors) - vectors);
        for (int pixel = 0; pixel < _pixels; pixel++)
        {
            var place = new Address(_sources[pixel], sizeof(float) * channel);
            if (vectors == 1)
            {
                _code.Vector(VectorInstructions.MultiplyAdd231, _sums[pixel, 0], _sums.Free(0), place, broadcast: true);
                continue;
            }

            VectorRegister x = _sums.Free(vectors + (pixel % spare));
            _code.Vector(VectorInstructions.Broadcast, x, place);
            for (int vector = 0; vector < vectors; vector++)
            {
                _code.Vector(VectorInstructions.MultiplyAdd231, _sums[pixel, vector], _sums.Free(vector), x);
            }
        }
    }

    private void Depthwise()
    {
        _code.Load(_block, Field(InputField));
        _code.Load(_weights, Field(WeightsField));
        _code.Load(_table, Field(PixelsField));
        _code.Load32(_taps, Field(TapsField));
        _code.Align(32);
        Label tap = _code.Here();
        for (int vector = 0; vector < _sums.Vectors; vector++)
        {
            _code.Vector(VectorInstructions.Move, _sums.Free(vector), new Address(_weights, vector * _set.VectorSize));
        }

        for (int pixel = 0; pixel < _pixels; pixel++)
        {
            Register source = _sources[pixel];
            Source(pixel, source);
            for (int vector = 0; vector < _sums.Vectors; vector++)
            {
                _code.Vector(VectorInstructions.MultiplyAdd231, _sums[pixel, vector], _sums.Free(vector), new Address(source, vector * _set.VectorSize));
            }
        }

        _code.Add(_weights, 64);
        Next(_table, PixelStrideField, _sources[0]);
        _code.Subtract(_taps, 1);
        _code.Jump(Condition.NotEqual, tap);
    }
}
