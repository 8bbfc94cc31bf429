using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelBuild.Dimensions;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Emitter;

/// <summary><c>Run</c> over tensors, whose shapes tell every size.</summary>
internal static class TensorRunEmitter
{
    private const string Tensors = "global::System.Numerics.Tensors";

    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        // Without inputs there is nothing to tell sizes; a size that stands alone in no shape can't be read from one.
        if (surface.Feeds.Count == 0 || surface.Feeds.Exists(f => f.IsOptional) || surface.CallerSymbols.Exists(s => s.Axis < 0))
        {
            return;
        }

        string feeds = surface.HasFeedsType ? "scoped in TensorFeeds feeds" : $"scoped in {Tensors}.ReadOnlyTensorSpan<{surface.Feeds[0].Element.Type}> {surface.Feeds[0].Parameter}";
        List<(string, string)> docs = surface.HasFeedsType
            ? [("feeds", "The inputs.")]
            : [(surface.Feeds[0].Parameter, $"<c>{CallSurface.TypeAndShape(surface.Feeds[0])}</c>{CallSurface.Description(surface.Feeds[0])} One that does not lie densely is copied.")];
        if (surface.IsSingle)
        {
            Single(writer, surface, feeds, docs);
        }
        else
        {
            writer.Separate();
            writer.Docs("Runs the model.", docs, "The outputs. Dispose it when they are no longer needed.", Exceptions(surface));
            writer.Open($"public Result Run({feeds})");
            Elements(writer, surface);
            List<string> sizes = Sizes(writer, surface);
            writer.Line($"return ExecuteResult({CallSurface.Join(Arguments(surface), sizes, ["default"])});");
            writer.Close();
        }

