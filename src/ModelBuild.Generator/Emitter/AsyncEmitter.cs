using System.Collections.Generic;
using System.Linq;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Emitter;

/// <summary><c>RunAsync</c> over memory, on the thread pool.</summary>
internal static class AsyncEmitter
{
    private const string Memory = "global::System.Memory";
    private const string ReadOnlyMemory = "global::System.ReadOnlyMemory";
    private const string Task = "global::System.Threading.Tasks.Task";

    private const string Ownership =
        "The buffers belong to the call until the task has ended, however it ends: do not write to, reuse or release them before. Cancelling stops the run between two operators of the model and then ends the task.";

    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        string feeds = surface.HasFeedsType ? "AsyncFeeds feeds" : string.Join(", ", surface.FeedParameters(ReadOnlyMemory));
        List<(string, string)> docs = [.. surface.FeedDocs()];
        (string, string) token = ("cancellationToken", "Stops the run.");
        string tokenParameter = $"{CallSurface.Token} cancellationToken = default";
        if (surface.IsSingle)
        {
            TensorSpec output = surface.Fetches[0];
            string type = output.Element.Type;
            writer.Separate();
            writer.Docs("Runs the model on the thread pool.", [.. docs, ("destination", $"Receives <c>{SourceText.Xml(output.Name)}</c>: {RunEmitter.LengthDoc(surface, output)}"), token], "Ends when the destination is written.",
                surface.Exceptions(cancellable: true), Ownership);
            writer.Open($"public {Task} RunAsync({CallSurface.Join(feeds.Length > 0 ? [feeds] : [], [$"{Memory}<{type}> destination", tokenParameter])})");
            Body(writer, surface, "", sizes => [$"Execute({CallSurface.Join(Arguments(surface), sizes, ["destination.Span", "cancellationToken"])});"]);
            writer.Close();

            writer.Separate();
            writer.Docs("Runs the model on the thread pool and allocates the result.", [.. docs, token], $"<c>{SourceText.Xml(output.Name)}</c> in row-major order.", surface.Exceptions(cancellable: true), Ownership);
            writer.Open($"public {Task}<{type}[]> RunAsync({CallSurface.Join(feeds.Length > 0 ? [feeds] : [], [tokenParameter])})");
            Body(writer, surface, $"<{type}[]>", sizes =>
            [
                $"{type}[] result = new {type}[{surface.Length(output, isInput: false, CallSurface.FromSizes)}];",
                $"Execute({CallSurface.Join(Arguments(surface), sizes, ["result", "cancellationToken"])});",
                "return result;",
            ]);
            writer.Close();
        }
        else
        {
            writer.Separate();
            writer.Docs("Runs the model on the thread pool.", [.. docs, token], "The outputs. Dispose it when they are no longer needed.", surface.Exceptions(cancellable: true), Ownership);
            writer.Open($"public {Task}<Result> RunAsync({CallSurface.Join(feeds.Length > 0 ? [feeds] : [], [tokenParameter])})");
            Body(writer, surface, "<Result>", sizes => [$"return ExecuteResult({CallSurface.Join(Arguments(surface), sizes, ["cancellationToken"])});"]);
            writer.Close();
        }

        if (surface.HasFeedsType)
        {
            AsyncFeeds(writer, surface);
        }
    }

    private static void Body(SourceWriter writer, CallSurface surface, string result, System.Func<List<string>, List<string>> lines)
    {
        writer.Open($"return {Task}.Run{result}(() =>");
        if (surface.HasFeedsType)
        {
            writer.Line("Feeds spans = feeds.ToFeeds();");
        }

        List<string> sizes = [];
        if (surface.HasSizes)
        {
            writer.Line($"Sizes sizes = GetSizes({string.Join(", ", Arguments(surface))});");
            sizes = ["sizes"];
        }

        foreach (string line in lines(sizes))
        {
            writer.Line(line);
        }

        writer.Close(", cancellationToken);");
    }

    private static List<string> Arguments(CallSurface surface) =>
        surface.HasFeedsType ? ["spans"] : [.. surface.Feeds.SelectMany(f => f.HasShape ? new[] { $"{f.Parameter}.Span" } : [$"{f.Parameter}.Span", $"{f.ShapeParameter}.Span"]), .. surface.CallerSymbols.Select(s => s.Parameter)];

    private static void AsyncFeeds(SourceWriter writer, CallSurface surface)
    {
        writer.Separate();
        writer.Docs("The inputs of a call on the thread pool; see <see cref=\"Feeds\"/>.", []);
        writer.Open("public readonly struct AsyncFeeds");
        foreach (FeedMember member in FeedsEmitter.Members(surface, ReadOnlyMemory))
        {
            writer.Doc("summary", member.Xml);
            writer.Line($"public {(member.IsRequired ? "required " : "")}{member.Type} {member.Name} {{ get; init; }}");
            writer.Separate();
        }

        writer.Line($"internal Feeds ToFeeds() => new() {{ {string.Join(", ", FeedsEmitter.Members(surface, ReadOnlyMemory).Select(m => $"{m.Name} = {m.Name}{(m.IsSpan ? ".Span" : "")}"))} }};");
        writer.Close();
    }
}
