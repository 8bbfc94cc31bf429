using System.Text;
using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;

namespace ModelBuild.Lowering.Rules;

/// <summary>A <c>Constant</c> node is a weight.</summary>
internal sealed class ConstantRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } = [("", "Constant")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (ContentOf(node) is not { } data)
        {
            return "it has no content.";
        }

        if (node.Output(0) is { } output)
        {
            context.Builder.Bind(output, context.Builder.Constant(data, output.Name));
        }

        return null;
    }

    /// <summary>The content of a <c>Constant</c> node, or null when it states none.</summary>
    public static TensorData? ContentOf(Node node)
    {
        foreach ((string name, AttributeValue attribute) in node.Attributes)
        {
            TensorData? data = (name, attribute) switch
            {
                ("value", TensorAttribute t) => t.Value,
                ("value_float", FloatAttribute f) => TensorData.Scalar(f.Value),
                ("value_int", IntAttribute i) => TensorData.Scalar(i.Value),
                ("value_floats", FloatsAttribute f) => TensorData.Create<float>(ElementType.Float32, [f.Values.Count], f.Values.ToArray()),
                ("value_ints", IntsAttribute i) => TensorData.Create<long>(ElementType.Int64, [i.Values.Count], i.Values.ToArray()),
                ("value_string", StringAttribute s) => new StringTensorData([], [s.Bytes]),
                ("value_strings", StringsAttribute s) => new StringTensorData([s.Values.Count], s.Values),
                ("sparse_value", SparseTensorAttribute s) => Dense(s.Value),
                _ => null,
            };
            if (data is not null)
            {
                return data;
            }
        }

        return null;
    }

    private static MemoryTensorData? Dense(SparseTensor sparse)
    {
        int size = sparse.Values.ElementType.BitSize() / 8;
        long count = sparse.Dimensions.Aggregate(1L, (a, d) => checked(a * d));
        if (size == 0 || count > int.MaxValue / size)
        {
            return null;
        }

        byte[] bytes = new byte[count * size];
        ReadOnlySpan<long> indices = sparse.Indices.As<long>();
        int rank = sparse.Indices.Rank == 2 ? (int)sparse.Indices.Dimensions[1] : 1;
        bool isLinear = sparse.Indices.Rank < 2;
        for (int i = 0; i < sparse.Values.ElementCount; i++)
        {
            long place = 0;
            for (int d = 0; d < rank; d++)
            {
                place = isLinear ? indices[i] : checked((place * sparse.Dimensions[d]) + indices[(i * rank) + d]);
            }

            if (place < 0 || place >= count)
            {
                throw new ModelException("MB1002", $"A sparse constant has the index {place.ToString(System.Globalization.CultureInfo.InvariantCulture)}, which is outside.");
            }

            sparse.Values.GetBytes(i * size, size).CopyTo(bytes.AsSpan((int)place * size));
        }

        return new MemoryTensorData(sparse.Values.ElementType, [.. sparse.Dimensions], bytes);
    }
}
