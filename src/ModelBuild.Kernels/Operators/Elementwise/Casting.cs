using System.Globalization;
using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>Conversions between element types.</summary>
public static unsafe class Casting
{
    // Elements that are converted at a time; a multiple of 4, so that each run starts a byte of packed elements too.
    private const int Run = 512;

    /// <summary>Converts every element. Between texts and numbers too.</summary>
    /// <param name="input">Elements of any type but complex ones.</param>
    /// <param name="output">Result.</param>
    /// <param name="to">Type to convert to: a number of <see cref="TensorElementType"/>.</param>
    /// <param name="saturate">For floats of 8 bits: whether what is too large becomes the largest number, and not infinity or NaN.</param>
    /// <param name="roundMode">For E8M0: <c>up</c>, <c>down</c> or <c>nearest</c>.</param>
    /// <remarks>
    /// Floats become integers cut towards zero. Types of 32 and 64 bits take their nearest number for what is too large and 0 for NaN; narrower ones the low bits
    /// of that 32-bit number.
    /// </remarks>
    /// <exception cref="KernelException">A type has no conversion, or a text is no number.</exception>
    public static void Cast(TensorValue input, [Output] TensorValue output, long to, long saturate = 1, string roundMode = "up") =>
        Convert(input, output, (TensorElementType)to, saturate != 0, roundMode);

    /// <summary>Converts every element to the type of another tensor.</summary>
    /// <param name="input">Elements of any type but complex ones.</param>
    /// <param name="targetType">Tensor of the type to convert to; its elements are not read.</param>
    /// <param name="output">Result.</param>
    /// <param name="saturate">For floats of 8 bits: whether what is too large becomes the largest number, and not infinity or NaN.</param>
    /// <param name="roundMode">For E8M0: <c>up</c>, <c>down</c> or <c>nearest</c>.</param>
    /// <exception cref="KernelException">A type has no conversion, or a text is no number.</exception>
    public static void CastLike(TensorValue input, TensorValue targetType, [Output] TensorValue output, long saturate = 1, string roundMode = "up") =>
        Convert(input, output, targetType.ElementType, saturate != 0, roundMode);

    /// <summary>The same bits as another type of the same size.</summary>
    /// <param name="input">Elements of any type but texts.</param>
    /// <param name="output">Result.</param>
    /// <param name="to">Type to show the bits as: a number of <see cref="TensorElementType"/>.</param>
    /// <exception cref="KernelException">The sizes differ.</exception>
    public static void BitCast(TensorValue input, [Output] TensorValue output, long to)
    {
        TensorElementType type = (TensorElementType)to;
        int bits = Elements.Bits(type);
        if (bits == 0 || bits != Elements.Bits(input.ElementType))
        {
            throw new KernelException($"The bits of {input} are no {type}.");
        }

        output.Resize(type, input.Shape);
        Buffer.MemoryCopy(input.Data, output.Data, output.ByteLength, output.ByteLength);
    }

    private static void Convert(TensorValue input, TensorValue output, TensorElementType type, bool saturate, string roundMode)
    {
        ScaleRounding rounding = roundMode switch
        {
            "up" => ScaleRounding.Up,
            "down" => ScaleRounding.Down,
            "nearest" => ScaleRounding.Nearest,
            _ => throw new KernelException($"The rounding is up, down or nearest, not {roundMode}."),
        };
        if (type == input.ElementType)
        {
            output.CopyFrom(input);
        }
        else if (type == TensorElementType.String)
        {
            ToTexts(input, output);
        }
        else if (input.ElementType == TensorElementType.String)
        {
            FromTexts(input, output, type, saturate, rounding);
        }
        else
        {
            NumberReader.Kind(type);
            output.Resize(type, input.Shape);
            if (!ConvertDirectly(input, output))
            {
                ConvertRuns(input, output, saturate, rounding);
            }
        }
    }

