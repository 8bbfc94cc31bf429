namespace ModelBuild.Kernels;

/// <summary>
/// Floats of 8 and 4 bits: OCP FP8 (E4M3FN, E5M2), the variants with one zero and one NaN (FNUZ), and the elements and scales of the OCP
/// microscaling formats (E2M1, E8M0).
/// </summary>
internal static class NarrowFloats
{
    private static readonly Format E4M3FN = new(4, 3, 7, Largest: 0x7E, Infinity: 0x7F, NaN: 0x7F, HasNegativeZero: true);
    private static readonly Format E4M3FNUZ = new(4, 3, 8, Largest: 0x7F, Infinity: 0x80, NaN: 0x80, HasNegativeZero: false);
    private static readonly Format E5M2 = new(5, 2, 15, Largest: 0x7B, Infinity: 0x7C, NaN: 0x7E, HasNegativeZero: true);
    private static readonly Format E5M2FNUZ = new(5, 2, 16, Largest: 0x7F, Infinity: 0x80, NaN: 0x80, HasNegativeZero: false);
    private static readonly Format E2M1 = new(2, 1, 1, Largest: 7, Infinity: 7, NaN: 8, HasNegativeZero: true);

    /// <summary>Whether the type is one of these.</summary>
    public static bool Is(TensorElementType type) => type is TensorElementType.Float8E4M3FN or TensorElementType.Float8E4M3FNUZ or TensorElementType.Float8E5M2
        or TensorElementType.Float8E5M2FNUZ or TensorElementType.Float4E2M1 or TensorElementType.Float8E8M0;

    /// <summary>The number that a bit pattern stands for.</summary>
    /// <param name="type">One of these types.</param>
    /// <param name="bits">Pattern.</param>
    public static float Decode(TensorElementType type, int bits) => type switch
    {
        TensorElementType.Float8E4M3FN => (bits & 0x7F) == 0x7F ? float.NaN : E4M3FN.Decode(bits),
        TensorElementType.Float8E4M3FNUZ => bits == 0x80 ? float.NaN : E4M3FNUZ.Decode(bits),
        TensorElementType.Float8E5M2 => (bits & 0x7F) < 0x7C ? E5M2.Decode(bits)
            : (bits & 0x7F) > 0x7C ? float.NaN : bits == 0x7C ? float.PositiveInfinity : float.NegativeInfinity,
        TensorElementType.Float8E5M2FNUZ => bits == 0x80 ? float.NaN : E5M2FNUZ.Decode(bits),
        TensorElementType.Float4E2M1 => E2M1.Decode(bits),
        TensorElementType.Float8E8M0 => bits == 0xFF ? float.NaN : MathF.ScaleB(1, bits - 127),
        _ => throw new KernelException($"{type} is no float of 8 bits or less."),
    };

    /// <summary>The bit pattern of a number, rounded to nearest, ties to even.</summary>
    /// <param name="type">One of these types.</param>
    /// <param name="value">Number.</param>
    /// <param name="saturate">Whether what is too large becomes the largest number, and not infinity or NaN.</param>
    /// <param name="roundMode">Direction for E8M0.</param>
    public static byte Encode(TensorElementType type, double value, bool saturate, ScaleRounding roundMode = ScaleRounding.Up) => type switch
    {
        TensorElementType.Float8E4M3FN => E4M3FN.Encode(value, saturate),
        TensorElementType.Float8E4M3FNUZ => E4M3FNUZ.Encode(value, saturate),
        TensorElementType.Float8E5M2 => E5M2.Encode(value, saturate),
        TensorElementType.Float8E5M2FNUZ => E5M2FNUZ.Encode(value, saturate),
        TensorElementType.Float4E2M1 => E2M1.Encode(value, true),
        TensorElementType.Float8E8M0 => EncodeScale(value, saturate, roundMode),
        _ => throw new KernelException($"{type} is no float of 8 bits or less."),
    };

    private static byte EncodeScale(double value, bool saturate, ScaleRounding roundMode)
    {
        const byte notANumber = 0xFF;
        if (double.IsNaN(value) || value < 0)
        {
            return notANumber;
        }

        if (value == 0)
        {
            return 0;
        }

        if (double.IsInfinity(value))
        {
            return saturate ? (byte)0xFE : notANumber;
        }

        int exponent = Math.ILogB(value);
        double mantissa = Math.ScaleB(value, -exponent);
        exponent += roundMode switch
        {
            ScaleRounding.Up => mantissa > 1 ? 1 : 0,
            ScaleRounding.Nearest => mantissa >= 1.5 ? 1 : 0,
            _ => 0,
        };
        return exponent is >= -127 and <= 127 ? (byte)(exponent + 127) : !saturate ? notANumber : exponent > 127 ? (byte)0xFE : (byte)0;
    }

    /// <summary>Layout of a float with sign, exponent and mantissa.</summary>
    private sealed record Format(int ExponentBits, int MantissaBits, int Bias, int Largest, int Infinity, int NaN, bool HasNegativeZero)
    {
        private int SignBit => 1 << (ExponentBits + MantissaBits);

        public float Decode(int bits)
        {
            int mantissa = bits & ((1 << MantissaBits) - 1);
            int exponent = (bits >> MantissaBits) & ((1 << ExponentBits) - 1);
            float magnitude = exponent == 0
                ? MathF.ScaleB(mantissa, 1 - Bias - MantissaBits)
                : MathF.ScaleB(mantissa + (1 << MantissaBits), exponent - Bias - MantissaBits);
            return (bits & SignBit) != 0 ? -magnitude : magnitude;
        }

        public byte Encode(double value, bool saturate)
        {
            if (double.IsNaN(value))
            {
                return (byte)NaN;
            }

            int sign = double.IsNegative(value) ? SignBit : 0;
            int magnitude = Magnitude(Math.Abs(value));
            if (magnitude > Largest)
            {
                // A format without infinity has one NaN for both signs where it has no negative zero.
                return saturate ? (byte)(sign | Largest) : (byte)(sign | Infinity);
            }

            return magnitude == 0 && !HasNegativeZero ? (byte)0 : (byte)(sign | magnitude);
        }

        // The pattern counts up with the number, so that rounding up to the next power of two carries into the exponent by itself.
        private int Magnitude(double value)
        {
            int smallest = 1 - Bias;
            if (value == 0)
            {
                return 0;
            }

            int exponent = double.IsInfinity(value) ? int.MaxValue : Math.Max(Math.ILogB(value), smallest);
            return exponent > Bias + 1
                ? int.MaxValue
                : ((exponent - smallest) << MantissaBits) + (int)Math.Round(Math.ScaleB(value, MantissaBits - exponent));
        }
    }
}
