namespace ModelBuild.Tool.Verbs;

internal static class CommandLine
{
    public static int Run(string[] args, CancellationToken cancellationToken) => throw new UsageException($"Unknown verb '{string.Join(' ', args)}'. {cancellationToken.IsCancellationRequested}");
}
