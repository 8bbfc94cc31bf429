using System.Diagnostics.CodeAnalysis;
using ModelBuild.Graphs;

namespace ModelBuild.Tool.Output;

/// <summary>Turns exceptions into one line in the form that MSBuild and editors understand: <c>path(1,1): error MB1001: text</c>.</summary>
internal static class ErrorText
{
    /// <summary>Writes a line to standard error and returns the exit code.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="path">The file that was worked on, for exceptions that name none.</param>
    public static int Report(Exception exception, string path)
    {
        switch (exception)
        {
            case OperationCanceledException:
                Console.Error.WriteLine("Cancelled.");
                return ExitCode.Cancelled;
            case ModelException model:
                Console.Error.WriteLine(Line(model.Path ?? path, "error", model.Code, model.Message));
                return ExitCode.BadInput;
            case FileNotFoundException or DirectoryNotFoundException when !IsOurs((IOException)exception):
                Console.Error.WriteLine(Line(path, "error", "MB1002", $"The file can't be read: {exception.Message}"));
                return ExitCode.BadInput;
            case IOException or UnauthorizedAccessException:
                Console.Error.WriteLine(Line(path, "error", "MB1002", $"A file can't be read or written: {exception.Message}"));
                return ExitCode.BadInput;
            default:
                return Defect(exception, path);
        }
    }

    /// <summary>One line of the form <c>path(1,1): error MB1001: text</c>.</summary>
    public static string Line(string path, string severity, string code, string message) => $"{path}(1,1): {severity} {code}: {OneLine(message)}";

    // A missing assembly or native library of this program is a defect, not a bad input.
    private static bool IsOurs(IOException exception) => exception is FileNotFoundException { FileName: { } name } && name.Contains(", Version=", StringComparison.Ordinal);

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The details file is a courtesy; failing to write it must not hide the error.")]
    private static int Defect(Exception exception, string path)
    {
        string details = "";
        try
        {
            string file = Path.Combine(Path.GetTempPath(), $"modelbuild-{Environment.ProcessId}.log");
            File.WriteAllText(file, exception.ToString());
            details = $" Details: {file}.";
        }
        catch (Exception)
        {
        }

        Console.Error.WriteLine(Line(path, "error", "MB9001", $"A defect in ModelBuild, please report it: {exception.GetType().Name}: {exception.Message}{details}"));
        if (Verbose)
        {
            Console.Error.WriteLine(exception);
        }

        return ExitCode.Defect;
    }

    /// <summary>Whether a defect's stack trace goes to standard error too.</summary>
    public static bool Verbose { get; set; }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
