using ModelBuild.Kernels.Assembler.Emission;
using ModelBuild.Kernels.Assembler.Encoding;

namespace ModelBuild.Kernels.Assembler.Convolution;

/// <summary>Where a struct of arguments has what begins and ends a convolution's tile.</summary>
/// <param name="Bias">Offset of the pointer to the start values.</param>
/// <param name="Residual">Offset of the pointer to what is added.</param>
/// <param name="Output">Offset of the pointer to the output.</param>
/// <param name="OutputStride">Offset of the floats from pixel to pixel, or -1 where these are 16.</param>
/// <param name="PanelStride">Offset of the floats from panel to panel of the output.</param>
/// <param name="Count">Offset of the number of pixels that are stored.</param>
/// <param name="Clamp">Offset of the flag whether there are bounds.</param>
/// <param name="Minimum">Offset of the lower bound.</param>
/// <param name="Maximum">Offset of the upper bound.</param>
internal sealed record TileFields(int Bias, int Residual, int Output, int OutputStride, int PanelStride, int Count, int Clamp, int Minimum, int Maximum)
{
    /// <summary>Those of <see cref="ConvolutionTile"/>.</summary>
    public static TileFields Blocked { get; } = new(32, 40, 48, 64, 80, 104, 108, 112, 116);

    /// <summary>Those of <see cref="PlanarConvolutionTile"/>.</summary>
    public static TileFields Planar { get; } = new(32, 40, 48, -1, -1, 64, 68, 72, 76);
}

/// <summary>The sums of a convolution's tile, which stay in registers from its beginning to its end, and how they get their first values and are stored.</summary>
internal sealed class SumRegisters
{
    private readonly Encoder _code;
    private readonly InstructionSet _set;
    private readonly int _pixels;
    private readonly int _panels;

    public SumRegisters(Encoder code, InstructionSet set, int pixels, int panels)
    {
        Vectors = panels * set.VectorsPerPanel;
        _code = code;
        _set = set;
        _pixels = pixels;
        _panels = panels;
        int free = set.VectorRegisters - (pixels * Vectors);
        if (free < (Vectors == 1 ? 2 : Math.Max(2, Vectors + 1)))
        {
            throw new ArgumentException($"No registers for {pixels} pixels and {panels} panels.");
        }
    }

    /// <summary>Vectors of a pixel.</summary>
    public int Vectors { get; }

    /// <summary>The register of a pixel's vector.</summary>
    public VectorRegister this[int pixel, int vector] => new((pixel * Vectors) + vector, _set.Width);

    /// <summary>A register without a sum.</summary>
    public VectorRegister Free(int number) => new((_pixels * Vectors) + number, _set.Width);

    /// <summary>Gives the sums their first values: the bias, or what the output has. Uses the first five registers.</summary>
    public void Start(TileFields fields)
    {
        Register pointer = KernelFrame.Registers[0];
        Label fromOutput = _code.NewLabel(), ready = _code.NewLabel();
        _code.Load(pointer, Field(fields.Bias));
        _code.Test(pointer, pointer);
        _code.Jump(Condition.Equal, fromOutput);
        for (int vector = 0; vector < Vectors; vector++)
        {
            _code.Vector(VectorInstructions.Move, this[0, vector], new Address(pointer, vector * _set.VectorSize));
            for (int pixel = 1; pixel < _pixels; pixel++)
            {
                _code.Vector(VectorInstructions.Move, this[pixel, vector], this[0, vector]);
            }
        }

        _code.Jump(ready);
        _code.Place(fromOutput);
        // Pixels beyond the count are not there to be read.
        for (int pixel = 1; pixel < _pixels; pixel++)
        {
            for (int vector = 0; vector < Vectors; vector++)
            {
                _code.Zero(this[pixel, vector].Number < 16 ? VectorRegister.Xmm(this[pixel, vector].Number) : this[pixel, vector]);
            }
        }

        EachPixel(fields, fields.Output, (pixel, vector, place) => _code.Vector(VectorInstructions.Move, this[pixel, vector], place));
        _code.Place(ready);
    }

    /// <summary>Adds the residual, applies the bounds and stores. Uses the first five registers and two free vectors.</summary>
    public void Finish(TileFields fields)
    {
        Register flag = KernelFrame.Registers[0];
        Label noResidual = _code.NewLabel(), noClamp = _code.NewLabel();
        _code.Load(flag, Field(fields.Residual));
        _code.Test(flag, flag);
        _code.Jump(Condition.Equal, noResidual);
        EachPixel(fields, fields.Residual, (pixel, vector, place) => _code.Vector(VectorInstructions.Add, this[pixel, vector], this[pixel, vector], place));
        _code.Place(noResidual);
        _code.Load32(flag, Field(fields.Clamp));
        _code.Test(flag, flag);
        _code.Jump(Condition.Equal, noClamp);
        _code.Vector(VectorInstructions.Broadcast, Free(0), Field(fields.Minimum));
        _code.Vector(VectorInstructions.Broadcast, Free(1), Field(fields.Maximum));
        for (int pixel = 0; pixel < _pixels; pixel++)
        {
            for (int vector = 0; vector < Vectors; vector++)
            {
                // The second source is the result when the first one is not greater or less: NaN passes.
                _code.Vector(VectorInstructions.Max, this[pixel, vector], Free(0), this[pixel, vector]);
                _code.Vector(VectorInstructions.Min, this[pixel, vector], Free(1), this[pixel, vector]);
            }
        }

        _code.Place(noClamp);
        EachPixel(fields, fields.Output, (pixel, vector, place) => _code.Store(place, this[pixel, vector]));
    }

    private static Address Field(int offset) => new(KernelFrame.Arguments, offset);

    // Calls with the place of each vector of each pixel below the count.
    private void EachPixel(TileFields fields, int pointerField, Action<int, int, Address> body)
    {
        Register pointer = KernelFrame.Registers[0], second = KernelFrame.Registers[1], stride = KernelFrame.Registers[2], count = KernelFrame.Registers[3];
        Label done = _code.NewLabel();
        _code.Load(pointer, Field(pointerField));
        _code.Load32(count, Field(fields.Count));
        if (fields.OutputStride >= 0)
        {
            _code.Load(stride, Field(fields.OutputStride));
            _code.ShiftLeft(stride, 2);
        }

        if (_panels > 1)
        {
            _code.Load(second, Field(fields.PanelStride));
            _code.LoadAddress(second, new Address(pointer, 0, second, sizeof(float)));
        }

        for (int pixel = 0; pixel < _pixels; pixel++)
        {
            int constant = fields.OutputStride < 0 ? 64 * pixel : 0;
            for (int vector = 0; vector < Vectors; vector++)
            {
                Register start = vector < _set.VectorsPerPanel ? pointer : second;
                body(pixel, vector, new Address(start, constant + (vector % _set.VectorsPerPanel * _set.VectorSize)));
            }

            if (pixel + 1 == _pixels)
            {
                break;
            }

            _code.Compare(count, pixel + 1);
            _code.Jump(Condition.LessOrEqual, done);
            if (fields.OutputStride >= 0)
            {
                _code.Add(pointer, stride);
                if (_panels > 1)
                {
                    _code.Add(second, stride);
                }
            }
        }

        _code.Place(done);
    }
}
