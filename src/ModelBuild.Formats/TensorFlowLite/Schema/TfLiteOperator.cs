using ModelBuild.Formats.FlatBuffers;

namespace ModelBuild.Formats.TensorFlowLite.Schema;

/// <summary>One application of an operator.</summary>
/// <param name="table">The schema's <c>Operator</c>.</param>
/// <param name="name">Name of the builtin operator, or <c>CUSTOM:</c> and the custom one's.</param>
internal sealed class TfLiteOperator(FlatTable table, string name)
{
    public const string CustomPrefix = "CUSTOM:";

    public string Name { get; } = name;

    /// <summary>Tensors; -1 for one that is left out.</summary>
    public int[] Inputs { get; } = table.Int32s(1);

    public int[] Outputs { get; } = table.Int32s(2);

    /// <summary>The option table; absent where everything has its default.</summary>
    public FlatTable Options { get; } = table.Table(4);

    /// <summary>The option table of operators added since 2023.</summary>
    public FlatTable Options2 { get; } = table.Table(12);

    /// <summary>Bytes that belong to a custom operator.</summary>
    public byte[] CustomOptions => table.Bytes(5);

    /// <summary>Where the operator stands in the file.</summary>
    public long Position => table.Position;
}
