namespace ModelBuild.Kernels;

/// <summary>A Huffman table of a JPEG picture (ITU-T T.81, annex C).</summary>
internal sealed class JpegHuffman
{
    private readonly int[] _largest = new int[17];
    private readonly int[] _offset = new int[17];
    private readonly byte[] _symbols;

    /// <summary>Makes the table of the number of codes of each length from 1 to 16, and their symbols.</summary>
    /// <exception cref="KernelException">There are more codes than bits allow.</exception>
    public JpegHuffman(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        _symbols = symbols.ToArray();
        int code = 0;
        int at = 0;
        for (int length = 1; length <= 16; length++)
        {
            _offset[length] = at - code;
            code += counts[length - 1];
            at += counts[length - 1];
            if (code > 1 << length)
            {
                throw new KernelException("A Huffman table of the JPEG picture has too many codes.");
            }

            _largest[length] = counts[length - 1] > 0 ? code - 1 : -1;
            code <<= 1;
        }
    }

    /// <summary>Reads a symbol.</summary>
    public int Read(ref JpegBits bits)
    {
        int code = 0;
        for (int length = 1; length <= 16; length++)
        {
            code = (code << 1) | bits.Bit();
            if (code <= _largest[length])
            {
                return _symbols[code + _offset[length]];
            }
        }

        throw new KernelException("The JPEG picture has a code that is in no table.");
    }
}

/// <summary>The bits of a scan: a byte of ones is followed by a zero, or ends the bits as a marker.</summary>
internal ref struct JpegBits(ReadOnlySpan<byte> data, int start)
{
    // What a decoder may read beyond the end of a scan before the picture counts as cut off.
    private const int MaxOverrun = 64;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _buffer;
    private int _count;
    private int _overrun;

    /// <summary>Place of the next byte.</summary>
    public int Position { get; private set; } = start;

    /// <summary>Reads one bit.</summary>
    /// <exception cref="KernelException">The picture ends too early.</exception>
    public int Bit()
    {
        if (_count == 0)
        {
            Fill();
        }

        return (_buffer >> --_count) & 1;
    }

    /// <summary>Reads some bits.</summary>
    public int Bits(int count)
    {
        int value = 0;
        for (; count > 0; count--)
        {
            value = (value << 1) | Bit();
        }

        return value;
    }

    /// <summary>Reads a number of that many bits whose first bit tells the sign.</summary>
    public int Signed(int count)
    {
        int value = Bits(count);
        return count > 0 && value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
    }

    /// <summary>Drops the rest of a byte and a restart marker.</summary>
    public void Restart()
    {
        _count = 0;
        if (Position + 1 < _data.Length && _data[Position] == 0xFF && _data[Position + 1] is >= 0xD0 and <= 0xD7)
        {
            Position += 2;
        }
    }

    private void Fill()
    {
        _buffer = 0;
        _count = 8;
        if (Position >= _data.Length || (_data[Position] == 0xFF && (Position + 1 >= _data.Length || _data[Position + 1] != 0)))
        {
            if (++_overrun > MaxOverrun)
            {
                throw new KernelException("The JPEG picture ends too early.");
            }

            return;
        }

        _buffer = _data[Position];
        Position += _buffer == 0xFF ? 2 : 1;
    }
}
