using System.Collections.Generic;
using System.Linq;
using ModelBuild.Generator.Model;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Parser;

/// <summary>Checks that states and contexts can be carried from call to call.</summary>
internal sealed class StreamChecker(ModelParser parser, ModelSignature signature)
{
    public void Check(List<TensorSpec> inputs, List<TensorSpec> outputs)
    {
        foreach (StateSignature state in signature.States)
        {
            CheckState(state, inputs.Find(i => i.Name == state.Input), outputs.Find(o => o.Name == state.Output));
        }

        foreach (ContextSignature context in signature.Contexts)
        {
            CheckContext(context, inputs.Find(i => i.Name == context.Input));
        }

        if (signature.States.Count + signature.Contexts.Count > 0 && outputs.TrueForAll(o => o.Role != TensorRole.Caller))
        {
            parser.Fail("MB4007", "Every output is a state, so a stream would give nothing back.");
        }
    }

    private void CheckState(StateSignature state, TensorSpec? input, TensorSpec? output)
    {
        string what = $"State feeds '{state.Input}' from '{state.Output}'";
        if (input is null || output is null)
        {
            parser.Fail("MB4007", $"{what}, but the model has no such {(input is null ? "input" : "output")}.");
        }
        else if (input.Role != TensorRole.State || output.Role != TensorRole.State)
        {
            // Another message says why one of them can't be used.
            parser.Fail("MB4007", $"{what}, but one of them can't be used in C#.");
        }
        else if (input.Element != output.Element || input.Element.IsText)
        {
            parser.Fail("MB4007", $"{what}: both must be numbers of one type, but they are {input.ElementName} and {output.ElementName}.");
        }
        else if (!input.HasShape || (output.HasShape && !SameShape(input, output)))
        {
            parser.Fail("MB4007", $"{what}: a state must keep its shape, but they have [{string.Join(",", input.Dimensions.Select(d => d.Text))}] and [{string.Join(",", output.Dimensions.Select(d => d.Text))}]. A growing cache can't be a state yet; feed it by hand.");
        }
        else if (signature.States.Count(s => s.Input == state.Input || s.Output == state.Output) > 1)
        {
            parser.Fail("MB4007", $"{what}, but one of them is in another state too.");
        }
    }

    // What inference does not know of the output is taken to be as in the input; the backend refuses when it is not.
    private static bool SameShape(TensorSpec input, TensorSpec output) =>
        input.Dimensions.Count == output.Dimensions.Count &&
        input.Dimensions.Zip(output.Dimensions, (i, o) => o.Kind == DimensionKind.Unknown || (i.Kind == o.Kind ? i.Size == o.Size && i.Formula == o.Formula : i.Kind == DimensionKind.Formula && o.Kind == DimensionKind.Fixed && o.Size == 1)).All(same => same);

    private void CheckContext(ContextSignature context, TensorSpec? input)
    {
        string what = $"Context carries {context.Count} elements of '{context.Input}'";
        if (input is null || input.Role != TensorRole.Caller)
        {
            parser.Fail("MB4007", $"{what}, which is no input that a caller gives.");
        }
        else if (input.Element.IsText || !input.HasShape || input.Dimensions.Count == 0 || input.IsOptional)
        {
            parser.Fail("MB4007", $"{what}: it must be a tensor of numbers with at least one dimension.");
        }
        else if (context.Count <= 0 || (input.Dimensions[input.Dimensions.Count - 1] is { Kind: DimensionKind.Fixed } last && last.Size <= context.Count))
        {
            parser.Fail("MB4007", $"{what}: the number must be positive and less than the last dimension of [{string.Join(",", input.Dimensions.Select(d => d.Text))}].");
        }
        else if (input.Dimensions.Any(d => d is { Kind: DimensionKind.Fixed, Size: 0 }))
        {
            parser.Fail("MB4007", $"{what}: it has no elements.");
        }
        else if (signature.Contexts.Count(c => c.Input == context.Input) > 1)
        {
            parser.Fail("MB4007", $"{what} twice.");
        }
    }
}
