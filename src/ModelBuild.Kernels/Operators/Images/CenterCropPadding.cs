using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>ONNX's CenterCropPad.</summary>
public static unsafe class CenterCropPadding
{
    /// <summary>One dimension: how many elements are kept, and where they start in the input and in the output.</summary>
    private readonly record struct Window(long Input, long Output)
    {
        public long Kept => Math.Min(Input, Output);

        public long From => Input > Output ? (Input - Output) / 2 : 0;

        public long To => Output > Input ? (Output - Input) / 2 : 0;
    }

    /// <summary>Cuts dimensions about their middle, or widens them with zeros (empty texts), to the sizes in <paramref name="shape"/>.</summary>
    /// <exception cref="KernelException">Shape or axes contradict the input.</exception>
    public static void CenterCropPad(TensorValue inputData, TensorValue shape, [Output] TensorValue outputData, ReadOnlySpan<long> axes = default)
    {
        int rank = inputData.Rank;
        if (shape.Length != (axes.Length == 0 ? rank : axes.Length))
        {
            throw new KernelException($"CenterCropPad of {inputData} got {shape.Length} sizes for {(axes.Length == 0 ? rank : axes.Length)} axes.");
        }

        long[] sizes = ArrayPool<long>.Shared.Rent(Math.Max(1, rank));
        Window[] windows = ArrayPool<Window>.Shared.Rent(Math.Max(1, rank));
        try
        {
            inputData.Shape.CopyTo(sizes);
            for (int i = 0; i < shape.Length; i++)
            {
                long axis = axes.Length == 0 ? i : axes[i];
                axis = axis < 0 ? axis + rank : axis;
                sizes[axis >= 0 && axis < rank ? (int)axis : throw new KernelException($"Axis {axes[i]} is not one of {rank}.")] = RealNumbers.Integer(shape, i);
            }

            outputData.Resize(inputData.ElementType, sizes.AsSpan(0, rank));
            for (int i = 0; i < rank; i++)
            {
                windows[i] = new Window(inputData.Shape[i], sizes[i]);
            }

            Copy(inputData, outputData, windows.AsSpan(0, rank));
        }
        finally
        {
            ArrayPool<long>.Shared.Return(sizes);
            ArrayPool<Window>.Shared.Return(windows);
        }
    }

    private static void Copy(TensorValue x, TensorValue y, ReadOnlySpan<Window> windows)
    {
        if (x.ElementType == TensorElementType.String)
        {
            if (x.Length > 0 && y.Length > 0)
            {
                Copy(ref MemoryMarshal.GetReference(x.Strings), ref MemoryMarshal.GetReference(y.Strings), x.Length, y.Length, windows);
            }

            return;
        }

        if (TensorValue.ByteSize(x.ElementType, 4) < 4)
        {
            throw new KernelException($"CenterCropPad can't take {x}.");
        }

        NativeMemory.Clear(y.Data, (nuint)y.ByteLength);
        if (x.Length == 0 || y.Length == 0)
        {
            return;
        }

        switch (TensorValue.ByteSize(x.ElementType, 1))
        {
            case 1:
                Copy(ref *x.Data, ref *y.Data, x.Length, y.Length, windows);
                break;
            case 2:
                Copy(ref *x.Pointer<ushort>(), ref *y.Pointer<ushort>(), x.Length, y.Length, windows);
                break;
            case 4:
                Copy(ref *x.Pointer<uint>(), ref *y.Pointer<uint>(), x.Length, y.Length, windows);
                break;
            case 8:
                Copy(ref *x.Pointer<ulong>(), ref *y.Pointer<ulong>(), x.Length, y.Length, windows);
                break;
            default:
                Copy(ref *x.Pointer<UInt128>(), ref *y.Pointer<UInt128>(), x.Length, y.Length, windows);
                break;
        }
    }

    private static void Copy<T>(ref T x, ref T y, long lengthIn, long lengthOut, ReadOnlySpan<Window> windows)
    {
        if (windows.Length == 0)
        {
            y = x;
            return;
        }

        Window window = windows[0];
        long blockIn = lengthIn / window.Input;
        long blockOut = lengthOut / window.Output;
        if (windows.Length == 1)
        {
            int kept = checked((int)window.Kept);
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref x, (nint)window.From), kept).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref y, (nint)window.To), kept));
            return;
        }

        for (long i = 0; i < window.Kept; i++)
        {
            Copy(ref Unsafe.Add(ref x, (nint)((window.From + i) * blockIn)), ref Unsafe.Add(ref y, (nint)((window.To + i) * blockOut)), blockIn, blockOut, windows[1..]);
        }
    }
}
