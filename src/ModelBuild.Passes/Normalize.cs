using ModelBuild.Graphs;
using ModelBuild.Passes.Functions;
using ModelBuild.Passes.Opset;

namespace ModelBuild.Passes;

/// <summary>
/// Brings a model into the one form that later passes know: no functions, and ONNX's operators in the versions of operator set <see cref="TargetOpset"/>.
/// A model that is written for a newer set stays in its own. Names, order, types and shapes of inputs and outputs do not change.
/// </summary>
public sealed class Normalize : IPass
{
    /// <summary>The operator set to which older models are raised.</summary>
    public const long TargetOpset = 21;

    /// <inheritdoc/>
    public string Name => "Normalize";

    /// <inheritdoc/>
    /// <exception cref="ModelException">An operator has no counterpart in the target set (MB2002), or a function calls itself (MB2003).</exception>
    public PassResult Run(Model model)
    {
        var entries = new List<PassEntry>();
        Dictionary<Node, long> versions = new FunctionInliner(model, entries).Run();
        new OpsetRaiser(model, versions, entries).Run();
        return new PassResult(Name, entries);
    }
}
