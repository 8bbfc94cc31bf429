namespace ModelBuild.Kernels;

/// <summary>
/// The discrete Fourier transform of one length, in float64: radix 2 (Cooley and Tukey) where the length is a power of two, Bluestein's convolution with a chirp otherwise.
/// </summary>
internal unsafe ref struct FourierTransform : IDisposable
{
    private readonly long _length;
    private readonly long _padded;
    private readonly bool _inverse;
    private NativeBuffer<double> _roots;
    private NativeBuffer<double> _chirp;
    private NativeBuffer<double> _filter;
    private NativeBuffer<double> _work;

    /// <summary>Prepares transforms.</summary>
    /// <param name="length">Number of complex elements, at least 1.</param>
    /// <param name="inverse">Whether to transform back, which divides by the length.</param>
    public FourierTransform(long length, bool inverse)
    {
        if (length is < 1 or > 1L << 40)
        {
            throw new KernelException($"A Fourier transform can't have {length} elements.");
        }

        _length = length;
        _inverse = inverse;
        bool power = long.IsPow2(length);
        _padded = power ? length : (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)((2 * length) - 1));
        _roots = new NativeBuffer<double>(Math.Max(2, _padded));
        for (long i = 0; i < _padded / 2; i++)
        {
            (_roots.Pointer[(2 * i) + 1], _roots.Pointer[2 * i]) = Root(i, _padded);
        }

        if (!power)
        {
            _chirp = new NativeBuffer<double>(2 * length);
            _filter = new NativeBuffer<double>(2 * _padded);
            _work = new NativeBuffer<double>(2 * _padded);
            PrepareChirp();
        }
    }

    /// <summary>Transforms pairs of real and imaginary parts in place.</summary>
    public readonly void Run(double* values)
    {
        if (_inverse)
        {
            Conjugate(values, 1);
        }

        if (_padded == _length)
        {
            Radix2(values, _length);
        }
        else
        {
            Bluestein(values);
        }

        if (_inverse)
        {
            Conjugate(values, 1.0 / _length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _roots.Dispose();
        _chirp.Dispose();
        _filter.Dispose();
        _work.Dispose();
    }

    // exp(-2 pi i index / count). Quarters are exact, so that sums which cancel do so exactly.
    private static (double Sin, double Cos) Root(long index, long count)
    {
        long eighths = index * 8;
        if (eighths % count == 0 && eighths / count % 2 == 0)
        {
            return (eighths / count / 2 % 4) switch
            {
                0 => (0, 1),
                1 => (-1, 0),
                2 => (0, -1),
                _ => (1, 0),
            };
        }

        (double sin, double cos) = Math.SinCos(-2 * Math.PI * index / count);
        return (sin, cos);
    }

    private readonly void Conjugate(double* values, double factor)
    {
        for (long i = 0; i < _length; i++)
        {
            values[2 * i] *= factor;
            values[(2 * i) + 1] *= -factor;
        }
    }

    private readonly void Radix2(double* values, long length)
    {
        for (long i = 1, j = 0; i < length; i++)
        {
            long bit = length >> 1;
            for (; (j & bit) != 0; bit >>= 1)
            {
                j ^= bit;
            }

            j ^= bit;
            if (i < j)
            {
                (values[2 * i], values[2 * j]) = (values[2 * j], values[2 * i]);
                (values[(2 * i) + 1], values[(2 * j) + 1]) = (values[(2 * j) + 1], values[(2 * i) + 1]);
            }
        }

        for (long half = 1; half < length; half *= 2)
        {
            long step = length / (2 * half);
            for (long start = 0; start < length; start += 2 * half)
            {
                for (long k = 0; k < half; k++)
                {
                    double cos = _roots.Pointer[2 * k * step];
                    double sin = _roots.Pointer[(2 * k * step) + 1];
                    double* a = values + (2 * (start + k));
                    double* b = a + (2 * half);
                    double re = (b[0] * cos) - (b[1] * sin);
                    double im = (b[0] * sin) + (b[1] * cos);
                    b[0] = a[0] - re;
                    b[1] = a[1] - im;
                    a[0] += re;
                    a[1] += im;
                }
            }
        }
    }

    private readonly void PrepareChirp()
    {
        double* filter = _filter.Pointer;
        _filter.Span.Clear();
        for (long i = 0; i < _length; i++)
        {
            // The angle is pi i^2 / n; i^2 is taken modulo the period so that it stays exact.
            long square = (long)((UInt128)i * (UInt128)i % (UInt128)(2 * _length));
            (double sin, double cos) = Root(square, 2 * _length);
            _chirp.Pointer[2 * i] = cos;
            _chirp.Pointer[(2 * i) + 1] = sin;
            filter[2 * i] = cos;
            filter[(2 * i) + 1] = -sin;
            if (i > 0)
            {
                filter[2 * (_padded - i)] = cos;
                filter[(2 * (_padded - i)) + 1] = -sin;
            }
        }

        Radix2(filter, _padded);
    }

    private readonly void Bluestein(double* values)
    {
        double* work = _work.Pointer;
        _work.Span.Clear();
        for (long i = 0; i < _length; i++)
        {
            Multiply(values + (2 * i), _chirp.Pointer + (2 * i), work + (2 * i));
        }

        Radix2(work, _padded);
        for (long i = 0; i < _padded; i++)
        {
            // Conjugated, because the way back is a forward transform of the conjugate.
            Multiply(work + (2 * i), _filter.Pointer + (2 * i), work + (2 * i));
            work[(2 * i) + 1] = -work[(2 * i) + 1];
        }

        Radix2(work, _padded);
        for (long i = 0; i < _length; i++)
        {
            work[2 * i] /= _padded;
            work[(2 * i) + 1] /= -_padded;
            Multiply(work + (2 * i), _chirp.Pointer + (2 * i), values + (2 * i));
        }
    }

    private static void Multiply(double* a, double* b, double* result)
    {
        double re = (a[0] * b[0]) - (a[1] * b[1]);
        double im = (a[0] * b[1]) + (a[1] * b[0]);
        result[0] = re;
        result[1] = im;
    }
}
