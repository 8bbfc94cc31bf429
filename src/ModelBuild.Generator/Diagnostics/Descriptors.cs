using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using ModelBuild.Diagnostics;
using ModelBuild.Generator.Model;

namespace ModelBuild.Generator.Diagnostics;

/// <summary>The generator's codes as the compiler wants them. Titles are those of <see cref="DiagnosticCodes"/>.</summary>
internal static class Descriptors
{
    // A release-tracking analyzer reads these: each stands in AnalyzerReleases.*.md.
    public static readonly DiagnosticDescriptor UnreadableSignature = new("MB4001", "Signature file can't be read", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor Defect = new("MB4002", "Generator defect", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor MemberName = new("MB4003", "Class name is the name of a member", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor NoClass = new("MB4004", "Model can't be given a class", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor NoMember = new("MB4005", "Output has no member", "{0}", "ModelBuild", DiagnosticSeverity.Warning, true);
    public static readonly DiagnosticDescriptor Labels = new("MB4006", "Labels do not fit the output", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor Stream = new("MB4007", "State, context, constant or preprocessing can't be used", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor Duplicate = new("MB4008", "Two signatures describe the same class", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor Language = new("MB4009", "C# language version is too old", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor NotYet = new("MB4010", "Metadata is not carried out yet", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor UnreadablePlan = new("MB4011", "Plan can't be read", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);
    public static readonly DiagnosticDescriptor NotCompiled = new("MB4012", "Model has not been compiled yet", "{0}", "ModelBuild", DiagnosticSeverity.Info, true);
    public static readonly DiagnosticDescriptor NoUnsafe = new("MB4013", "Unsafe code is not allowed", "{0}", "ModelBuild", DiagnosticSeverity.Error, true);

    private static readonly Dictionary<string, DiagnosticDescriptor> s_byId =
        new[] { UnreadableSignature, Defect, MemberName, NoClass, NoMember, Labels, Stream, Duplicate, Language, NotYet, UnreadablePlan, NotCompiled, NoUnsafe }.ToDictionary(d => d.Id);

    /// <summary>All of them.</summary>
    public static IEnumerable<DiagnosticDescriptor> All => s_byId.Values;

    /// <summary>The compiler's form, placed on the first line of the signature file.</summary>
    public static Diagnostic Create(DiagnosticSpec spec) =>
        Diagnostic.Create(s_byId[spec.Id], Location.Create(spec.Path, default, default), spec.Message);
}
