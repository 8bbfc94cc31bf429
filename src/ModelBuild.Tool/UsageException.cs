namespace ModelBuild.Tool;

/// <summary>The program was called in a way that can't be understood: exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
