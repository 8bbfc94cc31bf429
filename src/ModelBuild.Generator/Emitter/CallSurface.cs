using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ModelBuild.Dimensions;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Emitter;

/// <summary>What the methods that run the model have in common: parameters, arguments, shapes.</summary>
internal sealed class CallSurface
{
    public const string Span = "global::System.Span";
    public const string ReadOnlySpan = "global::System.ReadOnlySpan";
    public const string Runtime = "global::ModelBuild.Runtime";
    public const string Token = "global::System.Threading.CancellationToken";

    /// <summary><c>ModelCall.DirectTensors</c>: beyond it outputs are read back.</summary>
    public const int DirectTensors = 16;

    public CallSurface(ModelSpec spec)
    {
        Spec = spec;
        Feeds = [.. spec.Inputs.Where(i => i.Role == TensorRole.Caller)];
        Fetches = [.. spec.Outputs.Where(o => o.Role == TensorRole.Caller)];
        CallerSymbols = [.. spec.Symbols.Where(s => s.Origin == SymbolOrigin.Caller)];
        IsDataDependent = Fetches.Exists(o => !o.IsSizeKnown);
        TensorCount = spec.Inputs.Count(i => i.Role != TensorRole.None) + spec.Outputs.Count(o => o.Role != TensorRole.None);
        Type = spec.Namespace.Length > 0 ? $"global::{spec.Namespace}.{spec.ClassName}" : $"global::{spec.ClassName}";
    }

    public ModelSpec Spec { get; }

    /// <summary>The plan of a compiled model.</summary>
    public PlanSpec Plan { get; init; } = PlanSpec.None;

    /// <summary>The factory of the backend's sessions.</summary>
    public string Opener => !Spec.IsCompiled ? "global::ModelBuild.OnnxRuntime.OnnxRuntimeBackend.Open" : Plan.HasPlan ? $"{Plans.PlanNames.Class}.Open" : $"{Runtime}.CompiledBackend.Open";

    /// <summary>Inputs that the caller gives.</summary>
    public List<TensorSpec> Feeds { get; }

    /// <summary>Outputs that the caller gets.</summary>
    public List<TensorSpec> Fetches { get; }

    /// <summary>Symbolic dimensions that the caller states with each call.</summary>
    public List<SymbolSpec> CallerSymbols { get; }

    /// <summary>Whether the size of an output is known only after the call.</summary>
    public bool IsDataDependent { get; }

    /// <summary>Whether one output of known size is all that a call gives.</summary>
    public bool IsSingle => Fetches.Count == 1 && !IsDataDependent;

    /// <summary>Tensors of one call.</summary>
    public int TensorCount { get; }

    /// <summary>The class with its namespace.</summary>
    public string Type { get; }

    /// <summary>Whether inputs come in a <c>Feeds</c>.</summary>
    public bool HasFeedsType => Feeds.Count > 1;

    public bool HasSizes => Spec.Symbols.Count > 0;

    /// <summary>Types and names of what the caller gives, such as <c>ReadOnlySpan&lt;float&gt; image, int batch</c>.</summary>
    public List<string> FeedParameters(string span = ReadOnlySpan)
    {
        if (HasFeedsType)
        {
            return ["scoped in Feeds feeds"];
        }

        var parameters = new List<string>();
        foreach (TensorSpec feed in Feeds)
        {
            parameters.Add($"{span}<{feed.Element.Type}> {feed.Parameter}");
            if (!feed.HasShape)
            {
                parameters.Add($"{span}<long> {feed.ShapeParameter}");
            }
        }

        parameters.AddRange(CallerSymbols.Select(s => $"int {s.Parameter}"));
        return parameters;
    }

    /// <summary>The same as arguments.</summary>
    public List<string> FeedArguments(string suffix = "")
    {
        if (HasFeedsType)
        {
            return ["feeds"];
        }

        var arguments = new List<string>();
        foreach (TensorSpec feed in Feeds)
        {
            arguments.Add(feed.Parameter + suffix);
            if (!feed.HasShape)
            {
                arguments.Add(feed.ShapeParameter + suffix);
            }
        }

        arguments.AddRange(CallerSymbols.Select(s => s.Parameter));
        return arguments;
    }

    /// <summary>Documentation of <see cref="FeedParameters"/>.</summary>
    public List<(string Name, string Xml)> FeedDocs()
    {
        if (HasFeedsType)
        {
            return [("feeds", "The inputs.")];
        }

        var docs = new List<(string, string)>();
        foreach (TensorSpec feed in Feeds)
        {
            docs.Add((feed.Parameter, DescribeFeed(feed)));
            if (!feed.HasShape)
            {
                docs.Add((feed.ShapeParameter, $"Sizes of <paramref name=\"{feed.Parameter.TrimStart('@')}\"/>, outermost first."));
            }
        }

        docs.AddRange(CallerSymbols.Select(s => (s.Parameter, $"Size of dimension <c>{SourceText.Xml(s.Name)}</c>.")));
        return docs;
    }

    /// <summary>An input in words: type, shape, the model's description.</summary>
    public string DescribeFeed(TensorSpec feed)
    {
        ContextSpec? context = Spec.Contexts.FirstOrDefault(c => c.Input == feed.Index);
        string text = $"<c>{TypeAndShape(feed)}</c> in row-major order{Description(feed)}";
        return context is null ? text : text + $" Without the {context.Count.ToString(CultureInfo.InvariantCulture)} elements of the last dimension that are carried over from the call before.";
    }

