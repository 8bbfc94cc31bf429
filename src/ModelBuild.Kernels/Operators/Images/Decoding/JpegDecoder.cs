namespace ModelBuild.Kernels;

/// <summary>JPEG pictures of 8 bits, sequential and progressive, with Huffman codes (ITU-T T.81): gray, YCbCr, RGB, CMYK and YCCK.</summary>
internal sealed class JpegDecoder
{
    // A scan goes over the whole picture, so a small file of many scans would take long.
    private const int MaxScans = 500;

    private readonly ushort[][] _quantization = [new ushort[64], new ushort[64], new ushort[64], new ushort[64]];
    private readonly JpegHuffman?[] _tables = new JpegHuffman?[8];
    private JpegComponent[] _components = [];
    private DecodedImage? _image;
    private bool _progressive;
    private int _restartInterval;
    private int _adobeTransform = -1;
    private int _scans;

    private JpegDecoder()
    {
    }

    /// <summary>Whether it is one.</summary>
    public static bool Recognizes(ReadOnlySpan<byte> data) => data.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    /// <summary>Decodes it.</summary>
    /// <exception cref="KernelException">It is damaged or in another form.</exception>
    public static DecodedImage Decode(ReadOnlySpan<byte> data)
    {
        var decoder = new JpegDecoder();
        decoder.Read(data);
        return decoder.Finish();
    }

    private void Read(ReadOnlySpan<byte> data)
    {
        var reader = new ByteReader(data, "JPEG", bigEndian: true);
        for (int at = 2; at < data.Length;)
        {
            if (data[at] != 0xFF)
            {
                at++;
                continue;
            }

            int marker = reader.Byte(at + 1);
            at += marker == 0xFF ? 1 : 2;
            if (marker == 0xD9)
            {
                return;
            }

            // Fill bytes and markers without content.
            if (marker is 0 or 0xFF or 1 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            int length = reader.Short(at);
            ReadOnlySpan<byte> content = reader.Slice(at + 2, length - 2);
            at += length;
            switch (marker)
            {
                case 0xC0 or 0xC1 or 0xC2:
                    _progressive = marker == 0xC2;
                    ReadFrame(new ByteReader(content, "JPEG", bigEndian: true));
                    break;
                case 0xC4:
                    ReadHuffman(new ByteReader(content, "JPEG", bigEndian: true));
                    break;
                case 0xDB:
                    ReadQuantization(new ByteReader(content, "JPEG", bigEndian: true));
                    break;
                case 0xDD:
                    _restartInterval = new ByteReader(content, "JPEG", bigEndian: true).Short(0);
                    break;
                case 0xEE when content.Length >= 12 && content.StartsWith("Adobe"u8):
                    _adobeTransform = content[11];
                    break;
                case 0xDA:
                    at = ReadScan(data, at, new ByteReader(content, "JPEG", bigEndian: true));
                    break;
                case 0xC3 or (>= 0xC5 and <= 0xCF and not 0xC8 and not 0xCC):
                    throw new KernelException($"A JPEG picture of the kind {marker - 0xC0} can't be decoded.");
            }
        }
    }

    private void ReadFrame(ByteReader reader)
    {
        int count = reader.Byte(5);
        if (_image is not null || reader.Byte(0) != 8 || count is not (1 or 3 or 4))
        {
            throw new KernelException($"A JPEG picture of {reader.Byte(0)} bits and {count} components can't be decoded.");
        }

        _image = new DecodedImage(reader.Short(3), reader.Short(1));
        _components = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            int sampling = reader.Byte(7 + (3 * i));
            int horizontal = count == 1 ? 1 : sampling >> 4;
            int vertical = count == 1 ? 1 : sampling & 15;
            if (horizontal is < 1 or > 4 || vertical is < 1 or > 4 || reader.Byte(8 + (3 * i)) > 3)
            {
                throw new KernelException("A component of the JPEG picture has a sampling or a table that does not exist.");
            }

            _components[i] = new JpegComponent(reader.Byte(6 + (3 * i)), horizontal, vertical, reader.Byte(8 + (3 * i)));
        }

        foreach (JpegComponent component in _components)
        {
            component.Prepare(_image.Width, _image.Height, _components.Max(c => c.Horizontal), _components.Max(c => c.Vertical));
        }
    }

    private void ReadHuffman(ByteReader reader)
    {
        for (int at = 0; at < reader.Bytes.Length;)
        {
            int index = reader.Byte(at);
            ReadOnlySpan<byte> counts = reader.Slice(at + 1, 16);
            int total = 0;
            foreach (byte count in counts)
            {
                total += count;
            }

            if (index is not (<= 3 or (>= 0x10 and <= 0x13)))
            {
                throw new KernelException($"The JPEG picture has a Huffman table {index}.");
            }

            _tables[(4 * (index >> 4)) + (index & 15)] = new JpegHuffman(counts, reader.Slice(at + 17, total));
            at += 17 + total;
        }
    }

