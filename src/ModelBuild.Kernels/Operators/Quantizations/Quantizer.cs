using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>Scales and zero points of a quantized tensor, and which of them belong to which element.</summary>
internal unsafe ref struct Quantizer : IDisposable
{
    private NativeBuffer<float> _scales;
    private NativeBuffer<float> _zeroPoints;

    /// <summary>Reads the parameters.</summary>
    /// <param name="shape">Shape of the tensor.</param>
    /// <param name="scale">One scale, one per element of an axis, or one per block along an axis.</param>
    /// <param name="zeroPoint">Zero points like the scales; zeros when absent.</param>
    /// <param name="axis">Axis of the scales.</param>
    /// <param name="blockSize">Elements of a block; 0 for scales of a whole axis.</param>
    /// <exception cref="KernelException">The shapes don't fit.</exception>
    public Quantizer(ReadOnlySpan<long> shape, TensorValue scale, TensorValue? zeroPoint, long axis, long blockSize)
    {
        if (zeroPoint is not null && zeroPoint.Length != scale.Length)
        {
            throw new KernelException($"The zero points {zeroPoint} don't fit the scales {scale}.");
        }

        Outer = 1;
        Inner = SpatialWindows.Product(shape);
        Size = 1;
        Block = 1;
        if (scale.Length != 1 || (blockSize != 0 && scale.Rank == shape.Length && scale.Rank > 0))
        {
            int at = (int)Integers.Position(axis, shape.Length);
            Outer = SpatialWindows.Product(shape[..at]);
            Size = shape[at];
            Inner = SpatialWindows.Product(shape[(at + 1)..]);
            Block = Math.Max(1, blockSize);
            Blocks = blockSize == 0 ? Size : (Size / Block) + (Size % Block == 0 ? 0 : 1);
            IsBlocked = blockSize != 0;
            long expected = IsBlocked ? Outer * Blocks * Inner : Size;
            bool fits = scale.Length == expected && (!IsBlocked || (scale.Rank == shape.Length && scale.Shape[at] == Blocks)) && blockSize >= 0;
            if (!fits)
            {
                throw new KernelException($"The scales {scale} along axis {axis} in blocks of {blockSize} don't fit [{string.Join(',', shape.ToArray())}].");
            }
        }

        _scales = new NativeBuffer<float>(scale.Length);
        _zeroPoints = new NativeBuffer<float>(zeroPoint?.Length ?? 0);
        QuantizedElements.Read(scale, 0, _scales.Span);
        if (zeroPoint is not null)
        {
            QuantizedElements.Read(zeroPoint, 0, _zeroPoints.Span);
        }
    }

    /// <summary>Product of the sizes before the axis.</summary>
    public long Outer { get; }

    /// <summary>Size of the axis; 1 when one scale belongs to everything.</summary>
    public long Size { get; }

    /// <summary>Product of the sizes behind the axis.</summary>
    public long Inner { get; }

    /// <summary>Elements of a block along the axis.</summary>
    public long Block { get; }

    /// <summary>Number of blocks along the axis.</summary>
    public long Blocks { get; } = 1;

    /// <summary>Whether scales differ within a row of inner elements.</summary>
    public bool IsBlocked { get; }

    /// <summary>The parameters of a row of inner elements: the first, and the step to that of the next element.</summary>
    public readonly (long First, long Step) Row(long outer, long position) =>
        IsBlocked ? (((outer * Blocks) + (position / Block)) * Inner, 1) : (Size == 1 && Blocks == 1 ? 0 : position, 0);

    /// <summary>A scale.</summary>
    public readonly float Scale(long index) => _scales.Pointer[index];

    /// <summary>A zero point.</summary>
    public readonly float ZeroPoint(long index) => _zeroPoints.Length == 0 ? 0 : _zeroPoints.Pointer[index];

    /// <inheritdoc/>
    public void Dispose()
    {
        _scales.Dispose();
        _zeroPoints.Dispose();
    }
}
