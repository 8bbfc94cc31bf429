using System.Buffers.Binary;
using System.Text;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch.Pickle;

/// <summary>Writes the pickles of PyTorch's files, protocol 2.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A stream in memory holds nothing to give back.")]
internal sealed class PickleWriter
{
    private readonly MemoryStream _bytes = new();

    /// <summary>Starts a pickle.</summary>
    public PickleWriter() => _bytes.Write([0x80, 2]);

    /// <summary>Whether a type has a storage class.</summary>
    public static bool CanWrite(ElementType type) => TorchTypes.StorageOf(type) is not null;

    /// <summary>Pushes a name.</summary>
    public void Global(string module, string name) => _bytes.Write(Encoding.UTF8.GetBytes($"c{module}\n{name}\n"));

    /// <summary>Pushes an empty OrderedDict and starts its items: keys and values in turn.</summary>
    public void BeginOrderedDictionary()
    {
        Global("collections", "OrderedDict");
        _bytes.Write(")R("u8);
    }

    /// <summary>Ends a dictionary's items.</summary>
    public void EndItems() => _bytes.WriteByte((byte)'u');

    /// <summary>Pushes a mark.</summary>
    public void Mark() => _bytes.WriteByte((byte)'(');

    /// <summary>Makes a tuple of what was pushed since the mark.</summary>
    public void Tuple() => _bytes.WriteByte((byte)'t');

    /// <summary>Pushes a truth value.</summary>
    public void Bool(bool value) => _bytes.WriteByte((byte)(value ? 0x88 : 0x89));

    /// <summary>Pushes text.</summary>
    public void Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> head = [(byte)'X', 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], utf8.Length);
        _bytes.Write(head);
        _bytes.Write(utf8);
    }

    /// <summary>Pushes an integer.</summary>
    public void Integer(long value)
    {
        Span<byte> number = stackalloc byte[10];
        number[0] = 0x8a;
        number[1] = 8;
        BinaryPrimitives.WriteInt64LittleEndian(number[2..], value);
        _bytes.Write(number);
    }

    /// <summary>Pushes a tensor whose content is the archive's entry of a number.</summary>
    public void Tensor(TensorData data, int entry)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Mark();
        Mark();
        Text("storage");
        Global("torch", TorchTypes.StorageOf(data.ElementType) ?? throw new ArgumentException($"There is no storage of {data.ElementType.Name()}.", nameof(data)));
        Text(entry.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Text("cpu");
        Integer(data.ElementCount);
        Tuple();
        _bytes.WriteByte((byte)'Q');
        Integer(0);
        Mark();
        foreach (long size in data.Dimensions)
        {
            Integer(size);
        }

        Tuple();
        Mark();
        for (int i = 0; i < data.Rank; i++)
        {
            long stride = 1;
            foreach (long size in data.Dimensions[(i + 1)..])
            {
                stride *= size;
            }

            Integer(stride);
        }

        Tuple();
        Bool(false);
        BeginOrderedDictionary();
        EndItems();
        Tuple();
        _bytes.WriteByte((byte)'R');
    }

    /// <summary>Ends the pickle.</summary>
    public byte[] Finish()
    {
        _bytes.WriteByte((byte)'.');
        return _bytes.ToArray();
    }
}