    private void ReadQuantization(ByteReader reader)
    {
        for (int at = 0; at < reader.Bytes.Length;)
        {
            int index = reader.Byte(at++);
            bool wide = index >> 4 != 0;
            if ((index & 15) > 3)
            {
                throw new KernelException($"The JPEG picture has a quantization table {index & 15}.");
            }

            for (int i = 0; i < 64; i++)
            {
                _quantization[index & 15][JpegScan.Natural(i)] = (ushort)(wide ? reader.Short(at) : reader.Byte(at));
                at += wide ? 2 : 1;
            }
        }
    }

    private int ReadScan(ReadOnlySpan<byte> data, int at, ByteReader reader)
    {
        int count = reader.Byte(0);
        if (_image is null || count < 1 || count > _components.Length || ++_scans > MaxScans)
        {
            throw new KernelException($"The JPEG picture has a scan of {count} of {_components.Length} components, or too many of them.");
        }

        var components = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            int id = reader.Byte(1 + (2 * i));
            int tables = reader.Byte(2 + (2 * i));
            components[i] = Array.Find(_components, c => c.Id == id) ?? throw new KernelException($"The JPEG picture has no component {id}.");
            components[i].DcTable = (tables >> 4) & 3;
            components[i].AcTable = tables & 3;
            components[i].Prediction = 0;
        }

        int start = 1 + (2 * count);
        var scan = new JpegScan(data, at, _tables)
        {
            Progressive = _progressive,
            RestartInterval = _restartInterval,
            From = _progressive ? reader.Byte(start) : 0,
            To = _progressive ? reader.Byte(start + 1) : 63,
            High = _progressive ? reader.Byte(start + 2) >> 4 : 0,
            Low = _progressive ? reader.Byte(start + 2) & 15 : 0,
        };
        if (scan.To > 63 || scan.From > scan.To || scan.Low > 13 || (_progressive && ((scan.From == 0 && scan.To > 0) || (scan.From > 0 && count > 1))))
        {
            throw new KernelException($"The JPEG picture has a scan of the coefficients {scan.From} to {scan.To} of {count} components.");
        }

        return scan.Decode(components);
    }

    private DecodedImage Finish()
    {
        DecodedImage image = _image ?? throw new KernelException("The JPEG picture has no frame.");
        int maxHorizontal = _components.Max(c => c.Horizontal);
        int maxVertical = _components.Max(c => c.Vertical);
        foreach (JpegComponent component in _components)
        {
            component.Transform(_quantization[component.Table]);
        }

        byte[][] rows = [.. _components.Select(_ => new byte[image.Width + 8])];
        int[] sums = new int[image.Width + 8];
        for (int y = 0; y < image.Height; y++)
        {
            for (int c = 0; c < _components.Length; c++)
            {
                JpegUpsampling.Row(_components[c], y, maxHorizontal, maxVertical, rows[c], sums);
            }

            for (int x = 0; x < image.Width; x++)
            {
                SetPixel(image, x, y, rows);
            }
        }

        return image;
    }

    private void SetPixel(DecodedImage image, int x, int y, byte[][] rows)
    {
        int first = rows[0][x];
        if (rows.Length == 1)
        {
            image.Set(x, y, first, first, first);
            return;
        }

        (int red, int green, int blue) = (first, rows[1][x], rows[2][x]);
        bool named = _components[0].Id == 'R' && _components[1].Id == 'G' && _components[2].Id == 'B';
        if (rows.Length == 3 ? _adobeTransform != 0 && !named : _adobeTransform == 2)
        {
            int cb = green - 128;
            int cr = blue - 128;

            // Sixteen bits of fraction: 1.402, 1.772, 0.34414, 0.71414.
            red = Math.Clamp(first + (((91881 * cr) + 32768) >> 16), 0, 255);
            green = Math.Clamp(first + (((-22554 * cb) - (46802 * cr) + 32768) >> 16), 0, 255);
            blue = Math.Clamp(first + (((116130 * cb) + 32768) >> 16), 0, 255);
        }

        if (rows.Length == 4)
        {
            // Adobe stores the inks inverted; YCCK gives the inverse of the inks.
            int key = _adobeTransform >= 0 ? rows[3][x] : 255 - rows[3][x];
            bool inverse = _adobeTransform >= 0 && _adobeTransform != 2;
            (red, green, blue) = inverse || _adobeTransform == 2 ? (red * key / 255, green * key / 255, blue * key / 255) : ((255 - red) * key / 255, (255 - green) * key / 255, (255 - blue) * key / 255);
        }

        image.Set(x, y, red, green, blue);
    }
}
