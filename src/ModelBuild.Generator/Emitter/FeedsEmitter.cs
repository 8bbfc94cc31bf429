using System.Collections.Generic;
using System.Linq;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Emitter;

/// <summary>One member of a <c>Feeds</c>.</summary>
internal sealed record FeedMember(string Name, string Type, bool IsSpan, bool IsRequired, string Xml);

/// <summary>The structures that hold several inputs or outputs, so that one can't be taken for another.</summary>
internal static class FeedsEmitter
{
    public static void Emit(SourceWriter writer, CallSurface surface)
    {
        if (surface.HasFeedsType)
        {
            writer.Separate();
            writer.Docs("The inputs of a call.", []);
            writer.Open("public ref struct Feeds");
            foreach (FeedMember member in Members(surface, CallSurface.ReadOnlySpan))
            {
                writer.Doc("summary", member.Xml);
                writer.Line($"public {(member.IsRequired ? "required " : "")}{member.Type} {member.Name} {{ readonly get; set; }}");
                writer.Separate();
            }

            writer.Close();
        }

        if (surface.Fetches.Count > 1 && !surface.IsDataDependent)
        {
            writer.Separate();
            writer.Docs("Where the outputs of a call go. An output without a span is not computed for the caller; without any, nothing is run.", []);
            writer.Open("public ref struct Fetches");
            foreach (TensorSpec output in surface.Fetches)
            {
                writer.Doc("summary", $"<c>{SourceText.Xml(output.Name)}</c>, <c>{CallSurface.TypeAndShape(output)}</c> in row-major order, {RunEmitter.LengthDoc(surface, output)}{(output.DocString.Trim().Length > 0 ? " " + SourceText.XmlParagraphs(output.DocString) : "")}");
                writer.Line($"public {CallSurface.Span}<{output.Element.Type}> {output.Identifier} {{ readonly get; set; }}");
                writer.Separate();
            }

            writer.Close();
        }
    }

    /// <summary>Members for the inputs, and for the sizes that no input tells.</summary>
    public static List<FeedMember> Members(CallSurface surface, string span)
    {
        var members = new List<FeedMember>();
        foreach (TensorSpec feed in surface.Feeds)
        {
            string optional = feed.IsOptional ? " Empty for the model's default." : "";
            members.Add(new(feed.Identifier, $"{span}<{feed.Element.Type}>", true, !feed.IsOptional, $"<c>{SourceText.Xml(feed.Name)}</c>, {surface.DescribeFeed(feed)}{optional}"));
            if (!feed.HasShape)
            {
                members.Add(new(feed.ShapeIdentifier, $"{span}<long>", true, !feed.IsOptional, $"Sizes of <see cref=\"{feed.Identifier}\"/>, outermost first."));
            }
        }

        members.AddRange(surface.CallerSymbols.Select(s => new FeedMember(s.Identifier, "int", false, true, $"Size of dimension <c>{SourceText.Xml(s.Name)}</c>.")));
        return members;
    }
}
