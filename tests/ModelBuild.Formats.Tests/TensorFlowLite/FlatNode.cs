namespace ModelBuild.Formats.Tests.TensorFlowLite;

/// <summary>A FlatBuffer in the making: tables of fields by slot, written parents first. Fields that are not given are omitted.</summary>
internal sealed class FlatNode
{
    private readonly SortedDictionary<int, object> _fields = [];

    public FlatNode Set(int slot, object value)
    {
        _fields[slot] = value;
        return this;
    }

    /// <summary>The file with this table as its root.</summary>
    public byte[] ToFile(string identifier)
    {
        var bytes = new List<byte>(new byte[8]);
        for (int i = 0; i < 4; i++)
        {
            bytes[4 + i] = (byte)identifier[i];
        }

        Place(bytes, 0, this);
        return [.. bytes];
    }

    private static void Place(List<byte> bytes, int at, object value)
    {
        Align(bytes, 16);
        switch (value)
        {
            case FlatNode node:
                node.Write(bytes, at);
                break;
            case FlatNode[] nodes:
                Patch(bytes, at, bytes.Count - at);
                bytes.AddRange(BitConverter.GetBytes(nodes.Length));
                int first = bytes.Count;
                bytes.AddRange(new byte[4 * nodes.Length]);
                for (int i = 0; i < nodes.Length; i++)
                {
                    Place(bytes, first + (4 * i), nodes[i]);
                }

                break;
            default:
                Patch(bytes, at, bytes.Count - at);
                (int count, byte[] content) = value switch
                {
                    string s => (s.Length, [.. s.Select(c => (byte)c), 0]),
                    byte[] b => (b.Length, b),
                    int[] i => (i.Length, i.SelectMany(BitConverter.GetBytes).ToArray()),
                    long[] l => (l.Length, l.SelectMany(BitConverter.GetBytes).ToArray()),
                    float[] f => (f.Length, f.SelectMany(BitConverter.GetBytes).ToArray()),
                    _ => throw new ArgumentException(value.GetType().Name),
                };

                // Elements of 8 bytes are aligned to them, the count before them is not.
                bytes.AddRange(BitConverter.GetBytes(count));
                bytes.AddRange(content);
                break;
        }
    }

    private void Write(List<byte> bytes, int at)
    {
        int slots = _fields.Count == 0 ? 0 : _fields.Keys.Max() + 1;
        int vtable = bytes.Count;
        bytes.AddRange(new byte[4 + (2 * slots)]);
        Align(bytes, 8);
        int table = bytes.Count;
        Patch(bytes, at, table - at);
        bytes.AddRange(BitConverter.GetBytes(table - vtable));
        var offsets = new List<(int At, object Value)>();
        foreach ((int slot, object value) in _fields)
        {
            byte[]? scalar = value switch
            {
                bool b => [b ? (byte)1 : (byte)0],
                byte b => [b],
                sbyte b => [(byte)b],
                int i => BitConverter.GetBytes(i),
                float f => BitConverter.GetBytes(f),
                _ => null,
            };
            Align(bytes, scalar?.Length ?? 4);
            BitConverter.GetBytes((ushort)(bytes.Count - table)).CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[(vtable + 4 + (2 * slot))..]);
            if (scalar is null)
            {
                offsets.Add((bytes.Count, value));
            }

            bytes.AddRange(scalar ?? new byte[4]);
        }

        System.Runtime.InteropServices.MemoryMarshal.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[vtable..], (ushort)(4 + (2 * slots)));
        System.Runtime.InteropServices.MemoryMarshal.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[(vtable + 2)..], (ushort)(bytes.Count - table));
        foreach ((int place, object value) in offsets)
        {
            Place(bytes, place, value);
        }
    }

    private static void Patch(List<byte> bytes, int at, int value) => System.Runtime.InteropServices.MemoryMarshal.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[at..], value);

    private static void Align(List<byte> bytes, int size)
    {
        while (bytes.Count % size != 0)
        {
            bytes.Add(0);
        }
    }
}
