using System.Linq;
using ModelBuild.Diagnostics;

namespace ModelBuild.Tasks;

/// <summary>Pages of the diagnostic codes.</summary>
internal static class DiagnosticHelp
{
    /// <summary>Address of a code's page.</summary>
    public static string Link(string code) => DiagnosticCodes.All.First(c => c.Id == code).HelpLink;
}
