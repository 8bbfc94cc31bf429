
namespace ModelBuild.Graphs.Inference;

/// <summary>Infers the outputs of one node from what the context knows of its inputs. Never throws for what a model contains, except <see cref="ModelException"/>.</summary>
internal delegate void InferenceRule(Node node, InferenceContext context);

/// <summary>The rules, one line per operator. A new operator is a method in its family's file and a line here.</summary>
internal static class InferenceRules
{
    /// <summary>Every operator with a rule.</summary>
    public static IReadOnlyList<(string Domain, string Operator, InferenceRule Rule)> All { get; } =
    [
    ];

    private static readonly Dictionary<(string Domain, string Operator), InferenceRule> s_byName = All.ToDictionary(r => (r.Domain, r.Operator), r => r.Rule);

    /// <summary>The rule of an operator, or null.</summary>
    public static InferenceRule? Find(string domain, string name) => s_byName.GetValueOrDefault((domain, name));
}
