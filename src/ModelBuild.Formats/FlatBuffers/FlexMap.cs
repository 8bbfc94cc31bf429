using System.Buffers.Binary;
using System.Text;

namespace ModelBuild.Formats.FlatBuffers;

/// <summary>Numbers of a FlexBuffer whose root is a map: the options of custom operators.</summary>
/// <remarks>Binary format: https://flatbuffers.dev/internals (FlexBuffers).</remarks>
internal static class FlexMap
{
    private const int Null = 0, Int = 1, UInt = 2, Float = 3, IndirectInt = 6, IndirectUInt = 7, IndirectFloat = 8, Map = 9, Bool = 26;

    /// <summary>The numbers by key; what is no number is left out. Null when the bytes are no such map.</summary>
    public static Dictionary<string, double>? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 3)
        {
            return null;
        }

        int rootWidth = bytes[^1];
        int rootType = bytes[^2] >> 2;
        int width = 1 << (bytes[^2] & 3);
        if (rootType != Map || rootWidth is not (1 or 2 or 4 or 8) || bytes.Length < rootWidth + 2)
        {
            return null;
        }

        long rootAt = bytes.Length - 2 - rootWidth;
        if (!TryUInt(bytes, rootAt, rootWidth, out ulong distance) || !Behind(rootAt, distance, out long values)
            || !TryUInt(bytes, values - width, width, out ulong count) || count > (ulong)bytes.Length
            || !TryUInt(bytes, values - (3 * width), width, out ulong keysDistance) || !Behind(values - (3 * width), keysDistance, out long keys)
            || !TryUInt(bytes, values - (2 * width), width, out ulong keyWidth) || keyWidth is not (1 or 2 or 4 or 8))
        {
            return null;
        }

        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        for (int i = 0; i < (int)count; i++)
        {
            long keyAt = keys + (i * (long)keyWidth);
            long typeAt = values + ((long)count * width) + i;
            if (!TryUInt(bytes, keyAt, (int)keyWidth, out ulong keyDistance) || !Behind(keyAt, keyDistance, out long key) || typeAt >= bytes.Length)
            {
                return null;
            }

            int length = bytes[(int)key..].IndexOf((byte)0);
            if (length >= 0 && Number(bytes, values + (i * (long)width), width, bytes[(int)typeAt]) is { } number)
            {
                numbers[Encoding.UTF8.GetString(bytes.Slice((int)key, length))] = number;
            }
        }

        return numbers;
    }

    private static double? Number(ReadOnlySpan<byte> bytes, long at, int width, byte packed)
    {
        int type = packed >> 2;
        if (type is IndirectInt or IndirectUInt or IndirectFloat)
        {
            if (!TryUInt(bytes, at, width, out ulong distance) || !Behind(at, distance, out at))
            {
                return null;
            }

            width = 1 << (packed & 3);
            type -= IndirectInt - Int;
        }

        if (!TryUInt(bytes, at, width, out ulong raw))
        {
            return null;
        }

        return (type, width) switch
        {
            (Null, _) => 0,
            (Bool or UInt, _) => raw,
            (Int, 1) => (sbyte)raw,
            (Int, 2) => (short)raw,
            (Int, 4) => (int)raw,
            (Int, _) => (long)raw,
            (Float, 2) => (double)BitConverter.UInt16BitsToHalf((ushort)raw),
            (Float, 4) => BitConverter.UInt32BitsToSingle((uint)raw),
            (Float, 8) => BitConverter.UInt64BitsToDouble(raw),
            _ => null,
        };
    }

    private static bool Behind(long at, ulong distance, out long target)
    {
        target = distance <= (ulong)at ? at - (long)distance : -1;
        return target >= 0;
    }

    private static bool TryUInt(ReadOnlySpan<byte> bytes, long at, int width, out ulong value)
    {
        value = 0;
        if (at < 0 || at > bytes.Length - width)
        {
            return false;
        }

        ReadOnlySpan<byte> piece = bytes.Slice((int)at, width);
        value = width switch
        {
            1 => piece[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(piece),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(piece),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(piece),
        };
        return true;
    }
}
