using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelBuild.Generator.Emitter.Plans;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Emitter;

/// <summary><c>Run</c> over spans, and the private methods that all ways to run share.</summary>
internal static class RunEmitter
{
    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        if (surface.IsSingle)
        {
            Single(writer, surface);
        }
        else
        {
            Several(writer, surface);
        }

        Sizes(writer, surface);
        if (!surface.IsDataDependent)
        {
            Execute(writer, surface);
        }

        if (!surface.IsSingle)
        {
            ExecuteResult(writer, surface);
        }
    }

    /// <summary>The declaration of <c>sizes</c> where there are symbols, and the argument that hands it on.</summary>
    public static List<string> DeclareSizes(SourceWriter writer, CallSurface surface, string suffix = "")
    {
        if (!surface.HasSizes)
        {
            return [];
        }

        writer.Line($"Sizes sizes = GetSizes({string.Join(", ", surface.FeedArguments(suffix))});");
        return ["sizes"];
    }

    private static void Single(SourceWriter writer, CallSurface surface)
    {
        TensorSpec output = surface.Fetches[0];
        string type = output.Element.Type;
        List<string> feeds = surface.FeedParameters();
        bool isScalar = surface.Spec.IsStream && output.FixedLength == 1;
        writer.Separate();
        writer.Docs(isScalar ? "Runs the next frame." : "Runs the model and allocates the result.", surface.FeedDocs(),
            isScalar ? $"<c>{SourceText.Xml(output.Name)}</c>{CallSurface.Description(output)}" : $"<c>{SourceText.Xml(output.Name)}</c>: <c>{CallSurface.TypeAndShape(output)}</c> in row-major order{CallSurface.Description(output)}",
            surface.Exceptions());
        Priority(writer);
        writer.Open($"public {type}{(isScalar ? "" : "[]")} Run({string.Join(", ", feeds)})");
        List<string> sizes = DeclareSizes(writer, surface);
        if (isScalar)
        {
            writer.Line($"{type} result = default!;");
            writer.Line($"Execute({CallSurface.Join(surface.FeedArguments(), sizes, [$"new {CallSurface.Span}<{type}>(ref result)"], ["default"])});");
        }
        else
        {
            writer.Line($"{type}[] result = new {type}[{surface.Length(output, isInput: false, CallSurface.FromSizes)}];");
            writer.Line($"Execute({CallSurface.Join(surface.FeedArguments(), sizes, ["result"], ["default"])});");
        }

        writer.Line("return result;");
        writer.Close();
        writer.Separate();
        writer.Docs(output.Element.IsText ? "Runs the model." : "Runs the model without allocating.",
            [.. surface.FeedDocs(), ("destination", $"Receives <c>{SourceText.Xml(output.Name)}</c>: {LengthDoc(surface, output)}")], "", surface.Exceptions());
        Priority(writer);
        writer.Open($"public void Run({CallSurface.Join(feeds, [$"{CallSurface.Span}<{type}> destination"])})");
        sizes = DeclareSizes(writer, surface);
        writer.Line($"Execute({CallSurface.Join(surface.FeedArguments(), sizes, ["destination", "default"])});");
        writer.Close();
    }

    private static void Several(SourceWriter writer, CallSurface surface)
    {
        List<string> feeds = surface.FeedParameters();
        writer.Separate();
        writer.Docs(surface.IsDataDependent ? "Runs the model. The backend allocates the outputs, because their sizes depend on the data." : "Runs the model; the backend allocates the outputs.",
            surface.FeedDocs(), "The outputs. Dispose it when they are no longer needed.", surface.Exceptions());
        Priority(writer);
        writer.Open($"public Result Run({string.Join(", ", feeds)})");
        List<string> sizes = DeclareSizes(writer, surface);
        writer.Line($"return ExecuteResult({CallSurface.Join(surface.FeedArguments(), sizes, ["default"])});");
        writer.Close();
        if (surface.IsDataDependent)
        {
            return;
        }

        writer.Separate();
        writer.Docs("Runs the model without allocating.", [.. surface.FeedDocs(), ("fetches", "Receives the outputs. An output without a span is not computed for the caller.")], "", surface.Exceptions());
        Priority(writer);
        writer.Open($"public void Run({CallSurface.Join(feeds, ["scoped in Fetches fetches"])})");
        sizes = DeclareSizes(writer, surface);
        writer.Line($"Execute({CallSurface.Join(surface.FeedArguments(), sizes, ["fetches", "default"])});");
        writer.Close();
    }

    public static string LengthDoc(CallSurface surface, TensorSpec output) =>
        output.FixedLength >= 0 ? $"{output.FixedLength.ToString(CultureInfo.InvariantCulture)} elements." : $"as many elements as <see cref=\"Outputs.{output.Identifier}.LengthFor\"/> says.";

    // An array converts to a span and to a tensor span: the span is meant.
    private static void Priority(SourceWriter writer) => writer.Line("[global::System.Runtime.CompilerServices.OverloadResolutionPriority(1)]");

    private static void Sizes(SourceWriter writer, CallSurface surface)
    {
        if (!surface.HasSizes)
        {
            return;
        }

        List<SymbolSpec> symbols = [.. surface.Spec.Symbols];
        writer.Separate();
        writer.Open($"private {(surface.Spec.IsStream ? "" : "static ")}Sizes GetSizes({string.Join(", ", surface.FeedParameters())})");
        foreach (SymbolSpec symbol in symbols)
        {
            string value = symbol.Origin switch
            {
                SymbolOrigin.Caller => $"{CallSurface.Runtime}.ModelShapes.CheckSize({(surface.HasFeedsType ? $"feeds.{symbol.Identifier}" : symbol.Parameter)}, {SourceText.Literal(symbol.Name)})",
                SymbolOrigin.Stream => $"_sizeOf{symbol.Identifier}",
                _ => Deduced(surface, symbol),
            };
            writer.Line($"long size_{symbol.Identifier} = {value};");
        }

        writer.Line($"return new({string.Join(", ", symbols.Select(s => "size_" + s.Identifier))});");
        writer.Close();
        writer.Separate();
        writer.Line($"private readonly record struct Sizes({string.Join(", ", symbols.Select(s => $"long {s.Identifier}"))});");
    }

    private static string Deduced(CallSurface surface, SymbolSpec symbol)
    {
        TensorSpec input = surface.Spec.Inputs[symbol.From];
        string length = $"{surface.FeedValue(input)}.Length";
        if (surface.Spec.Contexts.Any(c => c.Input == input.Index))
        {
            length = $"{StreamEmitter.ContextField(input)}.JoinedLength({surface.Info(input, isInput: true)}, {length})";
        }

        string[] known = [.. input.Dimensions.Where((_, axis) => axis != symbol.Axis).Select(d => surface.Size(d, s => "size_" + s.Identifier))];
        string product = known.Length == 0 ? "1L" : known.Length == 1 ? known[0] : $"checked({string.Join(" * ", known)})";
        return $"{CallSurface.Runtime}.ModelShapes.Deduce({surface.Info(input, isInput: true)}, {length}, {product}, {SourceText.Literal(symbol.Name)})";
    }

    private static void Execute(SourceWriter writer, CallSurface surface)
    {
        string outputs = surface.IsSingle ? $"{CallSurface.Span}<{surface.Fetches[0].Element.Type}> destination" : "scoped in Fetches fetches";
        bool isDirect = DirectRun.Applies(surface, surface.Plan);
        if (isDirect)
        {
            writer.Separate();
            writer.Open(Declaration(surface, "void Execute", outputs));
            DirectRun.EmitCall(writer, surface);
            writer.Close();
        }

        Begin(writer, surface, isDirect ? $"void {DirectRun.GeneralMethod}" : "void Execute", outputs);
        foreach (TensorSpec output in surface.Fetches)
        {
            string destination = surface.IsSingle ? "destination" : $"fetches.{output.Identifier}";
            string index = output.Index.ToString(CultureInfo.InvariantCulture);
            string set = output.Element.IsText
                ? $"call.SetTextOutput({index}, {destination}.Length, {surface.Shape(output, CallSurface.FromSizes)});"
                : $"call.SetOutput({index}, {destination}, {surface.Shape(output, CallSurface.FromSizes)});";
            if (surface.IsSingle)
            {
                writer.Line(set);
                continue;
            }

            writer.Open($"if (!{destination}.IsEmpty)");
            writer.Line(set);
            writer.Close();
            writer.Separate();
        }

        StreamEmitter.SetOutputs(writer, surface);
        writer.Line("call.Execute(cancellationToken);");
        foreach (TensorSpec output in surface.Fetches.Where(o => o.Element.IsText || surface.TensorCount > CallSurface.DirectTensors))
        {
            string destination = surface.IsSingle ? "destination" : $"fetches.{output.Identifier}";
            string read = $"call.{(output.Element.IsText ? "ReadTextOutput" : "ReadOutput")}({output.Index.ToString(CultureInfo.InvariantCulture)}, {destination});";
            if (surface.IsSingle)
            {
                writer.Line(read);
                continue;
            }

            writer.Open($"if (!{destination}.IsEmpty)");
            writer.Line(read);
            writer.Close();
            writer.Separate();
        }

        StreamEmitter.Advance(writer, surface);
        End(writer);
    }

    private static void ExecuteResult(SourceWriter writer, CallSurface surface)
    {
        Begin(writer, surface, "Result ExecuteResult", null);
        foreach (TensorSpec output in surface.Fetches)
        {
            writer.Line($"call.SetOutput({output.Index.ToString(CultureInfo.InvariantCulture)});");
        }

        StreamEmitter.SetOutputs(writer, surface);
        writer.Line("call.Execute(cancellationToken);");
        writer.Line("Result result = new(ref call);");
        StreamEmitter.Advance(writer, surface);
        writer.Line("return result;");
        End(writer);
    }

    private static string Declaration(CallSurface surface, string method, string? outputs) =>
        $"private {method}({CallSurface.Join(surface.FeedParameters(), surface.HasSizes ? ["in Sizes sizes"] : [], outputs is null ? [] : [outputs], [$"{CallSurface.Token} cancellationToken"])})";

    private static void Begin(SourceWriter writer, CallSurface surface, string method, string? outputs)
    {
        writer.Separate();
        writer.Open(Declaration(surface, method, outputs));
        if (surface.Spec.IsStream)
        {
            writer.Line("ThrowIfDisposed();");
        }

        writer.Line($"{CallSurface.Runtime}.ModelCall call = _model.BeginCall();");
        writer.Open("try");
        foreach (TensorSpec feed in surface.Feeds)
        {
            string index = feed.Index.ToString(CultureInfo.InvariantCulture);
            string shape = feed.HasShape ? surface.Shape(feed, CallSurface.FromSizes) : surface.FeedShapeValue(feed);
            string value = StreamEmitter.Joined(surface, feed) ?? surface.FeedValue(feed);
            if (feed.IsOptional)
            {
                writer.Open($"if (!{surface.FeedValue(feed)}.IsEmpty)");
            }

            writer.Line($"call.SetInput({index}, {value}, {shape});");
            if (feed.IsOptional)
            {
                writer.Close();
                writer.Separate();
            }
        }

        foreach (TensorSpec constant in surface.Spec.Inputs.Where(i => i.Role == TensorRole.Constant))
        {
            writer.Line($"call.SetInput<{constant.Element.Type}>({constant.Index.ToString(CultureInfo.InvariantCulture)}, Manifest.Constant{constant.Index.ToString(CultureInfo.InvariantCulture)}, {surface.Shape(constant, CallSurface.FromSizes)});");
        }

        StreamEmitter.SetInputs(writer, surface);
    }

    private static void End(SourceWriter writer)
    {
        writer.Close();
        writer.Open("finally");
        writer.Line("call.Dispose();");
        writer.Close();
        writer.Close();
    }
}
