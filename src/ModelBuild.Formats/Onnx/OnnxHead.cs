using System.Text;
using System.Text.Unicode;

namespace ModelBuild.Formats.Onnx;

/// <summary>Tells an ONNX model by its first bytes. Protobuf has no signature, so field numbers, encodings and contents decide.</summary>
internal static class OnnxHead
{
    /// <summary>Whether the bytes start a <c>ModelProto</c>. What follows the head is not looked at.</summary>
    public static bool IsModel(ReadOnlySpan<byte> head)
    {
        int position = 0;
        bool hasVersion = false;
        bool hasGraph = false;
        while (position < head.Length)
        {
            if (!TryReadVarint(head, ref position, out ulong tag))
            {
                break;
            }

            (ulong field, ulong wireType) = (tag >> 3, tag & 7);
            ulong expected = field switch
            {
                1 or 5 => 0UL,
                2 or 3 or 4 or 6 or 7 or 8 or 14 or 20 or 25 or 26 => 2UL,
                _ => ulong.MaxValue,
            };
            if (expected == ulong.MaxValue && hasGraph)
            {
                // A field of a later version: files have their fields in order, so all known ones were there.
                return true;
            }

            if (wireType != expected || !TryReadVarint(head, ref position, out ulong number))
            {
                return false;
            }

            if (field == 1)
            {
                hasVersion = number is >= 1 and < 1000;
                if (!hasVersion)
                {
                    return false;
                }
            }

            if (wireType == 0)
            {
                continue;
            }

            hasGraph |= field == 7;
            int available = head.Length - position;
            if (field is 2 or 3 or 4 && (number > (ulong)available ? available == head.Length || number > 4096 : !IsText(head.Slice(position, (int)number))))
            {
                return false;
            }

            if (number >= (ulong)available)
            {
                break;
            }

            position += (int)number;
        }

        return hasVersion || hasGraph;
    }

    private static bool IsText(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) && bytes.IndexOfAnyInRange((byte)0, (byte)31) < 0;

    private static bool TryReadVarint(ReadOnlySpan<byte> bytes, ref int position, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && position < bytes.Length; shift += 7)
        {
            byte b = bytes[position++];
            value |= (ulong)(b & 127) << shift;
            if (b < 128)
            {
                return true;
            }
        }

        return false;
    }
}
