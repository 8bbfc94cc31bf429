namespace ModelBuild.Manifest;

/// <summary>Text form of a plan, <c>&lt;Class&gt;.mbplan</c>. Written next to every signature, so that every kind of build lists the same files.</summary>
internal static class PlanFile
{
    /// <summary>The whole content when the model runs on another backend than the compiled one.</summary>
    public const string Empty = "modelbuild-plan\t1\n";
}
