using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Emitter;

/// <summary><c>CreateStream</c> and the nested <c>Stream</c>, which carries states and contexts from call to call.</summary>
internal static class StreamEmitter
{
    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        ModelSpec spec = surface.Spec;
        List<SymbolSpec> symbols = [.. spec.Symbols.Where(s => s.Origin == SymbolOrigin.Stream)];
        List<(string, string)> docs = [.. symbols.Select(s => (s.Parameter, $"Size of dimension <c>{SourceText.Xml(s.Name)}</c>, at least 1."))];
        writer.Separate();
        writer.Docs("Starts a running sequence. Several share the model's weights and may run at the same time.", docs, "The stream. Dispose it before the model.",
            symbols.Count == 0 ? [("global::System.ObjectDisposedException", "The model is disposed.")]
            : [("global::System.ArgumentOutOfRangeException", "A size is less than 1."), ("global::System.ObjectDisposedException", "The model is disposed.")]);
        writer.Open($"public Stream CreateStream({string.Join(", ", symbols.Select(s => $"int {s.Parameter} = 1"))})");
        foreach (SymbolSpec symbol in symbols)
        {
            writer.Line($"global::System.ArgumentOutOfRangeException.ThrowIfNegativeOrZero({symbol.Parameter});");
        }

        writer.Line("_model.ThrowIfDisposed();");
        writer.Line($"return new({CallSurface.Join(["_model"], symbols.Select(s => s.Parameter))});");
        writer.Close();

        writer.Separate();
        writer.Docs("One running sequence: keeps what the model hands from one call to the next. One thread at a time.", [], "", null, Carried(spec));
        writer.Open("public sealed class Stream : global::ModelBuild.ModelStream");
        Fields(writer, surface, symbols);
        writer.Separate();
        writer.Line("/// <inheritdoc/>");
        writer.Open("public override void Reset()");
        writer.Line("ThrowIfDisposed();");
        foreach (string field in Buffers(spec))
        {
            writer.Line($"{field}.Reset();");
        }

        writer.Close();
        RunEmitter.Emit(writer, surface);
        ClassifyEmitter.Emit(writer, surface);
        writer.Close();
    }

    /// <summary>The field that joins a feed with what was carried over.</summary>
    public static string ContextField(TensorSpec feed) => $"_context{feed.Identifier}";

    /// <summary>A feed with what was carried over; null when nothing is.</summary>
    public static string? Joined(CallSurface surface, TensorSpec feed) =>
        surface.Spec.Contexts.Any(c => c.Input == feed.Index) ? $"{ContextField(feed)}.Join({surface.Info(feed, isInput: true)}, {surface.FeedValue(feed)})" : null;

    public static void SetInputs(SourceWriter writer, CallSurface surface)
    {
        foreach (StateSpec state in surface.Spec.States)
        {
            TensorSpec input = surface.Spec.Inputs[state.Input];
            writer.Line($"call.SetInput({Index(state.Input)}, {StateField(input)}.Current, {surface.Shape(input, CallSurface.FromSizes)});");
        }
    }

    public static void SetOutputs(SourceWriter writer, CallSurface surface)
    {
        foreach (StateSpec state in surface.Spec.States)
        {
            TensorSpec input = surface.Spec.Inputs[state.Input];
            writer.Line($"call.SetOutput({Index(state.Output)}, {StateField(input)}.Next, {surface.Shape(input, CallSurface.FromSizes)});");
        }
    }

    /// <summary>Accepts the states of a call that succeeded.</summary>
    public static void Advance(SourceWriter writer, CallSurface surface)
    {
        foreach (StateSpec state in surface.Spec.States.Where(_ => surface.TensorCount > CallSurface.DirectTensors))
        {
            writer.Line($"call.ReadOutput({Index(state.Output)}, {StateField(surface.Spec.Inputs[state.Input])}.Next);");
        }

        foreach (string field in Buffers(surface.Spec))
        {
            writer.Line($"{field}.Advance();");
        }
    }

    private static void Fields(SourceWriter writer, CallSurface surface, List<SymbolSpec> symbols)
    {
        ModelSpec spec = surface.Spec;
        writer.Line($"private readonly {CallSurface.Runtime}.ModelHandle _model;");
        foreach (SymbolSpec symbol in symbols)
        {
            writer.Line($"private readonly long _sizeOf{symbol.Identifier};");
        }

        foreach (TensorSpec input in spec.States.Select(s => spec.Inputs[s.Input]))
        {
            writer.Line($"private readonly {CallSurface.Runtime}.StreamState<{input.Element.Type}> {StateField(input)};");
        }

        foreach (TensorSpec input in spec.Contexts.Select(c => spec.Inputs[c.Input]))
        {
            writer.Line($"private readonly {CallSurface.Runtime}.StreamContext<{input.Element.Type}> {ContextField(input)};");
        }

        writer.Separate();
        writer.Open($"internal Stream({CallSurface.Join([$"{CallSurface.Runtime}.ModelHandle model"], symbols.Select(s => $"long {s.Parameter}"))})");
        writer.Line("_model = model;");
        foreach (SymbolSpec symbol in symbols)
        {
            writer.Line($"_sizeOf{symbol.Identifier} = {symbol.Parameter};");
        }

        foreach (TensorSpec input in spec.States.Select(s => spec.Inputs[s.Input]))
        {
            writer.Line($"{StateField(input)} = new({surface.Length(input, isInput: true, s => s.Parameter)});");
        }

        foreach (ContextSpec context in spec.Contexts)
        {
            TensorSpec input = spec.Inputs[context.Input];
            DimensionSpec last = input.Dimensions[input.Dimensions.Count - 1];
            string rows = string.Join(", ", input.Dimensions.Take(input.Dimensions.Count - 1).Select(d => surface.Size(d, s => s.Parameter)));
            string frame = last.Kind == DimensionKind.Fixed ? last.Size.ToString(CultureInfo.InvariantCulture) : "-1";
            writer.Line($"{ContextField(input)} = new({Index(context.Count)}, {CallSurface.Runtime}.ModelShapes.Length({surface.Info(input, isInput: true)}, [{rows}]), {frame});");
        }

        writer.Close();
    }

    private static IEnumerable<string> Buffers(ModelSpec spec) =>
        [.. spec.States.Select(s => StateField(spec.Inputs[s.Input])), .. spec.Contexts.Select(c => ContextField(spec.Inputs[c.Input]))];

    private static string StateField(TensorSpec input) => $"_state{input.Identifier}";

    private static string Index(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static string Carried(ModelSpec spec)
    {
        List<string> parts = [.. spec.States.Select(s => $"<c>{SourceText.Xml(spec.Outputs[s.Output].Name)}</c> becomes <c>{SourceText.Xml(spec.Inputs[s.Input].Name)}</c> of the next call"),
            .. spec.Contexts.Select(c => $"the last {Index(c.Count)} elements of <c>{SourceText.Xml(spec.Inputs[c.Input].Name)}</c> come before the next ones")];
        return $"Carried from call to call: {string.Join("; ", parts)}. All are zeros at first. A call that fails changes nothing.";
    }
}
