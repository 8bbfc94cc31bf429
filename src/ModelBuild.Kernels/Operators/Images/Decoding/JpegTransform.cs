namespace ModelBuild.Kernels;

/// <summary>
/// The inverse cosine transform of 8 by 8 coefficients by Loeffler, Ligtenberg and Moschytz, in integers of 13 bits of fraction: the one that most decoders use, so
/// that pixels agree with theirs.
/// </summary>
internal static class JpegTransform
{
    private const int Fraction = 13;

    // Bits that the first of the two passes keeps.
    private const int Kept = 2;

    /// <summary>Writes a block of samples.</summary>
    /// <param name="coefficients">64 in natural order.</param>
    /// <param name="quantization">64 in natural order.</param>
    /// <param name="samples">Where the block starts.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    public static void Run(ReadOnlySpan<short> coefficients, ReadOnlySpan<ushort> quantization, Span<byte> samples, int stride)
    {
        Span<int> work = stackalloc int[64];
        for (int i = 0; i < 64; i++)
        {
            work[i] = coefficients[i] * quantization[i];
        }

        for (int i = 0; i < 8; i++)
        {
            Pass(work, i, 8, Fraction - Kept);
        }

        for (int i = 0; i < 8; i++)
        {
            Pass(work, 8 * i, 1, Fraction + Kept + 3);
            for (int j = 0; j < 8; j++)
            {
                samples[(i * stride) + j] = (byte)Math.Clamp(work[(8 * i) + j] + 128, 0, 255);
            }
        }
    }

    private static void Pass(Span<int> v, int start, int step, int shift)
    {
        int common = (v[start + (2 * step)] + v[start + (6 * step)]) * 4433;
        int even2 = common - (v[start + (6 * step)] * 15137);
        int even3 = common + (v[start + (2 * step)] * 6270);
        int even0 = (v[start] + v[start + (4 * step)]) << Fraction;
        int even1 = (v[start] - v[start + (4 * step)]) << Fraction;
        int odd0 = v[start + (7 * step)];
        int odd1 = v[start + (5 * step)];
        int odd2 = v[start + (3 * step)];
        int odd3 = v[start + step];
        int z1 = (odd0 + odd3) * -7373;
        int z2 = (odd1 + odd2) * -20995;
        int z5 = (odd0 + odd2 + odd1 + odd3) * 9633;
        int z3 = ((odd0 + odd2) * -16069) + z5;
        int z4 = ((odd1 + odd3) * -3196) + z5;
        odd0 = (odd0 * 2446) + z1 + z3;
        odd1 = (odd1 * 16819) + z2 + z4;
        odd2 = (odd2 * 25172) + z2 + z3;
        odd3 = (odd3 * 12299) + z1 + z4;
        Write(v, start, start + (7 * step), even0 + even3, odd3, shift);
        Write(v, start + step, start + (6 * step), even1 + even2, odd2, shift);
        Write(v, start + (2 * step), start + (5 * step), even1 - even2, odd1, shift);
        Write(v, start + (3 * step), start + (4 * step), even0 - even3, odd0, shift);
    }

    private static void Write(Span<int> v, int first, int last, int even, int odd, int shift)
    {
        int half = 1 << (shift - 1);
        v[first] = (even + odd + half) >> shift;
        v[last] = (even - odd + half) >> shift;
    }
}