        if (surface.HasFeedsType)
        {
            TensorFeeds(writer, surface);
        }
    }

    private static void Single(SourceWriter writer, CallSurface surface, string feeds, List<(string, string)> docs)
    {
        TensorSpec output = surface.Fetches[0];
        string type = output.Element.Type;
        writer.Separate();
        writer.Docs("Runs the model and allocates the result.", docs, $"<c>{SourceText.Xml(output.Name)}</c>, <c>{CallSurface.TypeAndShape(output)}</c>{CallSurface.Description(output)}", Exceptions(surface));
        writer.Open($"public {Tensors}.Tensor<{type}> Run({feeds})");
        Elements(writer, surface);
        List<string> sizes = Sizes(writer, surface);
        writer.Line($"{type}[] result = new {type}[{surface.Length(output, isInput: false, CallSurface.FromSizes)}];");
        writer.Line($"Execute({CallSurface.Join(Arguments(surface), sizes, ["result", "default"])});");
        writer.Line($"return {CallSurface.Runtime}.TensorViews.Create(result, {surface.Shape(output, CallSurface.FromSizes)});");
        writer.Close();

        writer.Separate();
        writer.Docs("Runs the model.", [.. docs, ("destination", $"Receives <c>{SourceText.Xml(output.Name)}</c>, <c>{CallSurface.TypeAndShape(output)}</c>; its elements must lie densely.")], "",
            [.. Exceptions(surface), ("global::System.ArgumentException", "The destination is not dense (MB5002).")]);
        writer.Open($"public void Run({feeds}, scoped in {Tensors}.TensorSpan<{type}> destination)");
        Elements(writer, surface);
        sizes = Sizes(writer, surface);
        writer.Line($"{CallSurface.Runtime}.TensorViews.CheckShape({surface.Info(output, isInput: false)}, destination, {surface.Shape(output, CallSurface.FromSizes)});");
        writer.Line($"Execute({CallSurface.Join(Arguments(surface), sizes, [$"{CallSurface.Runtime}.TensorViews.Destination(destination)", "default"])});");
        writer.Close();
    }

    private static List<(string Type, string Xml)> Exceptions(CallSurface surface) =>
        [("global::ModelBuild.TensorShapeException", "A tensor has another shape than the model takes; the message names it."), .. surface.Exceptions().Where(e => e.Type.EndsWith("ObjectDisposedException", System.StringComparison.Ordinal))];

    /// <summary>The caller's tensors as spans, checked, and as many locals as <see cref="Arguments"/> hands on.</summary>
    private static void Elements(SourceWriter writer, CallSurface surface)
    {
        if (surface.HasFeedsType)
        {
            writer.Line("Feeds spans = feeds.ToFeeds();");
            return;
        }

        TensorSpec feed = surface.Feeds[0];
        if (feed.HasShape)
        {
            writer.Line($"{CallSurface.Runtime}.ModelShapes.CheckShape({surface.Info(feed, isInput: true)}, true, {feed.Parameter}.Lengths);");
            CheckSymbols(writer, surface, feed, f => f.Parameter);
        }

        writer.Line($"{CallSurface.ReadOnlySpan}<{feed.Element.Type}> span = {CallSurface.Runtime}.TensorViews.Elements({feed.Parameter});");
        if (!feed.HasShape)
        {
            writer.Line($"{CallSurface.ReadOnlySpan}<long> shape = {CallSurface.Runtime}.TensorViews.Shape({feed.Parameter});");
        }
    }

    private static List<string> Sizes(SourceWriter writer, CallSurface surface)
    {
        if (!surface.HasSizes)
        {
            return [];
        }

        writer.Line($"Sizes sizes = GetSizes({string.Join(", ", Arguments(surface))});");
        return ["sizes"];
    }

    private static List<string> Arguments(CallSurface surface) => surface.HasFeedsType
        ? ["spans"]
        : [.. surface.Feeds[0].HasShape ? new[] { "span" } : ["span", "shape"], .. surface.CallerSymbols.Select(s => Length(surface.Feeds[0].Parameter, s.Axis))];

    private static string Length(string tensor, int axis) => $"checked((int){tensor}.Lengths[{axis.ToString(CultureInfo.InvariantCulture)}])";

    private static void TensorFeeds(SourceWriter writer, CallSurface surface)
    {
        writer.Separate();
        writer.Docs("The inputs of a call as tensors, whose shapes tell every size. One that does not lie densely is copied.", []);
        writer.Open("public readonly ref struct TensorFeeds");
        foreach (TensorSpec feed in surface.Feeds)
        {
            writer.Doc("summary", $"<c>{SourceText.Xml(feed.Name)}</c>, <c>{CallSurface.TypeAndShape(feed)}</c>{CallSurface.Description(feed)}");
            writer.Line($"public required {Tensors}.ReadOnlyTensorSpan<{feed.Element.Type}> {feed.Identifier} {{ get; init; }}");
            writer.Separate();
        }

        writer.Open("internal Feeds ToFeeds()");

        // The inputs that state sizes are checked before the ones that are compared with them.
        foreach (TensorSpec feed in surface.Feeds.Where(f => f.HasShape))
        {
            writer.Line($"{CallSurface.Runtime}.ModelShapes.CheckShape({surface.Info(feed, isInput: true)}, true, {feed.Identifier}.Lengths);");
        }

        foreach (TensorSpec feed in surface.Feeds)
        {
            CheckSymbols(writer, surface, feed, f => f.Identifier);
        }

        writer.Open("return new()");
        foreach (TensorSpec feed in surface.Feeds)
        {
            writer.Line($"{feed.Identifier} = {CallSurface.Runtime}.TensorViews.Elements({feed.Identifier}),");
            if (!feed.HasShape)
            {
                writer.Line($"{feed.ShapeIdentifier} = {CallSurface.Runtime}.TensorViews.Shape({feed.Identifier}),");
            }
        }

        foreach (SymbolSpec symbol in surface.CallerSymbols)
        {
            writer.Line($"{symbol.Identifier} = {Length(surface.Spec.Inputs[symbol.From].Identifier, symbol.Axis)},");
        }

        writer.Close(";");
        writer.Close();
        writer.Close();
    }

    // A symbol that another input or axis states must have the same size here.
    private static void CheckSymbols(SourceWriter writer, CallSurface surface, TensorSpec feed, System.Func<TensorSpec, string> value)
    {
        for (int axis = 0; axis < feed.Dimensions.Count; axis++)
        {
            SymbolSpec? symbol = surface.Spec.Symbols.FirstOrDefault(s => feed.Dimensions[axis].Formula == DimensionExpression.Symbol(s.Name).ToString());
            if (symbol is not null && symbol.Axis >= 0 && (symbol.From != feed.Index || symbol.Axis != axis))
            {
                string expected = $"{value(surface.Spec.Inputs[symbol.From])}.Lengths[{symbol.Axis.ToString(CultureInfo.InvariantCulture)}]";
                string actual = $"{value(feed)}.Lengths[{axis.ToString(CultureInfo.InvariantCulture)}]";
                writer.Line($"{CallSurface.Runtime}.ModelShapes.CheckSame({surface.Info(feed, isInput: true)}, {SourceText.Literal(symbol.Name)}, {expected}, {actual});");
            }
        }
    }
}
