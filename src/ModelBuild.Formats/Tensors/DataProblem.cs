using ModelBuild.Graphs;

namespace ModelBuild.Formats.Tensors;

/// <summary>MB3001: a file of tensors that can't be used.</summary>
internal static class DataProblem
{
    public static ModelException Of(string path, string detail, Exception? cause = null) => new("MB3001", $"The data file can't be used: {detail}.", path, cause);

    public static ModelException Unreadable(string path, Exception cause) =>
        Of(path, cause is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : cause.Message.TrimEnd('.'), cause);

    /// <summary>The same error under the code of data files.</summary>
    public static ModelException From(ModelException cause, string path) => Of(path, cause.Message.TrimEnd('.'), cause);
}
