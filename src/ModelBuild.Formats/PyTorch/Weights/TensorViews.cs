using ModelBuild.Formats.PyTorch.Pickle;
using ModelBuild.Graphs;

namespace ModelBuild.Formats.PyTorch.Weights;

/// <summary>Makes tensors of views of storages: what lies in the file in the right order stays there.</summary>
/// <param name="path">The file, for messages.</param>
/// <param name="maxUnpacked">Most bytes that a view that repeats elements may take.</param>
/// <param name="open">Content of a storage as a tensor of one dimension: key, type, number of elements.</param>
internal sealed class TensorViews(string path, long maxUnpacked, Func<string, ElementType, long, TensorData> open)
{
    private readonly Dictionary<(string, ElementType, long), TensorData> _storages = [];

    /// <summary>The content of a tensor.</summary>
    /// <exception cref="ModelException">MB1001: it does not lie within its storage; MB1019: it repeats elements beyond the limit.</exception>
    public TensorData Open(PickleTensor tensor)
    {
        PickleStorage storage = tensor.Storage;
        int size = tensor.Type.BitSize() / 8;
        int storageSize = Math.Max(1, storage.Type.BitSize() / 8);
        try
        {
            long count = checked((storage.Start + storage.Count) * storageSize) / size;
            long first = checked((storage.Start * storageSize / size) + tensor.Offset);
            long last = first;
            bool isEmpty = false;
            bool isContiguous = true;
            long expected = 1;
            for (int i = tensor.Sizes.Length - 1; i >= 0; i--)
            {
                long length = tensor.Sizes[i];
                long stride = tensor.Strides[i];
                if (length < 0 || stride < 0)
                {
                    throw Outside(tensor);
                }

                isEmpty |= length == 0;
                isContiguous &= length == 1 || stride == expected;
                last = checked(last + (Math.Max(0, length - 1) * stride));
                expected = checked(expected * Math.Max(1, length));
            }

            if (isEmpty)
            {
                return new MemoryTensorData(tensor.Type, tensor.Sizes, []);
            }

            if (tensor.Offset < 0 || last >= count)
            {
                throw Outside(tensor);
            }

            if (expected > count && checked(expected * size) > maxUnpacked)
            {
                throw new ModelException("MB1019", $"A tensor of sizes [{string.Join(", ", tensor.Sizes)}] repeats the {count} elements of storage '{storage.Key}' to more than {maxUnpacked} bytes.", path);
            }

            TensorData all = Storage(storage.Key, tensor.Type, count);
            return !isContiguous ? all.Strided(tensor.Sizes, tensor.Strides, first)
                : all is FileTensorData file ? new FileTensorData(tensor.Type, tensor.Sizes, file.File, file.FileOffset + (first * size))
                : first == 0 && all.ElementCount == expected ? all.Reshape(tensor.Sizes)
                : all.Strided(tensor.Sizes, tensor.Strides, first);
        }
        catch (OverflowException)
        {
            throw Outside(tensor);
        }
    }

    private TensorData Storage(string key, ElementType type, long count)
    {
        if (!_storages.TryGetValue((key, type, count), out TensorData? data))
        {
            data = open(key, type, count);
            _storages.Add((key, type, count), data);
        }

        return data;
    }

    private ModelException Outside(PickleTensor tensor) => FileProblem.Damaged(
        path,
        $"a tensor of sizes [{string.Join(", ", tensor.Sizes)}] and strides [{string.Join(", ", tensor.Strides)}] does not lie within storage '{tensor.Storage.Key}'");
}
