namespace ModelBuild.Kernels;

/// <summary>One scan of a JPEG picture: part of the coefficients of some components, sequential or progressive (ITU-T T.81, annexes F and G).</summary>
internal ref struct JpegScan(ReadOnlySpan<byte> data, int start, JpegHuffman?[] tables)
{
    private static ReadOnlySpan<byte> ZigZag =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52,
        45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private JpegBits _bits = new(data, start);
    private int _run;

    /// <summary>First coefficient.</summary>
    public int From { get; init; }

    /// <summary>Last coefficient.</summary>
    public int To { get; init; }

    /// <summary>Bits that an earlier scan gave, or 0.</summary>
    public int High { get; init; }

    /// <summary>Bits that a later scan gives.</summary>
    public int Low { get; init; }

    /// <summary>Whether the picture is progressive.</summary>
    public bool Progressive { get; init; }

    /// <summary>Units between two restarts, or 0.</summary>
    public int RestartInterval { get; init; }

    /// <summary>Place of a coefficient in natural order.</summary>
    public static int Natural(int index) => ZigZag[index];

    /// <summary>Decodes the scan.</summary>
    /// <returns>Where the data goes on.</returns>
    /// <exception cref="KernelException">It is damaged.</exception>
    public int Decode(ReadOnlySpan<JpegComponent> components)
    {
        bool single = components.Length == 1;
        JpegComponent first = components[0];

        // A scan of one component has only the blocks that belong to the picture.
        int columns = single ? (first.Width + 7) / 8 : first.Columns / first.Horizontal;
        int rows = single ? (first.Height + 7) / 8 : first.Rows / first.Vertical;
        for (int unit = 0; unit < columns * rows; unit++)
        {
            if (RestartInterval > 0 && unit > 0 && unit % RestartInterval == 0)
            {
                _bits.Restart();
                _run = 0;
                foreach (JpegComponent component in components)
                {
                    component.Prediction = 0;
                }
            }

            foreach (JpegComponent component in components)
            {
                for (int i = 0; i < (single ? 1 : component.Horizontal * component.Vertical); i++)
                {
                    int x = single ? unit % columns : (unit % columns * component.Horizontal) + (i % component.Horizontal);
                    int y = single ? unit / columns : (unit / columns * component.Vertical) + (i / component.Horizontal);
                    Block(component, component.Coefficients.AsSpan(((y * component.Columns) + x) * 64, 64));
                }
            }
        }

        return _bits.Position;
    }

    private readonly JpegHuffman Table(int index) => tables[index] ?? throw new KernelException("The JPEG picture lacks a Huffman table.");

    private void Block(JpegComponent component, Span<short> block)
    {
        if (From == 0)
        {
            if (High > 0)
            {
                block[0] |= (short)(_bits.Bit() << Low);
            }
            else
            {
                int size = Table(component.DcTable).Read(ref _bits);
                component.Prediction += _bits.Signed(size <= 16 ? size : throw new KernelException("The JPEG picture has a coefficient that is too long."));
                block[0] = (short)(component.Prediction << Low);
            }
        }

        if (To > 0)
        {
            JpegHuffman table = Table(4 + component.AcTable);
            if (High > 0)
            {
                Refine(table, block);
            }
            else
            {
                Coefficients(table, block);
            }
        }
    }

    private void Coefficients(JpegHuffman table, Span<short> block)
    {
        if (_run > 0)
        {
            _run--;
            return;
        }

        for (int k = Math.Max(1, From); k <= To; k++)
        {
            int symbol = table.Read(ref _bits);
            int zeros = symbol >> 4;
            int size = symbol & 15;
            if (size == 0)
            {
                if (zeros < 15)
                {
                    _run = Progressive ? (1 << zeros) + _bits.Bits(zeros) - 1 : 0;
                    return;
                }

                k += 15;
                continue;
            }

            k += zeros;
            if (k > 63)
            {
                throw new KernelException("The JPEG picture has more coefficients than a block.");
            }

            block[Natural(k)] = (short)(_bits.Signed(size) << Low);
        }
    }

    // One more bit of each coefficient that is not zero, between new ones of one bit.
    private void Refine(JpegHuffman table, Span<short> block)
    {
        short one = (short)(1 << Low);
        int k = From;
        if (_run == 0)
        {
            for (; k <= To; k++)
            {
                int symbol = table.Read(ref _bits);
                int zeros = symbol >> 4;
                short value = 0;
                if ((symbol & 15) != 0)
                {
                    value = _bits.Bit() == 1 ? one : (short)-one;
                }
                else if (zeros < 15)
                {
                    _run = (1 << zeros) + _bits.Bits(zeros);
                    break;
                }

                for (; k <= To; k++)
                {
                    ref short coefficient = ref block[Natural(k)];
                    if (coefficient != 0)
                    {
                        Correct(ref coefficient, one);
                    }
                    else if (zeros-- == 0)
                    {
                        coefficient = value;
                        break;
                    }
                }
            }
        }

        if (_run > 0)
        {
            for (; k <= To; k++)
            {
                ref short coefficient = ref block[Natural(k)];
                if (coefficient != 0)
                {
                    Correct(ref coefficient, one);
                }
            }

            _run--;
        }
    }

    private void Correct(ref short coefficient, short one)
    {
        if (_bits.Bit() == 1 && (coefficient & one) == 0)
        {
            coefficient += coefficient > 0 ? one : (short)-one;
        }
    }
}
