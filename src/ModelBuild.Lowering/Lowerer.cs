using ModelBuild.Graphs;
using ModelBuild.Graphs.Inference;
using ModelBuild.Lowering.ControlFlow;
using ModelBuild.Lowering.Expansion;
using ModelBuild.Lowering.Operators;
using ModelBuild.Lowering.Planning;
using ModelBuild.Lowering.Rules;
using ModelBuild.Lowering.Simplification;
using ModelBuild.Passes;

namespace ModelBuild.Lowering;

/// <summary>Turns a graph into a plan.</summary>
internal static class Lowerer
{
    /// <summary>Code of <see cref="Refuse"/>.</summary>
    public const string UncoveredCode = "MB2005";

    /// <summary>Lowers a model; the model stays as it is.</summary>
    /// <exception cref="ModelException">MB2005 when a node is not covered; other codes when the model is wrong.</exception>
    public static LoweredModel Lower(Model source, LoweringOptions? options = null)
    {
        options ??= new();
        var decisions = new List<LoweringDecision>();
        Model model = Prepare(source, decisions);
        if (options.Simplify)
        {
            Simplifier.Run(model, decisions);
        }

        IReadOnlyList<UncoveredNode> uncovered = FindUncovered(model);
        if (uncovered.Count > 0)
        {
            throw Refuse(uncovered);
        }

        // What a model declares of its outputs may be wrong, and ONNX Runtime runs it all the same.
        InferenceResult types = ShapeInference.Run(model, new InferenceOptions { UseDeclaredTypes = false, UseDeclaredOutputs = false });
        var builder = new PlanBuilder(types);
        builder.Decisions.AddRange(decisions);
        foreach (Value input in model.Graph.Inputs)
        {
            builder.AddInput(input);
        }

        var context = new LoweringContext(builder, model, options);
        context.LowerNodes(model.Graph);
        context.Flush(model.Graph.Outputs);
        return new LoweredModel(builder.Finish(model.Graph.Outputs), builder.Weights, builder.Decisions, model);
    }

    /// <summary>A copy in the form that lowering starts from: normalized, inputs with a default are constants, operators without a kernel of their own are expanded.</summary>
    /// <exception cref="ModelException">The model can't be normalized.</exception>
    public static Model Prepare(Model source, List<LoweringDecision>? decisions = null)
    {
        Model model = source.Copy();
        PassList.Run(PassList.Normalization, model);

        if (model.Graph.AllNodes().FirstOrDefault(n => n.Domain == LoweringRules.FusedDomain) is { } forged)
        {
            // Its kernels trust what this library packs.
            throw Refuse([new UncoveredNode(forged, "the operator set is this library's own and stands in no file")]);
        }

        // Generated classes don't offer inputs that have a content: files of IR versions below 4 list every weight among the inputs.
        model.Graph.Inputs.RemoveAll(i => i.Initializer is not null);
        Simplifier.Run([new ExpansionPass()], model, decisions ?? []);
        return model;
    }

    /// <summary>Nodes that the compiled backend can't run, in order; looks at operators only.</summary>
    /// <param name="model">From <see cref="Prepare"/>.</param>
    public static IReadOnlyList<UncoveredNode> FindUncovered(Model model)
    {
        var uncovered = new List<UncoveredNode>();
        foreach (Node node in model.Graph.AllNodes())
        {
            if (!ControlFlowLowering.Handles(node) && !LoweringRules.IsAlwaysHandled(node) && OperatorLowering.Refuse(node) is { } reason)
            {
                uncovered.Add(new(node, reason));
            }
        }

        return uncovered;
    }

    /// <summary>One error for all nodes.</summary>
    public static ModelException Refuse(IReadOnlyList<UncoveredNode> uncovered)
    {
        const int Shown = 20;
        string list = string.Join("; ", uncovered.Take(Shown).Select(u => $"{u.Node.DisplayName}: {u.Reason}"));
        string more = uncovered.Count > Shown ? $"; and {uncovered.Count - Shown} more" : "";
        return new ModelException(UncoveredCode, $"The compiled backend does not cover {uncovered.Count} node{(uncovered.Count == 1 ? "" : "s")}: {list}{more}. Use Backend=\"OnnxRuntime\" for this model.");
    }
}

/// <summary>How to lower.</summary>
internal sealed record LoweringOptions
{
    /// <summary>Whether the graph is simplified first: constants folded, patterns fused.</summary>
    public bool Simplify { get; init; } = true;

    /// <summary>Whether the fast kernels are used; without them every node is a call of its operator.</summary>
    public bool UseRules { get; init; } = true;
}
