using ModelBuild.Graphs;
using ModelBuild.Lowering.Fusion;
using ModelBuild.Lowering.Planning;

namespace ModelBuild.Lowering.Rules;

/// <summary>Operators that only change the shape share their input's memory when the shape is known.</summary>
internal sealed class AliasRule : ILoweringRule
{
    /// <inheritdoc/>
    public IReadOnlyList<(string Domain, string OpType)> Operators { get; } =
        [("", "Reshape"), ("", "Flatten"), ("", "Squeeze"), ("", "Unsqueeze"), ("", "Identity"), ("", "Dropout")];

    /// <inheritdoc/>
    public string? TryLower(LoweringContext context, NodeGroup group)
    {
        Node node = group.Anchor;
        if (node.Input(0) is not { } input || node.Output(0) is not { } output || (node.OpType == "Dropout" && (node.Inputs.Count > 2 || node.Output(1) is not null)))
        {
            return "more than the data is used.";
        }

        (_, Shape? shape) = context.Builder.TensorTypeOf(output);
        if (shape is null)
        {
            return "the shape depends on the data.";
        }

        context.Flush([input]);
        PlanDraft source = context.Builder.Of(input);
        if (source.Kind != Manifest.PlanValueKind.Tensor || source.Shape is null || source.ElementType is ElementType.String or ElementType.Undefined)
        {
            return "the input's shape depends on the data.";
        }

        if (source.Content is { } content)
        {
            if (!shape.IsFixed || content.Strings is not null)
            {
                return "a weight has a fixed shape.";
            }

            context.Builder.Bind(output, context.Builder.Constant(content.Reshape(shape.ToArray()), output.Name));
            return null;
        }

        if (context.Builder.Alias(source, output.Name, shape) is not { } alias)
        {
            return "the input has no fixed place.";
        }

        context.Builder.Bind(output, alias);
        return null;
    }
}
