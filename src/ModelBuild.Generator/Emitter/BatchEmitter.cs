using System.Collections.Generic;
using System.Linq;
using ModelBuild.Dimensions;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Emitter;

/// <summary><c>RunBatch</c> of models with one input and one output of known size.</summary>
internal static class BatchEmitter
{
    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        if (surface.Feeds.Count != 1 || !surface.IsSingle || !surface.Feeds[0].HasShape || surface.Feeds[0].Dimensions.Count == 0)
        {
            return;
        }

        TensorSpec input = surface.Feeds[0];
        TensorSpec output = surface.Fetches[0];
        SymbolSpec? batch = surface.Spec.Symbols.FirstOrDefault(s => input.Dimensions[0].Formula == DimensionExpression.Symbol(s.Name).ToString());
        List<SymbolSpec> stated = surface.CallerSymbols.FindAll(s => s != batch);
        string values = $"{CallSurface.ReadOnlySpan}<{input.Element.Type}> {input.Parameter}";
        string destination = $"{CallSurface.Span}<{output.Element.Type}> destination";
        writer.Separate();
        writer.Docs(
            batch is not null
                ? $"Runs several inputs in one call, as a batch: the model's first dimension, <c>{SourceText.Xml(batch.Name)}</c>, becomes <paramref name=\"count\"/>."
                : "Runs several inputs one after the other: the model's first dimension is fixed, so this is a loop over <c>Run</c>, a convenience and not faster.",
            [
                (input.Parameter, $"The inputs one behind the other; each is <c>{CallSurface.TypeAndShape(input)}</c>{(batch is null ? "" : " without its first dimension")}."),
                ("count", "How many."),
                .. stated.Select(s => (s.Parameter, $"Size of dimension <c>{SourceText.Xml(s.Name)}</c>.")),
                ("destination", $"Receives <c>{SourceText.Xml(output.Name)}</c> of each, one behind the other."),
            ],
            "", [.. surface.Exceptions(), ("global::System.ArgumentOutOfRangeException", "A size is negative.")]);
        writer.Open($"public void RunBatch({CallSurface.Join([values, "int count"], stated.Select(s => $"int {s.Parameter}"), [destination])})");
        writer.Line("global::System.ArgumentOutOfRangeException.ThrowIfNegative(count);");
        if (batch is not null)
        {
            string[] sizes = [.. surface.Spec.Symbols.Select(s => s == batch ? "count" : $"{CallSurface.Runtime}.ModelShapes.CheckSize({s.Parameter}, {SourceText.Literal(s.Name)})")];
            writer.Line($"Sizes sizes = new({string.Join(", ", sizes)});");
            writer.Line($"Execute({CallSurface.Join([input.Parameter], surface.CallerSymbols.Select(s => s == batch ? "count" : s.Parameter), ["sizes", "destination", "default"])});");
        }
        else
        {
            writer.Line($"int itemLength = {CallSurface.Runtime}.ModelShapes.ItemLength({surface.Info(input, isInput: true)}, true, {input.Parameter}.Length, count);");
            writer.Line($"int resultLength = {CallSurface.Runtime}.ModelShapes.ItemLength({surface.Info(output, isInput: false)}, false, destination.Length, count);");
            writer.Open("for (int i = 0; i < count; i++)");
            writer.Line($"Run({CallSurface.Join([$"{input.Parameter}.Slice(i * itemLength, itemLength)"], stated.Select(s => s.Parameter), ["destination.Slice(i * resultLength, resultLength)"])});");
            writer.Close();
        }

        writer.Close();
    }
}
