using ModelBuild.Graphs;

namespace ModelBuild.Passes.Opset.Adapters;

/// <summary>Operators that were removed and have no counterpart.</summary>
internal sealed class RemovedOperators : IOpsetAdapter
{
    private static readonly string[] s_operators = ["ATen", "ConstantFill", "DynamicSlice", "GRUUnit", "GivenTensorFill", "LoopIndexTensor"];

    /// <inheritdoc/>
    public IEnumerable<(string OpType, int Version)> Changes => s_operators.Select(op => (op, 10));

    /// <inheritdoc/>
    public void Apply(AdapterContext context) => throw context.Fail("the operator was experimental and has been removed from ONNX");
}
