namespace ModelBuild.Tool;

/// <summary>Exit codes of the program.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A check that was asked for failed, such as <c>verify</c> beyond its tolerance.</summary>
    public const int CheckFailed = 1;

    /// <summary>The command line can't be understood.</summary>
    public const int Usage = 2;

    /// <summary>A model, its data or its metadata can't be used.</summary>
    public const int BadInput = 3;

    /// <summary>Ctrl-C, or the build was stopped.</summary>
    public const int Cancelled = 4;

    /// <summary>A defect of this program.</summary>
    public const int Defect = 70;
}
