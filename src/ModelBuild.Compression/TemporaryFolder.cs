namespace ModelBuild.Compression;

/// <summary>A folder that is deleted with what is in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>Makes it.</summary>
    /// <param name="parent">Where, or null for the system's folder.</param>
    /// <exception cref="Graphs.ModelException">MB0009: the folder can't be made.</exception>
    public TemporaryFolder(string? parent)
    {
        try
        {
            if (parent is null)
            {
                Path = Directory.CreateTempSubdirectory("modelbuild-").FullName;
            }
            else
            {
                Path = System.IO.Path.Combine(parent, $"compress-{Guid.NewGuid():N}");
                Directory.CreateDirectory(Path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Graphs.ModelException("MB0009", $"No folder for intermediate files can be made: {e.Message}", parent, e);
        }
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that a crashed process still holds; the system's cleaner gets it.
        }
    }
}
