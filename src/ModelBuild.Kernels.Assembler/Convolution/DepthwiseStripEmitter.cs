using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Encoding;

namespace ModelBuild.Kernels.Assembler.Convolution;

/// <summary>
/// Writes the depthwise microkernel that takes a <see cref="DepthwiseStrip"/>: tiles of some pixels by 16 channels along the strip, the last one drawn back so that
/// it is whole; a strip shorter than a tile goes pixel by pixel.
/// </summary>
internal sealed class DepthwiseStripEmitter
{
    private const int InputField = 0, WeightsField = 8, OffsetsField = 16, BiasField = 24, ResidualField = 32, OutputField = 40, PixelStrideField = 48, CountField = 56, TapsField = 60,
        ClampField = 64, MinimumField = 68, MaximumField = 72;

    private const int PixelBytes = 64;

    // The stride and its double are operands of an address; the pointer moves after so many pixels.
    private const int PerPointer = 3;

    private readonly Encoder _code;
    private readonly InstructionSet _set;
    private readonly Register _source = KernelFrame.Registers[0];
    private readonly Register _weight = KernelFrame.Registers[1];
    private readonly Register _tap = KernelFrame.Registers[2];
    private readonly Register _input = KernelFrame.Registers[3];
    private readonly Register _offsets = KernelFrame.Registers[4];
    private readonly Register _stride = KernelFrame.Registers[5];
    private readonly Register _left = KernelFrame.Registers[6];
    private readonly Register _output = KernelFrame.Registers[7];
    private readonly Register _residual = KernelFrame.Registers[8];

    private DepthwiseStripEmitter(Encoder code, InstructionSet set)
    {
        _code = code;
        _set = set;
    }

    private int Vectors => _set.VectorsPerPanel;

    /// <summary>Writes it.</summary>
    public static void Emit(Encoder code, CallingConvention convention, InstructionSet set, int pixels)
    {
        KernelFrame frame = KernelFrame.Enter(code, convention, 9, set.VectorRegisters);
        new DepthwiseStripEmitter(code, set).Strip(pixels);
        frame.Leave();
    }

    private static Address Field(int offset) => new(KernelFrame.Arguments, offset);

    private void Strip(int pixels)
    {
        Label singles = _code.NewLabel(), done = _code.NewLabel(), advance = _code.NewLabel();
        _code.Load(_input, Field(InputField));
        _code.Load(_residual, Field(ResidualField));
        _code.Load(_output, Field(OutputField));
        _code.Load(_stride, Field(PixelStrideField));
        _code.ShiftLeft(_stride, 2);
        _code.Load32(_left, Field(CountField));
        _code.Compare(_left, pixels);
        _code.Jump(Condition.Less, singles);
        Label tile = _code.Here();
        Tile(pixels);
        _code.Subtract(_left, pixels);
        _code.Jump(Condition.Equal, done);
        _code.Set(_weight, pixels);
        _code.Compare(_left, pixels);
        _code.Jump(Condition.GreaterOrEqual, advance);
        _code.Move(_weight, _left);
        _code.Set(_left, pixels);
        _code.Place(advance);
        _code.Move(_source, _weight);
        _code.Multiply(_source, _stride);
        _code.Add(_input, _source);
        _code.ShiftLeft(_weight, 6);
        _code.Add(_output, _weight);
        _code.Add(_residual, _weight);
        _code.Jump(tile);
        _code.Place(singles);
        Tile(1);
        _code.Add(_input, _stride);
        _code.Add(_output, PixelBytes);
        _code.Add(_residual, PixelBytes);
        _code.Subtract(_left, 1);
        _code.Jump(Condition.NotEqual, singles);
        _code.Place(done);
    }

    private VectorRegister Vector(int number) => new(number, _set.Width);

    private void Tile(int pixels)
    {
        int free = pixels * Vectors;
        VectorRegister Sum(int pixel, int vector) => Vector((pixel * Vectors) + vector);
        Label noResidual = _code.NewLabel(), noClamp = _code.NewLabel();
        _code.Load(_source, Field(BiasField));
        Each(pixels, (pixel, vector) =>
        {
            if (pixel == 0)
            {
                _code.Vector(VectorInstructions.Move, Sum(0, vector), new Address(_source, vector * _set.VectorSize));
            }
            else
            {
                _code.Vector(VectorInstructions.Move, Sum(pixel, vector), Sum(0, vector));
            }
        });
        _code.Load32(_tap, Field(TapsField));
        _code.Load(_weight, Field(WeightsField));
        _code.Load(_offsets, Field(OffsetsField));
        _code.Align(32);
        Label tap = _code.Here();
        _code.Load(_source, new Address(_offsets));
        _code.LoadAddress(_source, new Address(_input, 0, _source, sizeof(float)));
        for (int vector = 0; vector < Vectors; vector++)
        {
            _code.Vector(VectorInstructions.Move, Vector(free + vector), new Address(_weight, vector * _set.VectorSize));
        }

        for (int pixel = 0; pixel < pixels; pixel++)
        {
            if (pixel > 0 && pixel % PerPointer == 0)
            {
                _code.LoadAddress(_source, new Address(_source, 0, _stride, 2));
                _code.Add(_source, _stride);
            }

            for (int vector = 0; vector < Vectors; vector++)
            {
                int place = vector * _set.VectorSize, multiple = pixel % PerPointer;
                _code.Vector(VectorInstructions.MultiplyAdd231, Sum(pixel, vector), Vector(free + vector), multiple == 0 ? new Address(_source, place) : new Address(_source, place, _stride, multiple));
            }
        }

        _code.Add(_offsets, sizeof(long));
        _code.Add(_weight, PixelBytes);
        _code.Subtract(_tap, 1);
        _code.Jump(Condition.NotEqual, tap);
        _code.Load(_source, Field(ResidualField));
        _code.Test(_source, _source);
        _code.Jump(Condition.Equal, noResidual);
        Each(pixels, (pixel, vector) => _code.Vector(VectorInstructions.Add, Sum(pixel, vector), Sum(pixel, vector), new Address(_residual, (pixel * PixelBytes) + (vector * _set.VectorSize))));
        _code.Place(noResidual);
        _code.Load32(_source, Field(ClampField));
        _code.Test(_source, _source);
        _code.Jump(Condition.Equal, noClamp);
        _code.Vector(VectorInstructions.Broadcast, Vector(free), Field(MinimumField));
        _code.Vector(VectorInstructions.Broadcast, Vector(free + 1), Field(MaximumField));
        Each(pixels, (pixel, vector) =>
        {
            // The second source is the result when the first one is not greater or less: NaN passes.
            _code.Vector(VectorInstructions.Max, Sum(pixel, vector), Vector(free), Sum(pixel, vector));
            _code.Vector(VectorInstructions.Min, Sum(pixel, vector), Vector(free + 1), Sum(pixel, vector));
        });
        _code.Place(noClamp);
        Each(pixels, (pixel, vector) => _code.Store(new Address(_output, (pixel * PixelBytes) + (vector * _set.VectorSize)), Sum(pixel, vector)));
    }

    private void Each(int pixels, Action<int, int> body)
    {
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            for (int vector = 0; vector < Vectors; vector++)
            {
                body(pixel, vector);
            }
        }
    }
}
