using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>Resize by the nearest element: only moves elements, so it takes any type.</summary>
internal static unsafe class ResizeNearest
{
    /// <summary>Resizes <paramref name="x"/> into <paramref name="y"/>, whose shape is set and not empty.</summary>
    public static void Run(TensorValue x, TensorValue y, ResizeRules rules, ReadOnlySpan<ResizeAxis> axes)
    {
        switch (x.ElementType)
        {
            case TensorElementType.String:
                Run(ref MemoryMarshal.GetReference(x.Strings), ref MemoryMarshal.GetReference(y.Strings), rules, axes);
                return;
            case TensorElementType.Int4 or TensorElementType.UInt4 or TensorElementType.Float4E2M1 or TensorElementType.Int2 or TensorElementType.UInt2 or TensorElementType.Undefined:
                throw new KernelException($"Resize can't take {x}.");
        }

        switch (TensorValue.ByteSize(x.ElementType, 1))
        {
            case 1:
                Run(ref *x.Data, ref *y.Data, rules, axes);
                break;
            case 2:
                Run(ref *x.Pointer<ushort>(), ref *y.Pointer<ushort>(), rules, axes);
                break;
            case 4:
                Run(ref *x.Pointer<uint>(), ref *y.Pointer<uint>(), rules, axes);
                break;
            case 8:
                Run(ref *x.Pointer<ulong>(), ref *y.Pointer<ulong>(), rules, axes);
                break;
            default:
                Run(ref *x.Pointer<UInt128>(), ref *y.Pointer<UInt128>(), rules, axes);
                break;
        }
    }

    private static void Run<T>(ref T x, ref T y, ResizeRules rules, ReadOnlySpan<ResizeAxis> axes)
    {
        long total = 0;
        foreach (ResizeAxis axis in axes)
        {
            total += axis.Output;
        }

        using var tables = new NativeBuffer<int>(total);
        int* table = tables.Pointer;
        long outerIn = 1;
        long outerOut = 1;
        int resized = -1;
        for (int a = 0; a < axes.Length; a++)
        {
            for (int j = 0; j < axes[a].Output; j++)
            {
                table[j] = axes[a].IsIdentity(rules) ? j : axes[a].Nearest(rules, j);
            }

            table += axes[a].Output;
            resized = axes[a].IsIdentity(rules) ? resized : a;
            outerIn *= axes[a].Input;
            outerOut *= axes[a].Output;
        }

        // Dimensions after the last one that changes move as one block.
        long block = 1;
        for (int a = axes.Length - 1; a > resized; a--)
        {
            block *= axes[a].Output;
        }

        Expand(ref x, ref y, outerIn, outerOut, block, tables.Pointer, axes[..(resized + 1)]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Expand<T>(ref T x, ref T y, long lengthIn, long lengthOut, long block, int* table, ReadOnlySpan<ResizeAxis> axes)
    {
        ResizeAxis axis = axes[0];
        long blockIn = lengthIn / axis.Input;
        long blockOut = lengthOut / axis.Output;
        if (axes.Length == 1 && block == 1)
        {
            for (int j = 0; j < axis.Output; j++)
            {
                Unsafe.Add(ref y, j) = Unsafe.Add(ref x, table[j]);
            }

            return;
        }

        int previous = -1;
        for (int j = 0; j < axis.Output; j++)
        {
            ref T target = ref Unsafe.Add(ref y, (nint)(j * blockOut));
            if (table[j] == previous)
            {
                Copy(ref Unsafe.Add(ref target, -(nint)blockOut), ref target, blockOut);
            }
            else if (axes.Length == 1)
            {
                Copy(ref Unsafe.Add(ref x, (nint)(table[j] * blockIn)), ref target, blockOut);
            }
            else
            {
                Expand(ref Unsafe.Add(ref x, (nint)(table[j] * blockIn)), ref target, blockIn, blockOut, block, table + axis.Output, axes[1..]);
            }

            previous = table[j];
        }
    }

    private static void Copy<T>(ref T source, ref T target, long length)
    {
        for (long done = 0; done < length; done += int.MaxValue)
        {
            int part = (int)Math.Min(int.MaxValue, length - done);
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref source, (nint)done), part).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref target, (nint)done), part));
        }
    }
}