    /// <summary>The model's description of a tensor as the rest of a sentence.</summary>
    public static string Description(TensorSpec tensor) =>
        tensor.DocString.Trim().Length == 0 ? "." : $": {SourceText.XmlParagraphs(tensor.DocString)}{(tensor.DocString.TrimEnd().EndsWith(".", System.StringComparison.Ordinal) ? "" : ".")}";

    /// <summary>Such as <c>float32[batch,3,224,224]</c>, for XML.</summary>
    public static string TypeAndShape(TensorSpec tensor) =>
        SourceText.Xml($"{tensor.ElementName}[{(tensor.HasShape ? string.Join(",", tensor.Dimensions.Select(d => d.Text.Length > 0 ? d.Text : "?")) : "...")}]");

    /// <summary>A feed inside methods that got <see cref="FeedParameters"/>.</summary>
    public string FeedValue(TensorSpec feed) => HasFeedsType ? $"feeds.{feed.Identifier}" : feed.Parameter;

    public string FeedShapeValue(TensorSpec feed) => HasFeedsType ? $"feeds.{feed.ShapeIdentifier}" : feed.ShapeParameter;

    /// <summary>A shape of known rank as an expression.</summary>
    /// <remarks>
    /// A fixed one is an array of the class and no collection expression: unoptimized code, such as that of a Debug build, allocates for a
    /// span over constants.
    /// </remarks>
    /// <param name="tensor">The tensor.</param>
    /// <param name="symbol">C# expression of a symbol.</param>
    public string Shape(TensorSpec tensor, System.Func<SymbolSpec, string> symbol) => tensor.IsFixed && tensor.Dimensions.Count > 0 ? $"Manifest.{ShapeField(tensor)}" : $"[{string.Join(", ", tensor.Dimensions.Select(d => Size(d, symbol)))}]";

    /// <summary>The field of a fixed shape.</summary>
    public static string ShapeField(TensorSpec tensor) => $"{(tensor.IsInput ? "Input" : "Output")}Shape{tensor.Index.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Number of elements of known size as an <c>int</c> expression.</summary>
    public string Length(TensorSpec tensor, bool isInput, System.Func<SymbolSpec, string> symbol) =>
        tensor.FixedLength >= 0 ? tensor.FixedLength.ToString(CultureInfo.InvariantCulture) : $"{Runtime}.ModelShapes.Length({Info(tensor, isInput)}, {Shape(tensor, symbol)})";

    /// <summary>One dimension as a <c>long</c> expression.</summary>
    public string Size(DimensionSpec dimension, System.Func<SymbolSpec, string> symbol)
    {
        if (dimension.Kind != DimensionKind.Formula || !DimensionExpression.TryParse(dimension.Formula, out DimensionExpression? e))
        {
            return dimension.Size.ToString(CultureInfo.InvariantCulture) + "L";
        }

        string code = e!.ToCSharp(name => symbol(Symbol(name)), $"{Runtime}.ModelShapes.FloorDivide");
        return e.SymbolName is null ? $"checked({code})" : code;
    }

    public SymbolSpec Symbol(string name) => Spec.Symbols.First(s => s.Name == name);

    /// <summary>A symbol inside methods that have a <c>Sizes sizes</c>.</summary>
    public static string FromSizes(SymbolSpec symbol) => $"sizes.{symbol.Identifier}";

    /// <summary>Symbols that a tensor's shape uses, in the order of the plan.</summary>
    public List<SymbolSpec> SymbolsOf(TensorSpec tensor)
    {
        var names = new HashSet<string>();
        foreach (DimensionSpec dimension in tensor.Dimensions)
        {
            if (dimension.Kind == DimensionKind.Formula && DimensionExpression.TryParse(dimension.Formula, out DimensionExpression? e))
            {
                names.UnionWith(e!.Symbols);
            }
        }

        return [.. Spec.Symbols.Where(s => names.Contains(s.Name))];
    }

    /// <summary>The run-time description of a tensor.</summary>
    public string Info(TensorSpec tensor, bool isInput) => $"{Type}.Info.{(isInput ? "Inputs" : "Outputs")}[{tensor.Index.ToString(CultureInfo.InvariantCulture)}]";

    /// <summary>What every call may throw.</summary>
    public List<(string Type, string Xml)> Exceptions(bool cancellable = false)
    {
        var exceptions = new List<(string, string)>();
        if (Feeds.Count > 0 || !IsDataDependent)
        {
            exceptions.Add(("global::ModelBuild.TensorShapeException", "A span has another length than the model takes; the message names it."));
        }

        exceptions.Add(("global::System.ObjectDisposedException", Spec.IsStream ? "The stream or its model is disposed." : "The model is disposed."));
        if (cancellable)
        {
            exceptions.Add(("global::System.OperationCanceledException", "The token fired: the run was stopped, and what the buffers hold is undefined."));
        }

        return exceptions;
    }

    public static string Join(params IEnumerable<string>[] parts) => string.Join(", ", parts.SelectMany(p => p));
}
