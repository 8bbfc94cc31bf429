namespace ModelBuild;

/// <summary>The clone that the tests run in.</summary>
internal static class Repository
{
    /// <summary>Folder of ModelBuild.sln.</summary>
    public static string Folder { get; } = Find();

    private static string Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ModelBuild.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