    private static void ConvertRuns(TensorValue input, TensorValue output, bool saturate, ScaleRounding rounding)
    {
        NumberKind kind = NumberReader.Kind(input.ElementType);
        Span<long> integers = stackalloc long[Run];
        Span<double> reals = MemoryMarshal.Cast<long, double>(integers);
        for (long start = 0; start < input.Length; start += Run)
        {
            int count = (int)Math.Min(Run, input.Length - start);
            if (kind == NumberKind.Real)
            {
                NumberReader.ReadReals(input.ElementType, input.Data, start, reals[..count]);
                NumberWriter.WriteReals(output.ElementType, output.Data, start, reals[..count], saturate, rounding);
            }
            else
            {
                NumberReader.ReadIntegers(input.ElementType, input.Data, start, integers[..count]);
                NumberWriter.WriteIntegers(output.ElementType, output.Data, start, integers[..count], kind == NumberKind.Unsigned, saturate, rounding);
            }
        }
    }

    // The pairs that models convert in quantity, without the detour; what they give is the same.
    private static bool ConvertDirectly(TensorValue input, TensorValue output)
    {
        long length = input.Length;
        switch (input.ElementType, output.ElementType)
        {
            case (TensorElementType.Int64, TensorElementType.Float32):
                for (long i = 0; i < length; i++)
                {
                    output.Pointer<float>()[i] = input.Pointer<long>()[i];
                }

                return true;
            case (TensorElementType.Int32, TensorElementType.Float32):
                for (long i = 0; i < length; i++)
                {
                    output.Pointer<float>()[i] = input.Pointer<int>()[i];
                }

                return true;
            case (TensorElementType.UInt8, TensorElementType.Float32):
                for (long i = 0; i < length; i++)
                {
                    output.Pointer<float>()[i] = input.Data[i];
                }

                return true;
            case (TensorElementType.Bool, TensorElementType.Float32):
                for (long i = 0; i < length; i++)
                {
                    output.Pointer<float>()[i] = input.Data[i] != 0 ? 1 : 0;
                }

                return true;
            case (TensorElementType.Float32, TensorElementType.Int64):
                for (long i = 0; i < length; i++)
                {
                    output.Pointer<long>()[i] = (long)input.Pointer<float>()[i];
                }

                return true;
            case (TensorElementType.Float32, TensorElementType.Float16):
            case (TensorElementType.Float32, TensorElementType.BFloat16):
                HalfPrecision.Narrow(input, output, output.ElementType);
                return true;
            default:
                return false;
        }
    }

    private static void ToTexts(TensorValue input, TensorValue output)
    {
        NumberKind kind = NumberReader.Kind(input.ElementType);
        output.Resize(TensorElementType.String, input.Shape);
        Span<string> texts = output.Strings;
        bool isSingle = input.ElementType != TensorElementType.Float64;
        double real = 0;
        long integer = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            if (kind == NumberKind.Real)
            {
                NumberReader.ReadReals(input.ElementType, input.Data, i, new Span<double>(ref real));
                texts[i] = NumberText.Format(real, isSingle);
            }
            else
            {
                NumberReader.ReadIntegers(input.ElementType, input.Data, i, new Span<long>(ref integer));
                texts[i] = kind == NumberKind.Unsigned ? ((ulong)integer).ToString(CultureInfo.InvariantCulture) : integer.ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    private static void FromTexts(TensorValue input, TensorValue output, TensorElementType type, bool saturate, ScaleRounding rounding)
    {
        NumberKind kind = NumberReader.Kind(type);
        output.Resize(type, input.Shape);
        Span<string> texts = input.Strings;
        Span<long> integers = stackalloc long[Run];
        Span<double> reals = MemoryMarshal.Cast<long, double>(integers);
        for (int start = 0; start < texts.Length; start += Run)
        {
            int count = Math.Min(Run, texts.Length - start);
            for (int i = 0; i < count; i++)
            {
                string text = texts[start + i];
                if (kind == NumberKind.Real)
                {
                    reals[i] = NumberText.ParseReal(text, type == TensorElementType.Float32);
                }
                else
                {
                    integers[i] = type == TensorElementType.Bool ? NumberText.ParseTruth(text) ? 1 : 0 : NumberText.ParseInteger(text);
                }
            }

            if (kind == NumberKind.Real)
            {
                NumberWriter.WriteReals(type, output.Data, start, reals[..count], saturate, rounding);
            }
            else
            {
                NumberWriter.WriteIntegers(type, output.Data, start, integers[..count], kind == NumberKind.Unsigned, saturate, rounding);
            }
        }
    }
}
