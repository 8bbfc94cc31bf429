using System.Diagnostics;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Building;

/// <summary>What a build says. Thread-safe; a line is never torn.</summary>
/// <param name="writer">Where results and progress go.</param>
internal sealed class BuildOutput(TextWriter writer)
{
    // Work that is done sooner is not announced.
    private static readonly TimeSpan s_quietTime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Stopwatch _sinceProgress = Stopwatch.StartNew();

    /// <summary>A result line.</summary>
    public void Result(string line)
    {
        lock (_lock)
        {
            writer.WriteLine(line);
        }
    }

    /// <summary>A progress line, at most one a second and none in the first second. A tab marks it for the MSBuild task.</summary>
    public void Progress(string text)
    {
        lock (_lock)
        {
            if (_sinceProgress.Elapsed >= s_quietTime)
            {
                _sinceProgress.Restart();
                writer.WriteLine("\t" + text);
            }
        }
    }

    /// <summary>A warning at a file.</summary>
    public void Warning(string path, string code, string text)
    {
        lock (_lock)
        {
            Console.Error.WriteLine(ErrorText.Line(path, "warning", code, text));
        }
    }

    /// <summary>An error at a file.</summary>
    /// <returns>The exit code.</returns>
    public int Error(Exception exception, string path)
    {
        lock (_lock)
        {
            return ErrorText.Report(exception, path);
        }
    }
}
