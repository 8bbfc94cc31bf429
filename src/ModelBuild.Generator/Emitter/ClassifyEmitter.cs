using System.Collections.Generic;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Emitter;

/// <summary><c>Classify</c> of models with labels.</summary>
internal static class ClassifyEmitter
{
    private const string Scores = "Scores that are no probabilities yet (one is negative, or their sum is not 1) go through softmax over all classes.";

    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        if (!surface.Spec.HasLabels)
        {
            return;
        }

        List<string> feeds = surface.FeedParameters();
        writer.Separate();
        writer.Docs("The best classes, best first.", [.. surface.FeedDocs(), ("k", "How many.")], "As many as there are, at most <paramref name=\"k\"/>.", Exceptions(surface), Scores);
        writer.Open($"public global::ModelBuild.Classification[] Classify({CallSurface.Join(feeds, [surface.HasFeedsType || surface.CallerSymbols.Count == 0 ? "int k = 5" : "int k"])})");
        writer.Line("global::System.ArgumentOutOfRangeException.ThrowIfNegative(k);");
        writer.Line("var result = new global::ModelBuild.Classification[global::System.Math.Min(k, LabelList.Names.Length)];");
        writer.Line($"_ = Classify({CallSurface.Join(surface.FeedArguments(), ["result"])});");
        writer.Line("return result;");
        writer.Close();

        writer.Separate();
        writer.Docs("The best classes, best first, without allocating.", [.. surface.FeedDocs(), ("destination", "Receives as many as fit.")], "How many there are.", Exceptions(surface), Scores);
        writer.Open($"public int Classify({CallSurface.Join(feeds, [$"{CallSurface.Span}<global::ModelBuild.Classification> destination"])})");
        TensorSpec output = surface.Fetches[0];
        if (surface.IsDataDependent)
        {
            List<string> known = RunEmitter.DeclareSizes(writer, surface);
            writer.Line($"using Result result = ExecuteResult({CallSurface.Join(surface.FeedArguments(), known, ["default"])});");
            writer.Line($"return {CallSurface.Runtime}.Classifier.Top({CallSurface.Runtime}.TensorViews.Elements(result.{output.Identifier}), LabelList.Names, destination);");
            writer.Close();
            return;
        }

        List<string> sizes = RunEmitter.DeclareSizes(writer, surface);
        string type = output.Element.Type;
        writer.Line($"int length = {surface.Length(output, isInput: false, CallSurface.FromSizes)};");
        writer.Line($"{type}[] scratch = global::System.Buffers.ArrayPool<{type}>.Shared.Rent(length);");
        writer.Open("try");
        writer.Line($"{CallSurface.Span}<{type}> scores = global::System.MemoryExtensions.AsSpan(scratch, 0, length);");
        string destination = surface.IsSingle ? "scores" : $"new Fetches {{ {output.Identifier} = scores }}";
        writer.Line($"Execute({CallSurface.Join(surface.FeedArguments(), sizes, [destination, "default"])});");
        writer.Line($"return {CallSurface.Runtime}.Classifier.Top<{type}>(scores, LabelList.Names, destination);");
        writer.Close();
        writer.Open("finally");
        writer.Line($"global::System.Buffers.ArrayPool<{type}>.Shared.Return(scratch);");
        writer.Close();
        writer.Close();
    }

    private static List<(string Type, string Xml)> Exceptions(CallSurface surface) =>
        surface.Fetches[0].FixedLength >= 0 ? surface.Exceptions() : [.. surface.Exceptions(), ("global::System.ArgumentException", "The model gives another number of scores than there are labels (MB5003).")];
}
