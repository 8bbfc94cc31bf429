using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>Sizes of tensors from untrusted files.</summary>
internal static class TensorSizes
{
    /// <summary>More dimensions than any operator takes; bounds what a hostile file can make us multiply and print.</summary>
    private const int MaximumRank = 64;

    /// <summary>Bytes of a dense tensor.</summary>
    /// <exception cref="ModelException">A dimension is negative, the size does not fit 64 bits, or the element type is unknown.</exception>
    public static long Of(ElementType elementType, ReadOnlySpan<long> dimensions, string name, string path)
    {
        if (!elementType.IsKnown())
        {
            throw elementType == ElementType.Undefined
                ? new ModelException("MB1008", $"Tensor '{name}' has no element type.", path)
                : new ModelException("MB1005", $"Tensor '{name}' has element type {(int)elementType}, which this version does not know.", path);
        }

        if (dimensions.Length > MaximumRank)
        {
            throw new ModelException("MB1008", $"Tensor '{name}' has {dimensions.Length} dimensions; at most {MaximumRank} are supported.", path);
        }

        UInt128 count = 1;
        bool isEmpty = false;
        foreach (long dimension in dimensions)
        {
            if (dimension < 0)
            {
                throw new ModelException("MB1008", $"Tensor '{name}' has the negative dimension {dimension}.", path);
            }

            isEmpty |= dimension == 0;
            count = count > long.MaxValue ? count : count * (ulong)dimension;
        }

        // A product that overflows before a zero comes is refused as well, because others multiply in order.
        return count <= long.MaxValue / 16
            ? elementType.ByteSize(isEmpty ? 0 : (long)count)
            : throw new ModelException("MB1008", $"Tensor '{name}' of shape [{string.Join(',', dimensions.ToArray())}] has more elements than memory can hold.", path);
    }
}
