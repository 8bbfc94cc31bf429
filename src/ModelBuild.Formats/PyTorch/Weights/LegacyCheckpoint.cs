using System.Buffers.Binary;
using ModelBuild.Formats.PyTorch.Pickle;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch.Weights;

/// <summary>A file of <c>torch.save</c> before PyTorch 1.6: five pickles, then the storages one after the other.</summary>
internal static class LegacyCheckpoint
{
    private const int MaxPickleSize = 1 << 28;

    /// <summary>The start of every such file: a pickle of the number 0x1950A86A20F9469CFC6C.</summary>
    public static ReadOnlySpan<byte> Magic => [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    /// <summary>Reads what was saved.</summary>
    /// <returns>The object, and how to get at the storages.</returns>
    /// <exception cref="ModelException">MB1001: the file is damaged.</exception>
    public static (object? Root, TensorViews Views) Read(MappedFile file, ModelReadOptions options)
    {
        byte[] bytes = file.GetBytes(0, (int)Math.Min(file.Length, MaxPickleSize)).ToArray();
        var machine = new PickleMachine(bytes, file.Path, "The pickle");
        machine.Read();
        if (machine.Read() is not 1001L || machine.Read() is not PickleDictionary system)
        {
            throw FileProblem.Damaged(file.Path, "its protocol is not 1001");
        }

        if (system["little_endian"] is false)
        {
            throw FileProblem.Damaged(file.Path, "it was written on a big-endian machine; save it again on a usual one");
        }

        object? root = machine.Read();
        if (machine.Read() is not List<object?> keys)
        {
            throw FileProblem.Damaged(file.Path, "it has no list of storages");
        }

        // Types come from the uses: the list holds keys alone.
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((_, PickleTensor tensor) in StateDictionary.Find(root, new Dictionary<string, string>()))
        {
            sizes[tensor.Storage.Key] = Math.Max(1, tensor.Storage.Type.BitSize() / 8);
        }

        var places = new Dictionary<string, (long Offset, long Size)>(StringComparer.Ordinal);
        long at = machine.Position;
        foreach (object? key in keys)
        {
            if (key is not string name || at > file.Length - 8)
            {
                throw FileProblem.Damaged(file.Path, $"a storage is missing at byte {at}");
            }

            long count = BinaryPrimitives.ReadInt64LittleEndian(file.GetBytes(at, 8));
            if (!sizes.TryGetValue(name, out int size))
            {
                throw FileProblem.Damaged(file.Path, $"storage '{name}' at byte {at} belongs to nothing that is understood here, so what follows can't be found");
            }

            if (count < 0 || count > (file.Length - at - 8) / size)
            {
                throw FileProblem.Damaged(file.Path, $"storage '{name}' at byte {at} is cut off");
            }

            places[name] = (at + 8, count * size);
            at += 8 + (count * size);
        }

        return (root, new TensorViews(file.Path, options.MaxUnpackedSize, (key, type, count) =>
            places.TryGetValue(key, out var place) && type.ByteSize(count) <= place.Size
                ? new FileTensorData(type, [count], file, place.Offset)
                : throw FileProblem.Damaged(file.Path, $"storage '{key}' is missing or too small")));
    }
}
