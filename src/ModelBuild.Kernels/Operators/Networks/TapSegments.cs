namespace ModelBuild.Kernels;

/// <summary>
/// Goes over the windows whose element at <see cref="SpatialWindows.Tap"/> lies in the input, run by run: consecutive windows of the innermost axis,
/// whose elements lie <see cref="Step"/> apart in the input.
/// </summary>
internal ref struct TapSegments
{
    private readonly SpatialWindows _windows;
    private readonly Span<long> _row;
    private long _rowStart;
    private long _position;
    private long _end;
    private long _low;
    private long _high;

    /// <summary>Starts before the first run.</summary>
    /// <param name="windows">Windows with their current tap.</param>
    /// <param name="row">Memory for one number per axis.</param>
    /// <param name="first">First window to look at, in row-major order.</param>
    /// <param name="end">After the last window to look at.</param>
    public TapSegments(SpatialWindows windows, Span<long> row, long first, long end)
    {
        _windows = windows;
        _row = row;
        _position = first;
        _end = end;
        if (windows.Rank == 0 || first >= end)
        {
            return;
        }

        int last = windows.Rank - 1;
        long width = windows.Output[last];
        long rest = first / width;
        _rowStart = rest * width;
        for (int i = last - 1; i >= 0; i--)
        {
            row[i] = rest % windows.Output[i];
            rest /= windows.Output[i];
        }

        Step = windows.Stride[last];
        long offset = windows.PadBegin[last] - (windows.Tap[last] * windows.Dilation[last]);
        _low = Math.Clamp(-SpatialWindows.FloorDivide(-offset, Step), 0, width);
        _high = Math.Clamp(SpatialWindows.FloorDivide(windows.Input[last] - 1 + offset, Step) + 1, _low, width);
    }

    /// <summary>First window of the run.</summary>
    public long Output { get; private set; }

    /// <summary>Element of the input that belongs to it.</summary>
    public long Input { get; private set; }

    /// <summary>Number of windows in the run.</summary>
    public long Count { get; private set; }

    /// <summary>Elements from one to the next in the input.</summary>
    public long Step { get; private set; }

    /// <summary>Goes to the next run.</summary>
    public bool Next()
    {
        if (_windows.Rank == 0)
        {
            Count = 1;
            return _position++ < _end;
        }

        int last = _windows.Rank - 1;
        long width = _windows.Output[last];
        while (_position < _end)
        {
            long from = Math.Max(_position, _rowStart + _low);
            long to = Math.Min(_end, _rowStart + _high);
            bool inside = from < to;
            long input = 0;
            for (int i = 0; inside && i < last; i++)
            {
                long coordinate = (_row[i] * _windows.Stride[i]) - _windows.PadBegin[i] + (_windows.Tap[i] * _windows.Dilation[i]);
                inside = (ulong)coordinate < (ulong)_windows.Input[i];
                input = (input + coordinate) * _windows.Input[i + 1];
            }

            long rowStart = _rowStart;
            _rowStart += width;
            _position = _rowStart;
            for (int i = last - 1; i >= 0; i--)
            {
                if (++_row[i] < _windows.Output[i])
                {
                    break;
                }

                _row[i] = 0;
            }

            if (inside)
            {
                Output = from;
                Count = to - from;
                Input = input + ((from - rowStart) * Step) - _windows.PadBegin[last] + (_windows.Tap[last] * _windows.Dilation[last]);
                return true;
            }
        }

        return false;
    }
}
