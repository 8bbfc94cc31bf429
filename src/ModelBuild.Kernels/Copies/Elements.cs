using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelBuild.Kernels;

/// <summary>Work that only moves elements, so that it needs their size and not their type.</summary>
internal interface IElementAction
{
    /// <summary>Does it for elements of type <typeparamref name="T"/>: an unsigned integer of the element's size, or <see cref="string"/>.</summary>
    void Run<T>();
}

/// <summary>Elements of tensors by size.</summary>
internal static unsafe class Elements
{
    /// <summary>Bits of one element; 0 for texts.</summary>
    public static int Bits(TensorElementType type) => type switch
    {
        TensorElementType.Int4 or TensorElementType.UInt4 or TensorElementType.Float4E2M1 => 4,
        TensorElementType.Int2 or TensorElementType.UInt2 => 2,
        _ => (int)TensorValue.ByteSize(type, 1) * 8,
    };

    /// <summary>Whether several elements share a byte.</summary>
    public static bool IsPacked(TensorElementType type) => Bits(type) is 2 or 4;

    /// <summary>The first element, also where there is none.</summary>
    public static ref T First<T>(TensorValue tensor)
    {
        if (typeof(T) == typeof(string))
        {
            return ref Unsafe.As<string, T>(ref MemoryMarshal.GetReference(tensor.Strings));
        }

        return ref Unsafe.AsRef<T>(tensor.Data);
    }

    /// <summary>Runs an action for elements of a type that are not packed.</summary>
    /// <exception cref="KernelException">The type has no elements of whole bytes.</exception>
    public static void Dispatch<TAction>(TensorElementType type, scoped TAction action)
        where TAction : IElementAction, allows ref struct
    {
        if (type == TensorElementType.String)
        {
            action.Run<string>();
            return;
        }

        switch (Bits(type))
        {
            case 8:
                action.Run<byte>();
                break;
            case 16:
                action.Run<ushort>();
                break;
            case 32:
                action.Run<uint>();
                break;
            case 64:
                action.Run<ulong>();
                break;
            case 128:
                action.Run<UInt128>();
                break;
            default:
                throw new KernelException($"Elements of type {type} can't be moved one by one.");
        }
    }

    /// <summary>Copies a run of elements within tensors of one type, packed ones too.</summary>
    public static void CopyRange(TensorValue source, long sourceStart, TensorValue destination, long destinationStart, long count)
    {
        if (count == 0)
        {
            return;
        }

        if (source.ElementType == TensorElementType.String)
        {
            source.Strings.Slice((int)sourceStart, (int)count).CopyTo(destination.Strings[(int)destinationStart..]);
            return;
        }

        int bits = Bits(source.ElementType);
        if (((sourceStart | destinationStart | count) * bits) % 8 == 0)
        {
            long bytes = count * bits / 8;
            Buffer.MemoryCopy(source.Data + (sourceStart * bits / 8), destination.Data + (destinationStart * bits / 8), bytes, bytes);
            return;
        }

        for (long i = 0; i < count; i++)
        {
            SetPacked(destination.Data, destinationStart + i, bits, GetPacked(source.Data, sourceStart + i, bits));
        }
    }

    /// <summary>The bits of one packed element.</summary>
    public static int GetPacked(byte* data, long index, int bits) =>
        (data[index * bits / 8] >> (int)(index * bits % 8)) & ((1 << bits) - 1);

    /// <summary>Writes the bits of one packed element.</summary>
    public static void SetPacked(byte* data, long index, int bits, int value)
    {
        int shift = (int)(index * bits % 8);
        int mask = ((1 << bits) - 1) << shift;
        byte* at = data + (index * bits / 8);
        *at = (byte)((*at & ~mask) | ((value << shift) & mask));
    }
}
