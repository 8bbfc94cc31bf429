namespace ModelBuild.Kernels;

/// <summary>Where a window of convolution or pooling lies on each spatial axis. Any number of axes.</summary>
internal readonly ref struct SpatialWindows
{
    /// <summary>Numbers that the caller's stack memory has to hold for the usual number of axes.</summary>
    public const int StackLength = 8 * UsualRank;

    private const int UsualRank = 6;
    private readonly Span<long> _values;

    /// <summary>Takes the sizes from an operator's attributes; the outputs are not known yet.</summary>
    /// <param name="stack">Memory of <see cref="StackLength"/> numbers.</param>
    /// <param name="input">Sizes of the spatial axes.</param>
    /// <param name="kernel">Sizes of the window.</param>
    /// <param name="strides">Steps from one window to the next; empty for ones.</param>
    /// <param name="dilations">Steps within a window; empty for ones.</param>
    public SpatialWindows(Span<long> stack, ReadOnlySpan<long> input, ReadOnlySpan<long> kernel, ReadOnlySpan<long> strides, ReadOnlySpan<long> dilations)
    {
        Rank = input.Length;
        _values = Rank <= UsualRank ? stack : new long[8 * Rank];
        _values.Clear();
        if (kernel.Length != Rank)
        {
            throw new KernelException($"A window with {kernel.Length} axes can't go over {Rank} spatial axes.");
        }

        input.CopyTo(Input);
        Take(kernel, Kernel, "kernel_shape", 1);
        Take(strides, Stride, "strides", 1);
        Take(dilations, Dilation, "dilations", 1);
    }

    /// <summary>Number of spatial axes.</summary>
    public int Rank { get; }

    /// <summary>Sizes of the input.</summary>
    public Span<long> Input => _values.Slice(0, Rank);

    /// <summary>Sizes of the window.</summary>
    public Span<long> Kernel => _values.Slice(Rank, Rank);

    /// <summary>Steps from one window to the next.</summary>
    public Span<long> Stride => _values.Slice(2 * Rank, Rank);

    /// <summary>Steps within a window.</summary>
    public Span<long> Dilation => _values.Slice(3 * Rank, Rank);

    /// <summary>Padding before the input.</summary>
    public Span<long> PadBegin => _values.Slice(4 * Rank, Rank);

    /// <summary>Padding after the input.</summary>
    public Span<long> PadEnd => _values.Slice(5 * Rank, Rank);

    /// <summary>Number of windows.</summary>
    public Span<long> Output => _values.Slice(6 * Rank, Rank);

    /// <summary>Scratch: position of the tap that is looked at.</summary>
    public Span<long> Tap => _values.Slice(7 * Rank, Rank);

    /// <summary>Elements of the input per channel.</summary>
    public long InputLength => Product(Input);

    /// <summary>Taps of a window.</summary>
    public long KernelLength => Product(Kernel);

    /// <summary>Windows per channel.</summary>
    public long OutputLength => Product(Output);

    /// <summary>Whether every window is one element, in the input's order.</summary>
    public bool IsPointwise
    {
        get
        {
            for (int i = 0; i < Rank; i++)
            {
                if (Kernel[i] != 1 || Stride[i] != 1 || PadBegin[i] != 0 || PadEnd[i] != 0)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Distance between the first and the last element of a window, plus one.</summary>
    public long Extent(int axis) => (Dilation[axis] * (Kernel[axis] - 1)) + 1;

    /// <summary>Finds padding and number of windows of convolution and pooling.</summary>
    /// <param name="autoPad">NOTSET, VALID, SAME_UPPER or SAME_LOWER.</param>
    /// <param name="pads">Begins, then ends; empty for zeros. Used with NOTSET.</param>
    /// <param name="ceiling">Whether a window that lies only partly in the padded input counts, provided that it begins in the input or the padding before it.</param>
    public void Place(string autoPad, ReadOnlySpan<long> pads, bool ceiling = false)
    {
        bool same = ReadPads(autoPad, pads, out bool lower);
        for (int i = 0; i < Rank; i++)
        {
            long extent = Extent(i);
            if (same)
            {
                long windows = Input[i] == 0 ? 0 : ((Input[i] - 1) / Stride[i]) + 1;
                long needed = Math.Max(0, ((windows - 1) * Stride[i]) + extent - Input[i]);
                PadBegin[i] = lower ? (needed + 1) / 2 : needed / 2;
                PadEnd[i] = needed - PadBegin[i];
            }

            long room = Input[i] + PadBegin[i] + PadEnd[i] - extent;
            long output = FloorDivide(room + (ceiling ? Stride[i] - 1 : 0), Stride[i]) + 1;
            if (ceiling && output > 0 && (output - 1) * Stride[i] >= Input[i] + PadBegin[i])
            {
                output--;
            }

            if (output < 0)
            {
                throw new KernelException($"A window of {extent} elements does not fit into {Input[i]} elements with padding {PadBegin[i]} and {PadEnd[i]}.");
            }

            Output[i] = output;
        }
    }

    /// <summary>Copies given padding and says whether it has to be found (SAME_UPPER and SAME_LOWER).</summary>
    public bool ReadPads(string autoPad, ReadOnlySpan<long> pads, out bool lower)
    {
        lower = autoPad == "SAME_LOWER";
        switch (autoPad)
        {
            case "SAME_UPPER" or "SAME_LOWER":
                return true;
            case "VALID":
                return false;
            case "NOTSET" or "":
                break;
            default:
                throw new KernelException($"auto_pad can't be '{autoPad}'.");
        }

        if (pads.Length == 0)
        {
            return false;
        }

        if (pads.Length != 2 * Rank)
        {
            throw new KernelException($"{pads.Length} pads are given for {Rank} spatial axes.");
        }

        Take(pads[..Rank], PadBegin, "pads", -int.MaxValue);
        Take(pads[Rank..], PadEnd, "pads", -int.MaxValue);
        return false;
    }

    /// <summary>Advances <see cref="Tap"/> to the next position in the window.</summary>
    /// <returns>False after the last one; the tap is the first one again.</returns>
    public bool NextTap()
    {
        for (int i = Rank - 1; i >= 0; i--)
        {
            if (++Tap[i] < Kernel[i])
            {
                return true;
            }

            Tap[i] = 0;
        }

        return false;
    }

    /// <summary>Rounds down, also below zero.</summary>
    public static long FloorDivide(long value, long divisor)
    {
        long quotient = value / divisor;
        return quotient * divisor > value ? quotient - 1 : quotient;
    }

    /// <summary>Product that does not overflow.</summary>
    public static long Product(ReadOnlySpan<long> sizes)
    {
        long product = 1;
        foreach (long size in sizes)
        {
            if (size > 0 && product > long.MaxValue / 64 / size)
            {
                throw new KernelException($"[{string.Join(',', sizes.ToArray())}] has too many elements.");
            }

            product *= size;
        }

        return product;
    }

    private static void Take(ReadOnlySpan<long> values, Span<long> target, string name, long minimum)
    {
        if (values.Length == 0)
        {
            target.Fill(1);
            return;
        }

        if (values.Length != target.Length)
        {
            throw new KernelException($"{name} has {values.Length} numbers for {target.Length} spatial axes.");
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] < minimum || values[i] > int.MaxValue)
            {
                throw new KernelException($"{name} can't be {values[i]}.");
            }

            target[i] = values[i];
        }
    }
}
